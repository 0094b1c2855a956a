"""Long-running operations: begun by a call, ended by the clock, seen by polling. Their addresses change as they go.

Microsoft.Network answers a poll with 200 and a status. Private DNS answers 202 while it goes on, and 200 with the
status Succeeded, or Failed and an error, once it is over: a failure is no error of HTTP.
"""

import base64
import secrets
import uuid
from urllib.parse import quote

from .answers import DNS, NETWORK, Answer, Refusal
from .state import Operation

_CERTIFICATE_BYTES = 2700


def begin(state, style, subscription, base, names, kind, resource, seconds, apply, error=None, resolve=None):
    """Note an operation, to which `apply` is done when it ends, and return it.

    `base` is the path above `names`, the pair of the collections of statuses and results; with `error`, its code,
    message and last status, it fails, and `apply` gets to know of it. `resolve` gives what the results show at the end.
    """
    number = str(uuid.uuid4())
    if style == DNS:
        number = base64.b64encode(f"FrontEndAsyncOperation;{kind};{number}".encode()).decode()
    operation = Operation(number, style, base, *names, subscription, state.clock.now() + seconds, apply, resource,
                          kind, resolve)
    operation.error = error
    state.operations[number.lower()] = state.going[number] = operation
    return operation


def advance_all(state):
    """End the operations whose time has come, in the order of their ends."""
    now = state.clock.now()
    due = [each for each in state.going.values() if each.ends <= now]
    for operation in sorted(due, key=lambda each: each.ends):
        del state.going[operation.id]
        try:
            operation.apply(operation.error)
            operation.status = operation.error[2] if operation.error else "Succeeded"
        except Refusal as refusal:
            operation.status, operation.error = "Failed", (refusal.code, refusal.message, "Failed")


def running(state, resource):
    """Return the operations that go on with a resource (its id in lower case) or below it."""
    return [each for each in state.going.values()
            if each.resource == resource or each.resource.startswith(resource + "/")]


def _seal(state, operation):
    if not state.settings.long_urls:
        return ""
    operation.turn += 1
    stamp = 638000000000000000 + operation.turn
    certificate = base64.urlsafe_b64encode(secrets.token_bytes(_CERTIFICATE_BYTES)).decode().rstrip("=")
    signature = base64.urlsafe_b64encode(secrets.token_bytes(256)).decode().rstrip("=")
    return f"&t={stamp}&c={certificate}&s={signature}&h={secrets.token_urlsafe(32)}"


def headers(state, operation, call, location):
    """Return the headers that say where to poll, with the address of the results if `location`."""
    seal = _seal(state, operation)
    scheme_host, version = f"{call.scheme}://{call.host}", call.version
    number = quote(operation.id, safe="=")

    def address(collection):
        return f"{scheme_host}{operation.base}/{collection}/{number}?api-version={version}{seal}"

    found = {"Azure-AsyncOperation": address(operation.statuses)}
    if location:
        found["Location"] = address(operation.results)
    if state.settings.retry_after is not None:
        found["Retry-After"] = str(state.settings.retry_after)
    return found


def find(state, number, turn):
    """Return the operation that an address means, or refuse."""
    operation = state.operations.get(number.lower())
    stale = operation and state.settings.newest_url_only and turn != str(638000000000000000 + operation.turn)
    if operation is None or stale:
        raise Refusal("OperationNotFound", f"The operation '{number}' was not found.", 404)
    return operation


def status(state, operation, call):
    """Return the answer of a poll of Azure-AsyncOperation."""
    style, location = operation.style, operation.style == DNS
    if operation.status == "InProgress":
        fresh = headers(state, operation, call, location) if state.settings.long_urls or location else {}
        if state.settings.retry_after is not None:
            fresh["Retry-After"] = str(state.settings.retry_after)
        return Answer(202 if style == DNS else 200, {"status": "InProgress"}, fresh, style)
    if operation.error:
        code, message, _ = operation.error
        error = {"code": code, "message": message}
        body = {"error": error, "status": operation.status}
        if style == NETWORK:
            body = {"status": operation.status, "error": {**error, "details": []}}
        return Answer(200, body, {}, style)
    return Answer(200, {"status": "Succeeded"}, {}, style)


def result(state, operation, call):
    """Return the answer of a poll of Location."""
    if operation.status == "InProgress":
        return Answer(202, None if operation.style == NETWORK else {}, headers(state, operation, call, True),
                      operation.style)
    if operation.error:
        raise Refusal(*operation.error[:2], 400)
    body = operation.resolve() if operation.resolve else None
    return Answer(204 if body is None else 200, body, {}, operation.style)
