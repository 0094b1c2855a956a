"""A client of the Kubernetes API that shows exactly what the server answered."""

import http.client
import json
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlencode

from findings import rules_in
from objects import path_of

MERGE_PATCH = "application/merge-patch+json"


@dataclass
class Answer:
    """Status, decoded body and warnings of one answer."""

    status: int
    body: dict = field(default_factory=dict)
    warnings: list = field(default_factory=list)

    @property
    def message(self):
        """The text of a refusal; empty when the answer is no Status object."""
        return self.body.get("message", "") if self.body.get("kind") == "Status" else ""

    @property
    def rules(self):
        """The ids of the rules that refused the request."""
        return rules_in(self.message)

    @property
    def warned_rules(self):
        """The ids of the rules that warned."""
        return rules_in("\n".join(self.warnings))

    @property
    def refused_by_webhook(self):
        """Say whether our webhook decided against the request, rather than failed or was not asked."""
        return self.status >= 400 and "peerwarden.io" in self.message and "denied the request" in self.message


class Api:
    """The API server as one user sees it, every request on a connection of its own."""

    def __init__(self, port, certificate, token):
        self.port = port
        self.token = token
        self.trust = ssl.create_default_context(cafile=certificate)

    def connect(self):
        """Return an open connection to the API server."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.trust, timeout=60)
        connection.connect()
        return connection

    def request(self, method, path, body=None, content_type="application/json", connection=None):
        """Send one request and return the answer, whatever its status."""
        own = connection or self.connect()
        try:
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": content_type}
            own.request(method, path, None if body is None else json.dumps(body), headers)
            response = own.getresponse()
            text = response.read()
            is_json = response.headers.get_content_type() == "application/json"
            return Answer(response.status, json.loads(text) if is_json else {},
                          response.headers.get_all("Warning") or [])
        finally:
            if connection is None:
                own.close()

    def create(self, thing, dry_run=False, connection=None):
        """Create an object."""
        query = "?" + urlencode({"dryRun": "All"}) if dry_run else ""
        return self.request("POST", path_of(thing, collection=True) + query, thing, connection=connection)

    def get(self, thing):
        """Read an object."""
        return self.request("GET", path_of(thing))

    def patch(self, thing, change, subresource=""):
        """Merge a change into an object or its subresource."""
        return self.request("PATCH", path_of(thing) + subresource, change, MERGE_PATCH)

    def delete(self, thing):
        """Delete an object; an object that is not there is no failure."""
        return self.request("DELETE", path_of(thing))

    def list(self, kind_or_thing):
        """Return the objects of a kind."""
        return self.request("GET", path_of(kind_or_thing, collection=True)).body.get("items", [])

    def store(self, *things):
        """Create objects that must be admitted."""
        for thing in things:
            answer = self.create(thing)
            assert answer.status == 201, f"{thing['kind']} {thing['metadata']}: {answer}"
