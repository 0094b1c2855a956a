"""Runs the server until it is told to end: python3 -m tests.servers.aws [--port N] [--certificate FILE --key FILE]."""

from ..played.program import run
from .server import AwsServer

run(AwsServer, __package__)
