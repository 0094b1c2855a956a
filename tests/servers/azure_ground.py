"""A cloud with two tenants, and two clients of it: Azure's own, in a process of its own, and one without manners."""

import contextlib
import json
import os
import subprocess
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from sdk_process import SdkError, SdkProcess
from tests.servers import web

PROGRAM = Path(__file__).resolve().parent / "azure" / "official_clients.py"
VERSION = "2024-05-01"
DNS_VERSION = "2024-06-01"


def make_certificate(folder):
    """Make a certificate for localhost in a folder; returns the paths of certificate and key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-keyout", key, "-out", certificate, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True)
    return certificate, key


class Answer(web.Answer):
    """An answer: status, headers by names in lower case, the bytes of the body, and what they say."""

    def __init__(self, answer):
        super().__init__(answer)
        self.body = json.loads(self.raw) if self.raw and "json" in self.headers.get("content-type", "") else None

    @property
    def code(self):
        """The code of an error, or None."""
        return (self.body or {}).get("error", {}).get("code")

    @property
    def said(self):
        """The message of an error."""
        return self.body["error"]["message"]


def send(url, method, target, body=None, headers=None, certificate=None):
    """Send one request to a server, and return its answer; a dict becomes JSON."""
    lines, content = dict(headers or {}), body
    if isinstance(body, dict):
        lines.setdefault("Content-Type", "application/json")
        content = json.dumps(body)
    return web.exchange(url, method, target, content, lines, Answer, certificate)


class Ground:
    """Two tenants, each with a subscription and a network; an application of the first that both know."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.home, self.away = cloud.tenant(), cloud.tenant()
        self.here, self.there = cloud.subscription(self.home), cloud.subscription(self.away)
        self.application = cloud.application(self.home)
        self.client = self.application["id"]
        cloud.consent(self.client, self.away)
        self.local = cloud.network(self.here, "shoot-group", "shoot", ["10.0.0.0/16"], {"Name": "shoot"})
        self.remote = cloud.network(self.there, "hub-group", "hub", ["10.1.0.0/16", "fd00:1::/56"], {"shoot": ""})
        self.zone = cloud.zone(self.there, "hub-group", "example.com", {"shoot": ""})
        self.ruleset = cloud.ruleset(self.there, "hub-group", "rules", {"shoot": ""})
        self.one = f"{self.local}/virtualNetworkPeerings/to-hub"
        self.two = f"{self.remote}/virtualNetworkPeerings/to-shoot"
        self._tokens = {}

    def ask_token(self, tenant, **changes):
        """Ask for a token by the client's secret; returns the answer."""
        form = {"grant_type": "client_credentials", "client_id": self.client,
                "client_secret": self.application["secret"],
                "scope": "https://management.azure.com/.default", **changes}
        form = {name: value for name, value in form.items() if value is not None}
        return send(self.cloud.url, "POST", f"/{tenant}/oauth2/v2.0/token", urlencode(form),
                    {"Content-Type": "application/x-www-form-urlencoded"})

    def token(self, tenant):
        """Return a token of the application in a tenant, the same one each time."""
        if tenant not in self._tokens:
            self._tokens[tenant] = self.ask_token(tenant).body["access_token"]
        return self._tokens[tenant]

    def call(self, method, target, body=None, auxiliary=True, headers=None, version=VERSION):
        """Call the manager as the application in the tenant of the target, by default with the other's token too."""
        tenant, other = (self.away, self.home) if self.there in target else (self.home, self.away)
        lines = {"Authorization": f"Bearer {self.token(tenant)}"}
        if auxiliary:
            lines["x-ms-authorization-auxiliary"] = f"Bearer {self.token(other)}"
        if version and "api-version" not in target:
            target += ("&" if "?" in target else "?") + f"api-version={version}"
        return send(self.cloud.url, method, target, body, {**lines, **(headers or {})})

    def poll(self, address):
        """Get the address of an operation, whose host is that of the server."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}" == self.cloud.url
        return self.call("GET", f"{parts.path}?{parts.query}")

    def settle(self, answer):
        """Move the clock beyond the end of an operation, and return its last poll."""
        self.cloud.forward(60)
        return self.poll(answer.headers["azure-asyncoperation"])

    def write(self, half, query="", settle=True, **options):
        """Write one of the two halves; returns the answer."""
        network = self.remote if half == self.one else self.local
        answer = self.call("PUT", half + query, {"properties": {**options, "remoteVirtualNetwork": {"id": network}}})
        if settle and answer.status in (200, 201):
            assert self.settle(answer).body == {"status": "Succeeded"}
        return answer

    def connect(self):
        """Make both halves."""
        self.write(self.one)
        self.write(self.two)

    def remove(self, target):
        """Delete something, and let the operation end."""
        answer = self.call("DELETE", target)
        assert answer.status == 202
        assert self.settle(answer).body == {"status": "Succeeded"}

    def look(self, target):
        """Return the properties of something."""
        return self.call("GET", target).body["properties"]

    def states(self):
        """Return the states and levels of the halves, by their names."""
        return {each["id"].rpartition("/")[2]: (each["state"], each["level"]) for each in self.cloud.peerings()}

    def link(self, name="shoot", zone=None, network=None, headers=None, settle=True, **properties):
        """Write a link of a zone, by default of the first one to the local network; returns the last answer."""
        body = {"location": "global", "properties": {
            "registrationEnabled": False, "virtualNetwork": {"id": network or self.local}, **properties}}
        answer = self.call("PUT", f"{zone or self.zone}/virtualNetworkLinks/{name}", body, headers=headers,
                           version=DNS_VERSION)
        return self.settle(answer) if settle and answer.status == 202 else answer


@contextlib.contextmanager
def sdk_refused(code, status=None, text=""):
    """Expect that a call of the client fails with this code, HTTP status, and text in the message."""
    with pytest.raises(SdkError) as caught:
        yield caught
    assert (caught.value.code, caught.value.status) == (code, status), caught.value
    assert text in caught.value.message


class Sdk(SdkProcess):
    """Azure's own clients, started; a context manager."""

    def __init__(self, certificate, metadata_url, **environment):
        super().__init__("azure", PROGRAM)
        self.start({**os.environ, "REQUESTS_CA_BUNDLE": str(certificate), "NO_PROXY": "*",
                    "AZURE_POD_IDENTITY_AUTHORITY_HOST": metadata_url, **environment})
