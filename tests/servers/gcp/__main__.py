"""Runs the server until it is told to end: python3 -m tests.servers.gcp [--port N] [--certificate FILE --key FILE]."""

import argparse
import json
import signal

from .server import GcpServer


def main():
    """Print the port and address as a line of JSON, and serve."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.servers.gcp")
    parser.add_argument("--port", type=int, default=0, help="0: one that is free")
    parser.add_argument("--certificate", help="PEM file; speaks TLS")
    parser.add_argument("--key", help="PEM file")
    options = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
    with GcpServer(options.port, options.certificate, options.key) as server:
        print(json.dumps({"port": server.port, "url": server.url}), flush=True)
        signal.sigwait((signal.SIGTERM, signal.SIGINT))


main()
