"""Runs the server until it ends: python3 -m tests.servers.azure [--port N] [--certificate FILE --key FILE]."""

from ..played.program import run
from .server import AzureServer

run(AzureServer, __package__)
