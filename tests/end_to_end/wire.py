"""Speaking to the webhook directly, down to single bytes on a socket."""

import http.client
import json
import socket
import ssl
import uuid
from contextlib import contextmanager

from objects import PLURALS


def review(thing, operation="CREATE", dry_run=True, **request):
    """Return an AdmissionReview as the API server sends it."""
    version, kind = thing["apiVersion"], thing["kind"]
    group, _, short = version.rpartition("/")
    plural = PLURALS.get(version, {}).get(kind, kind.lower() + "s")
    return {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": str(uuid.uuid4()),
            "kind": {"group": group, "version": short, "kind": kind},
            "resource": {"group": group, "version": short, "resource": plural},
            "requestKind": {"group": group, "version": short, "kind": kind},
            "requestResource": {"group": group, "version": short, "resource": plural},
            "name": thing["metadata"].get("name", ""),
            "operation": operation,
            "userInfo": {"username": "admin", "groups": ["system:masters", "system:authenticated"]},
            "object": thing,
            "oldObject": None,
            "dryRun": dry_run,
            "options": {"apiVersion": "meta.k8s.io/v1", "kind": "CreateOptions"},
            **request,
        },
    }


class Wire:
    """TLS connections to a server on loopback that one authority vouches for."""

    def __init__(self, port, authority):
        self.port = port
        self.trust = ssl.create_default_context(cadata=authority)

    def connect(self):
        """Return an open HTTPS connection, to be used for several requests."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.trust, timeout=30)
        connection.connect()
        return connection

    @contextmanager
    def tls(self, seconds=60):
        """Give a TLS socket on which nothing has been said yet."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as plain:
            with self.trust.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
                yield secure

    def send(self, method, path, body=b"", headers=None):
        """Send one request on a connection of its own; return status, headers and body."""
        connection = self.connect()
        try:
            connection.request(method, path, body, headers or {})
            return read(connection)
        finally:
            connection.close()

    def post(self, body, path="/validate", content_type="application/json"):
        """Post a body, a text or something to be made JSON, and return status, headers and body."""
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        return self.send("POST", path, data, {"Content-Type": content_type})

    def status_of(self, path):
        """Return the status of a GET, or 0 when nobody answers."""
        try:
            return self.send("GET", path)[0]
        except OSError:
            return 0


def read(connection):
    """Return status, headers and body of the answer on a connection."""
    response = connection.getresponse()
    return response.status, response.headers, response.read()


def read_to_end(sock):
    """Return all that comes until the other side closes or cuts the connection."""
    received = b""
    try:
        while piece := sock.recv(65536):
            received += piece
    except (ConnectionError, ssl.SSLError):
        pass
    return received
