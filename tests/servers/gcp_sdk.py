"""Google's own clients, in a process of their own: reads calls as lines of JSON, and answers each with a line.

Runs in the environment that tools/sdks makes, not in that of the tests; gcp_ground.Sdk is its other end. A call is
{"do": NAME, ...}; an answer is {"result": ...} or {"error": {"type", "code", "message", "reason", "details"}}.
"""

import json
import sys

import requests
from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import GoogleAPICallError
from google.auth import compute_engine, identity_pool
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError
from google.cloud import compute_v1, resourcemanager_v3
from google.oauth2 import credentials as plain
from google.oauth2 import service_account
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]
CLIENTS = {"networks": compute_v1.NetworksClient, "operations": compute_v1.GlobalOperationsClient,
           "subnetworks": compute_v1.SubnetworksClient, "tags": resourcemanager_v3.TagBindingsClient,
           "projects": resourcemanager_v3.ProjectsClient}


def _told(message):
    """Return a message of the API as JSON can say it, by the names on the wire."""
    if isinstance(message, Message):
        return MessageToDict(message, preserving_proto_field_name=True)
    return type(message).to_dict(message, use_integers_for_enums=False, including_default_value_fields=False)


class Driver:
    """The clients, with one way to say who calls."""

    def __init__(self):
        self.url = None
        self.credentials = None
        self.self_signed = False
        self.clients = {}

    def enter(self, url, kind, info=None, token=None):
        """Choose the server and who calls; forgets earlier clients."""
        self.url, self.clients, self.self_signed = url, {}, kind == "self-signed"
        if kind in ("key", "self-signed"):
            self.credentials = service_account.Credentials.from_service_account_info(info, scopes=SCOPES)
        elif kind == "federated":
            self.credentials = identity_pool.Credentials.from_info(info, scopes=SCOPES)
        elif kind == "metadata":
            self.credentials = compute_engine.Credentials()
        elif kind == "token":
            self.credentials = plain.Credentials(token)
        else:
            self.credentials = AnonymousCredentials()

    def _client(self, name):
        """Return a client; one that signs its own tokens is what the library makes by itself of a key."""
        if name not in self.clients:
            kind = CLIENTS[name]
            if self.self_signed:
                options = ClientOptions(api_endpoint=self.url)
                self.clients[name] = kind(credentials=self.credentials, transport="rest", client_options=options)
            else:
                transport = kind.get_transport_class("rest")(host=self.url, credentials=self.credentials)
                self.clients[name] = kind(transport=transport)
        return self.clients[name]

    def call(self, client, method, request, wait=None):
        """Call a method once; with `wait`, seconds, wait for its operation by the library's own poller."""
        done = getattr(self._client(client), method)(request=request, retry=None, timeout=30)
        if wait is not None:
            done.result(timeout=wait)
            return {"name": done.name}
        if hasattr(done, "operation") and hasattr(done, "result"):
            return _told(done.result(timeout=30)) if method != "delete_tag_binding" else {}
        return _told(done)

    def listed(self, client, method, request):
        """Call a listing, and read all its pages by the library's own pager; returns also how many there were."""
        pages = list(getattr(self._client(client), method)(request=request, retry=None, timeout=30).pages)
        return [_told(page) for page in pages]


def _answer(driver, asked):
    try:
        return {"result": getattr(driver, asked.pop("do"))(**asked)}
    except GoogleAPICallError as error:
        return {"error": {"type": type(error).__name__, "code": error.code, "message": error.message,
                          "reason": [each.get("reason") for each in error.errors if isinstance(each, dict)],
                          "details": [str(each) for each in error.details or []]}}
    except (GoogleAuthError, requests.RequestException) as error:
        return {"error": {"type": type(error).__name__, "code": 0, "message": str(error), "reason": [],
                          "details": []}}


def main():
    """Answer until the input ends."""
    driver = Driver()
    for line in sys.stdin:
        print(json.dumps(_answer(driver, json.loads(line)), default=str), flush=True)


main()
