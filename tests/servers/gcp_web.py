"""A client without any manners: it sends what it is told to, and shows the answer's bytes; and it signs assertions."""

import base64
import json
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from tests.servers import web

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
ASSERTION = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Answer(web.Answer):
    """The status, headers and body of an answer, parsed where it is JSON; `lines` are the names of the headers."""

    def __init__(self, answer):
        super().__init__(answer)
        self.lines = [name for name, _ in answer.getheaders()]
        self.bytes = self.raw
        kind = self.headers.get("content-type", "")
        self.body = json.loads(self.bytes) if "json" in kind and "content-encoding" not in self.headers else None

    @property
    def error(self):
        """The error of the body."""
        return self.body["error"]

    @property
    def reason(self):
        """The reason of Compute's error, or None."""
        return self.error["errors"][0]["reason"] if self.status >= 400 else None


def send(url, method, path, body=None, token=None, headers=()):
    """Send a call; a dict becomes JSON, a text is sent as it is."""
    content = json.dumps(body) if isinstance(body, dict) else body
    lines = {"Content-Type": "application/json", **dict(headers)}
    if token:
        lines["Authorization"] = f"Bearer {token}"
    return web.exchange(url, method, path, content, {name: value for name, value in lines.items() if value is not None},
                        Answer)


def form(url, path, fields):
    """Send a form."""
    return send(url, "POST", path, urlencode(fields), headers={"Content-Type": "application/x-www-form-urlencoded"})


def _encoded(content):
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def assertion(key, header=None, signed_by=None, **claims):
    """Return an assertion of a key file, signed by openssl; a claim that is None is left out."""
    now = int(time.time())
    header = {"alg": "RS256", "typ": "JWT", "kid": key["private_key_id"], **(header or {})}
    claims = {"iss": key["client_email"], "scope": SCOPE, "aud": key["token_uri"], "iat": now, "exp": now + 3600,
              **claims}
    claims = {name: value for name, value in claims.items() if value is not None}
    text = f"{_encoded(json.dumps(header).encode())}.{_encoded(json.dumps(claims).encode())}"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "key.pem"
        file.write_text((signed_by or key)["private_key"])
        done = subprocess.run(["openssl", "dgst", "-sha256", "-sign", file], input=text.encode(), capture_output=True,
                              check=True)
    return f"{text}.{_encoded(done.stdout)}"


def exchange(url, text):
    """Exchange an assertion for an access token."""
    return form(url, "/token", {"grant_type": ASSERTION, "assertion": text})


def token(url, key):
    """Return an access token of a key file."""
    return exchange(url, assertion(key)).body["access_token"]
