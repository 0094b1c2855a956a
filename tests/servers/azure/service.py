"""One request from its bytes to its answer: which service, who calls, may they, what is to happen, and the work."""

import json
import re
import uuid
from urllib.parse import parse_qsl, unquote

from ..played import service
from ..played.journal import AFTER, BEFORE
from . import buckets, links, networks, operations, peerings, rights, tokens, zones
from .answers import DNS, NETWORK, PLAIN, Answer, Refusal, failure
from .calls import Call
from .identifiers import key, split
from .journal import Journal
from .state import State

_KINDS = {
    "virtualnetworks": ("virtualNetworks", networks.METHODS, NETWORK),
    "virtualnetworks/virtualnetworkpeerings":
        ("virtualNetworks/virtualNetworkPeerings", peerings.METHODS, NETWORK),
    "privatednszones": ("privateDnsZones", zones.METHODS, DNS),
    "privatednszones/virtualnetworklinks": ("privateDnsZones/virtualNetworkLinks", links.METHODS, DNS),
    "dnsforwardingrulesets": ("dnsForwardingRulesets", zones.METHODS, DNS),
    "dnsforwardingrulesets/virtualnetworklinks": ("dnsForwardingRulesets/virtualNetworkLinks", links.METHODS, DNS),
}
_VERBS = {"GET": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}
_OPERATION = re.compile(
    r"/subscriptions/([^/]+)(?:/resourceGroups/[^/]+)?/providers/Microsoft\.Network/((?:locations/[^/]+/)?"
    r"(operations|operationResults|privateDnsOperation(?:Statuses|Results)|dnsResolverOperation(?:Statuses|Results)))"
    r"/([^/]+)/?", re.IGNORECASE)
_PERMISSIONS = re.compile(r"(.+)/providers/Microsoft\.Authorization/permissions/?", re.IGNORECASE)
_LOGIN = re.compile(r"/([^/]+)/oauth2/v2\.0/token")
_DISCOVERY = re.compile(r"/([^/]+)/v2\.0/\.well-known/openid-configuration")
_SEAL = ("t", "c", "s", "h")
_VERSION = re.compile(r"20\d\d-\d\d-\d\d(-preview)?")


class Service(service.Service):
    """Resource Manager, Entra and the metadata service; `work` is called by many threads."""

    def __init__(self):
        super().__init__(State(), Journal())

    def work(self, request):
        """Return the journal entry of a request, and its answer."""
        entry = self.journal.begin()
        entry.request_id, entry.method = str(uuid.uuid4()), request.method
        entry.service = self._service(request)
        works = {"arm": self._manage, "login": self._login, "metadata": self._metadata}
        try:
            with service.shown(lambda text: Refusal("InternalServerError", text, 500)):
                answer = works[entry.service](request, entry)
        except Refusal as refusal:
            entry.code, entry.message = refusal.code or "", refusal.message
            answer = self._refused(entry, refusal)
        entry.status = answer.status
        for name in ("x-ms-request-id", "x-ms-correlation-request-id"):
            answer.headers.setdefault(name, entry.request_id)
        if answer.style == NETWORK:
            answer.headers.setdefault("x-ms-arm-service-request-id", str(uuid.uuid4()))
        return entry, answer

    def _refused(self, entry, refusal):
        if entry.service != "arm" and refusal.code is not None:
            return tokens.login_failure(refusal, self.controls.real_time())
        gateway = (refusal.status in (401, 403, 405) or refusal.code == "TooManyRequests"
                   or "x-ms-failure-cause" in refusal.headers)
        network = entry.action.startswith("Microsoft.Network/virtualNetworks")
        return failure(refusal, NETWORK if network and not gateway else PLAIN)

    @staticmethod
    def _service(request):
        if request.path.startswith("/metadata/"):
            return "metadata"
        return "login" if _LOGIN.fullmatch(request.path) or _DISCOVERY.fullmatch(request.path) else "arm"

    def _metadata(self, request, entry):
        self.journal.pass_by(entry, BEFORE)
        with self.lock:
            answer = tokens.metadata(self.state, entry, request, self.controls.real_time())
        entry.worked = True
        self.journal.pass_by(entry, AFTER)
        return answer

    def _login(self, request, entry):
        found = _LOGIN.fullmatch(request.path)
        entry.tenant = (found or _DISCOVERY.fullmatch(request.path)).group(1)
        entry.action = "token" if found else "discovery"
        self.journal.pass_by(entry, BEFORE)
        with self.lock:
            if found:
                answer = tokens.grant(self.state, entry, entry.tenant, request.body.decode("utf-8", "replace"),
                                      self.controls.real_time())
            else:
                answer = tokens.discovery(self.state, request.header("host"), entry.tenant)
        entry.worked = True
        self.journal.pass_by(entry, AFTER)
        return answer

    def _manage(self, request, entry):
        query = {name.lower(): value for name, value in parse_qsl(request.query, keep_blank_values=True)}
        path = unquote(request.path)
        poll, permissions = _OPERATION.fullmatch(path), _PERMISSIONS.fullmatch(path)
        identifier = split(permissions.group(1).replace("//", "/") if permissions else path)
        if request.method not in (("GET",) if poll or permissions else _VERBS):
            raise Refusal("HttpMethodNotSupported", f"The HTTP method '{request.method}' is not supported.", 405)
        entry.query = {name: value for name, value in query.items() if name not in _SEAL}
        entry.resource = key(path)
        subscription = poll.group(1) if poll else self._name(identifier, entry)
        entry.subscription = subscription.lower()
        if poll:
            entry.action = f"Microsoft.Network/{re.sub('locations/[^/]+', 'locations', poll.group(2))}/read"
        if permissions:
            entry.action = "Microsoft.Authorization/permissions/read"
        with self.lock:
            application = rights.authenticate(self.state, request, entry, subscription, self.controls.real_time())
        entry.parameters = self._body(request) or {}
        entry.mutating = not poll and entry.method != "GET"
        self.journal.pass_by(entry, BEFORE)
        with self.lock:
            version = self._version(query)
            call = Call(self.state, self.journal, entry, application, identifier, request.scheme,
                        request.header("host"), version, query, request.headers, entry.parameters)
            remaining = buckets.take(self.state, entry)
            operations.advance_all(self.state)
            if permissions:
                answer = self._permissions(call)
            else:
                answer = self._poll(call, poll) if poll else self._resource(call)
            entry.worked = True
        if entry.mutating:
            entry.result = answer.body or {}
        answer.headers.update({"x-ms-ratelimit-remaining-subscription-resource-requests": "11999"}
                              if answer.style == DNS else remaining)
        self.journal.pass_by(entry, AFTER)
        return answer

    @staticmethod
    def _name(identifier, entry):
        """Note what a call is about, and return the subscription."""
        if identifier is None:
            raise Refusal("InvalidResourceType", "The resource type could not be found in the namespace "
                          "'Microsoft.Network'.", 404, {"x-ms-failure-cause": "gateway"})
        if identifier.kind not in _KINDS:
            raise Refusal("InvalidResourceType", f"The resource type '{'/'.join(identifier.types)}' could not be found "
                          "in the namespace 'Microsoft.Network'.", 404, {"x-ms-failure-cause": "gateway"})
        kind = _KINDS[identifier.kind][0]
        entry.action = f"Microsoft.Network/{kind}/{_VERBS[entry.method]}"
        return identifier.subscription

    @staticmethod
    def _body(request):
        if request.method not in ("PUT", "PATCH"):
            return None
        kind = request.header("content-type")
        if not (kind or "").lower().startswith("application/json"):
            raise Refusal("UnsupportedMediaType", f"The content media type '{kind or '<null>'}' is not supported. Only "
                          "'application/json' is supported.", 415, {"x-ms-failure-cause": "gateway"})
        try:
            found = json.loads(request.body)
        except ValueError as error:
            found = error
        if not isinstance(found, dict):
            raise Refusal("InvalidRequestContent", "The request content was invalid and could not be deserialized: "
                          f"'{found if isinstance(found, ValueError) else 'an object was expected'}'.", 400,
                          {"x-ms-failure-cause": "gateway"})
        return found

    def _version(self, query):
        version, allowed = query.get("api-version"), self.state.settings.api_versions
        gateway = {"x-ms-failure-cause": "gateway"}
        if not version:
            raise Refusal("MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required "
                          "for all requests.", 400, gateway)
        if not _VERSION.fullmatch(version):
            raise Refusal("InvalidApiVersionParameter", f"The api-version '{version}' is invalid. The supported "
                          "versions are '2018-09-01,2020-06-01,2022-07-01,2024-05-01,2024-06-01'.", 400, gateway)
        if allowed is not None and version not in allowed:
            raise Refusal("NoRegisteredProviderFound", f"No registered resource provider found for API version "
                          f"'{version}'. The supported api-versions are '{', '.join(allowed)}'.", 400, gateway)
        return version

    def _poll(self, call, found):
        operation = operations.find(self.state, found.group(4), call.query.get("t"))
        collection = found.group(3).lower()
        if operation.subscription != call.entry.subscription or collection not in (
                operation.statuses.lower(), operation.results.lower()):
            raise Refusal("OperationNotFound", f"The operation '{found.group(4)}' was not found.", 404)
        if self.state.settings.guarded_polls and operation.style == DNS:
            rights.authorize(call.application, call.entry, operation.resource)
        work = operations.status if collection == operation.statuses.lower() else operations.result
        return work(self.state, operation, call)

    @staticmethod
    def _permissions(call):
        """Answer what the caller may do to a resource, there or not: that is of its scopes alone."""
        rights.authorize(call.application, call.entry, call.identifier.text)
        return Answer(200, {"value": rights.permissions(call.application, call.identifier.text)})

    def _resource(self, call):
        identifier, gateway = call.identifier, {"x-ms-failure-cause": "gateway"}
        _, methods, _ = _KINDS[identifier.kind]
        rights.authorize(call.application, call.entry, identifier.text)
        if (identifier.subscription.lower(), identifier.group.lower()) not in self.state.groups:
            raise Refusal("ResourceGroupNotFound", f"Resource group '{identifier.group}' could not be found.", 404,
                          gateway)
        whole = len(identifier.names) == len(identifier.types)
        if call.entry.method not in methods or not (whole or call.entry.method == "GET"):
            raise Refusal("HttpMethodNotSupported", f"The HTTP method '{call.entry.method}' is not supported at scope "
                          f"'{identifier.text}'.", 405, gateway)
        return methods[call.entry.method](call)
