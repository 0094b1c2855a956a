"""A client of HTTP without any manners: it sends what it is told to, and shows the answer's bytes."""

import contextlib
import http.client
import ssl
from urllib.parse import urlsplit


class Answer:
    """The status, the headers, by names in lower case, and the bytes of an answer."""

    def __init__(self, answer):
        self.status = answer.status
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        self.raw = answer.read()


def exchange(url, method, target, content, headers, kind=Answer, certificate=None):
    """Send one request to the host of an address, and return its answer as that kind; TLS trusts `certificate`."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=certificate)
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=30, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    with contextlib.closing(connection):
        connection.request(method, target, content, headers)
        return kind(connection.getresponse())
