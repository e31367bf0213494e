"""Stands in for a service manager (sd_notify(3)): starts the daemon with $NOTIFY_SOCKET, sends it
SIGHUP once it is ready and SIGTERM once it has reloaded, and prints the first line of each message.
    notified.py COMMAND..."""

import os
import signal
import socket
import subprocess
import sys


def main():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("notify")
        manager.settimeout(30)
        environment = {**os.environ, "NOTIFY_SOCKET": os.path.abspath("notify"),
                       "WATCHDOG_USEC": "100000"}
        with subprocess.Popen(sys.argv[1:], env=environment, stdout=subprocess.DEVNULL) as daemon:
            ready, alive, said = 0, False, ""
            while not said.startswith("STOPPING"):
                said = manager.recv(4096).decode().split("\n", 1)[0]
                if said == "WATCHDOG=1":
                    alive = True
                    if ready == 2:
                        daemon.send_signal(signal.SIGTERM)
                        ready = 3
                    continue
                print(said)
                if said == "READY=1":
                    ready += 1
                    if ready == 1:
                        daemon.send_signal(signal.SIGHUP)
            print("alive" if alive else "never alive")
            print("exit", daemon.wait(30))


main()
