"""Runs the server until it is told to end: python3 -m tests.servers.gcp [--port N] [--certificate FILE --key FILE]."""

from ..played.program import run
from .server import GcpServer

run(GcpServer, __package__)
