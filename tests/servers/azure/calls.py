"""One call on a resource, and what the resources share: what is not there, lists in pages, bodies."""

from dataclasses import dataclass, field

from .answers import Answer, Refusal
from .identifiers import Identifier
from .journal import Entry, Journal
from .state import Application, State


@dataclass
class Call:
    """Who calls, on what, with what. `scheme` and `host` are the address by which the server was reached."""

    state: State
    journal: Journal
    entry: Entry
    application: Application
    identifier: Identifier
    scheme: str
    host: str
    version: str
    query: dict
    headers: dict = field(default_factory=dict)
    body: dict = None

    def properties(self):
        """Return the `properties` of the body, or refuse it."""
        found = self.body.get("properties", {}) if isinstance(self.body, dict) else None
        if not isinstance(found, dict):
            raise Refusal("InvalidRequestContent", "The request content was invalid and could not be deserialized: "
                          "'an object with properties was expected'.")
        return found

    def reference(self, name):
        """Return the text of the id that a property refers to, or refuse the body."""
        found = self.properties().get(name)
        if not isinstance(found, dict) or not isinstance(found.get("id"), str):
            raise Refusal("InvalidRequestFormat", f"Cannot parse the request: {name}.id is missing.")
        return found["id"]


def not_there(identifier):
    """Return the refusal of the gateway for a resource that is not there."""
    return Refusal("ResourceNotFound", f"The Resource '{identifier.relative}' under resource group "
                   f"'{identifier.group}' was not found. For more details please go to "
                   "https://aka.ms/ARMResourceNotFoundFix", 404, {"x-ms-failure-cause": "gateway"})


def parent_not_there(identifier, verb):
    """Return the refusal of the gateway for a resource whose parent is not there."""
    kind = "/".join(identifier.types)
    return Refusal("ParentResourceNotFound", f"Failed to perform '{verb}' on resource(s) of type '{kind}', because "
                   f"the parent resource '{identifier.parent.text}' could not be found.", 404,
                   {"x-ms-failure-cause": "gateway"})


def _number(text, least):
    if not text.isdigit() or int(text) < least:
        raise Refusal("InvalidParameter", f"The value '{text}' of a query parameter is invalid.")
    return int(text)


def listing(call, bodies, style, paged=True):
    """Return a list's answer: one page, with the address of the next one if there is one."""
    start, size = _number(call.query.get("$skiptoken", "0"), 0), call.state.settings.page
    if "$top" in call.query and paged:
        size = min(size, _number(call.query["$top"], 1))
    answer = {"value": bodies[start:start + size]}
    if start + size < len(bodies):
        top = f"&$top={call.query['$top']}" if "$top" in call.query else ""
        answer["nextLink"] = (f"{call.scheme}://{call.host}{call.identifier.text}?api-version={call.version}"
                              f"{top}&$skipToken={start + size}")
    return Answer(200, answer, {}, style)
