#!/usr/bin/env python3
"""TLS in front of a plain server, for tests: takes TLS on loopback and forwards what is inside.

  tls_front.py CERT_PEM PORT [--client-ca PEM] [--max-version 1.0|1.1|1.2|1.3] [--stall]

CERT_PEM holds the certificate and its key, PORT is the plain server's on loopback. The first line
printed is the port TLS is taken on. --client-ca asks for a certificate of that authority and
insists; --stall reads the hello and never answers it.
"""

import argparse
import contextlib
import socket
import ssl
import threading


def pump(source, sink):
    """Bytes one way until that way ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def serve(connection, context, options):
    """One connection, from the hello to the end."""
    connection.settimeout(60)
    with contextlib.suppress(OSError), connection:
        if options.stall:
            while connection.recv(65536):
                pass
            return
        with context.wrap_socket(connection, server_side=True) as inner, \
                socket.create_connection(("127.0.0.1", options.port), 10) as plain:
            for sock in (inner, plain):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            inner.settimeout(None)
            plain.settimeout(None)
            back = threading.Thread(target=pump, args=(plain, inner), daemon=True)
            back.start()
            pump(inner, plain)
            back.join()


def make_context(options):
    """The server's side of TLS as the options want it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if options.max_version:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
                                   "1.2": ssl.TLSVersion.TLSv1_2,
                                   "1.3": ssl.TLSVersion.TLSv1_3}[options.max_version]
    context.load_cert_chain(options.certificate)
    if options.client_ca:
        context.load_verify_locations(options.client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("certificate")
    parser.add_argument("port", type=int)
    parser.add_argument("--client-ca")
    parser.add_argument("--max-version", choices=("1.0", "1.1", "1.2", "1.3"))
    parser.add_argument("--stall", action="store_true")
    options = parser.parse_args()
    context = make_context(options)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, context, options),
                             daemon=True).start()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
