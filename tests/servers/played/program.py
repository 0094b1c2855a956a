"""A played cloud in a process of its own."""

import argparse
import json
import signal


def run(server, package):
    """Run a server of this class, whose package is named, until the process is told to end.

    Prints the port and addresses as a line of JSON, and serves.
    """
    parser = argparse.ArgumentParser(prog=f"python3 -m {package}")
    parser.add_argument("--port", type=int, default=0, help="0: one that is free")
    parser.add_argument("--certificate", help="PEM file; speaks TLS")
    parser.add_argument("--key", help="PEM file")
    options = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
    with server(options.port, options.certificate, options.key) as running:
        print(json.dumps(running.addresses()), flush=True)
        signal.sigwait((signal.SIGTERM, signal.SIGINT))
