"""What goes back to the client: bodies as the three front ends of Azure write them, and refusals."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timezone

# How a front end writes JSON: Microsoft.Network, private DNS and its resolver, and Resource Manager itself.
NETWORK = "network"
DNS = "dns"
PLAIN = "plain"

_HEADERS = {
    NETWORK: {"Cache-Control": "no-cache", "Pragma": "no-cache", "Expires": "-1", "Server": "Microsoft-HTTPAPI/2.0"},
    DNS: {"Cache-Control": "private", "Server": "Microsoft-IIS/10.0", "X-AspNet-Version": "4.0.30319",
          "X-Powered-By": "ASP.NET"},
    PLAIN: {"Cache-Control": "no-cache", "Pragma": "no-cache", "Expires": "-1"},
}


class Refusal(Exception):
    """An error of the API: its code, message and HTTP status, and headers that go with it."""

    def __init__(self, code, message, status=400, headers=None):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.headers = dict(headers or {})


class LoginRefusal(Refusal):
    """An error of the token endpoint: `code` is the OAuth one, `number` that of Entra (0: none)."""

    def __init__(self, code, number, message, status=400):
        super().__init__(code, f"AADSTS{number}: {message}" if number else message, status)
        self.number = number


@dataclass
class Answer:
    """An answer; `body` is a text where it is no JSON, and None where there is none."""

    status: int = 200
    body: object = None
    headers: dict = field(default_factory=dict)
    style: str = PLAIN

    def all_headers(self):
        """Return the headers with those that the front end always sends."""
        common = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains",
                  "X-Content-Type-Options": "nosniff"}
        text = "text/html" if isinstance(self.body, str) else "application/json; charset=utf-8"
        kind = {} if self.body is None else {"Content-Type": text}
        return {**_HEADERS[self.style], **common, **kind, **self.headers}

    def content(self):
        """Return the bytes of the body."""
        if self.body is None:
            return b""
        if isinstance(self.body, str):
            return self.body.encode()
        if self.style == NETWORK:
            return json.dumps(self.body, indent=2).replace("\n", "\r\n").encode()
        text = json.dumps(self.body, separators=(",", ":"))
        return (text.replace("/", "\\/") if self.style == DNS else text).encode()


def failure(refusal, style):
    """Return the answer that says why not; without a code it is that of a gateway, in HTML."""
    if refusal.code is None:
        page = f"<html><head><title>{refusal.status}</title></head><body>{refusal.message}</body></html>\r\n"
        return Answer(refusal.status, page, dict(refusal.headers))
    body = {"error": {"code": refusal.code, "message": refusal.message}}
    if style == NETWORK:
        body["error"]["details"] = []
    return Answer(refusal.status, body, dict(refusal.headers), style)


def timestamp(seconds):
    """Return a time as Entra writes it."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M:%SZ")
