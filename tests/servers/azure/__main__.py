"""Runs the server until it ends: python3 -m tests.servers.azure [--port N] [--certificate FILE --key FILE]."""

import argparse
import json
import signal

from .server import AzureServer


def main():
    """Print the port and addresses as a line of JSON, and serve."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.servers.azure")
    parser.add_argument("--port", type=int, default=0, help="0: one that is free")
    parser.add_argument("--certificate", help="PEM file; speaks TLS")
    parser.add_argument("--key", help="PEM file")
    options = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
    with AzureServer(options.port, options.certificate, options.key) as server:
        print(json.dumps({"port": server.port, "url": server.url, "metadata_url": server.metadata_url}), flush=True)
        signal.sigwait((signal.SIGTERM, signal.SIGINT))


main()
