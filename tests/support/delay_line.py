"""A relay that keeps every byte for a while in each direction: a peer far away, without the rights
and kernel modules that tc netem wants. Connecting itself is not delayed."""

import collections
import socket
import threading
import time


class DelayLine:
    """Listens on loopback and relays to `port`, each byte `seconds` later. A context manager."""

    def __init__(self, port, seconds):
        self.target, self.seconds = port, seconds
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                near = self.listener.accept()[0]
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target))
            for sock in (near, far):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._relay(near, far)
            self._relay(far, near)

    def _relay(self, source, sink):
        """Two threads a direction: one notes when bytes came, one lets them go in time."""
        pieces, ready = collections.deque(), threading.Semaphore(0)

        def read():
            piece = b"start"
            while piece:
                try:
                    piece = source.recv(262144)
                except OSError:
                    piece = b""
                pieces.append((time.monotonic() + self.seconds, piece))
                ready.release()

        def write():
            while True:
                ready.acquire()
                due, piece = pieces.popleft()
                time.sleep(max(0.0, due - time.monotonic()))
                try:
                    if not piece:
                        sink.shutdown(socket.SHUT_WR)
                        return
                    sink.sendall(piece)
                except OSError:
                    return

        threading.Thread(target=read, daemon=True).start()
        threading.Thread(target=write, daemon=True).start()
