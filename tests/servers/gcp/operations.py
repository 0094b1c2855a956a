"""Operations: how they begin, how time moves them, and how they are shown.

A change is done when its operation is, not before. While one on a network or its peer is under way, no other begins.
"""

import re
import secrets
import uuid

from . import calls, halves
from .answers import Refusal, invalid, not_found, timestamp
from .state import LINK, Operation

_BUSY = "There is a {} operation in progress on the local or peer network. Try again later."
_MESSAGES = {400: "BAD REQUEST", 403: "FORBIDDEN", 404: "NOT FOUND", 409: "CONFLICT", 500: "INTERNAL SERVER ERROR"}


def _advance(state, operation):
    """Move an operation to where it is now, with its work at its end."""
    now, settings = state.clock.now(), state.settings
    if operation.started is None and now >= operation.inserted + settings.pending:
        operation.started = operation.inserted + settings.pending
    if operation.started is not None and now >= operation.started + settings.running:
        operation.ended = operation.started + settings.running
        operation.error = operation.work()


def advance_all(state):
    """Move all operations to where they are now, and forget the old ones."""
    for each in state.under_way:
        _advance(state, each)
    state.under_way = [each for each in state.under_way if each.ended is None]
    halves.settle(state)
    end = state.clock.now() - state.settings.operations_kept
    while state.operations:
        oldest = next(iter(state.operations.values()))
        if oldest.ended is None or oldest.ended > end:
            break
        del state.operations[oldest.name]
        state.requests.pop((oldest.project, oldest.request_id), None)


def _refuse_while_busy(state, touched):
    if any(each.touched & touched for each in state.under_way):
        raise Refusal(400, "badRequest", _BUSY.format("peering"))
    for path in touched:
        network = state.network_at(path)
        if network and state.clock.now() < network.route_operation_until:
            raise Refusal(400, "badRequest", _BUSY.format("route"))


def _new_name(now):
    return f"operation-{int(now * 1000)}-{secrets.token_hex(7)[1:]}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"


def replayed(call, asked):
    """Return the operation that a request with the same `requestId` has begun, or None; refuse an id that is none."""
    request_id = call.query.get("requestId")
    if request_id is None:
        return None
    if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", request_id):
        raise invalid("requestId", request_id, "The request ID must be a valid UUID.")
    if uuid.UUID(request_id).int == 0:
        raise invalid("requestId", request_id, "The zero UUID is not supported.")
    found = call.state.requests.get((call.project, request_id))
    if found and found.asked != asked:
        raise invalid("requestId", request_id, "The request ID was used for a different request.")
    return found


def begin(call, kind, network, peer, work, asked):
    """Begin an operation on a network and its peer, a path; returns it as the answer shows it."""
    touched = frozenset({network.path, peer})
    _refuse_while_busy(call.state, touched)
    now, failures = call.state.clock.now(), call.state.failures
    failure = failures.pop(0) if failures else None
    work = (lambda: failure) if failure else work
    operation = Operation(call.state.new_id(), _new_name(now), kind, network.project, network, touched,
                          call.principal, now, work, call.query.get("requestId"), asked)
    call.state.operations[operation.name] = operation
    call.state.under_way.append(operation)
    if operation.request_id:
        call.state.requests[operation.project, operation.request_id] = operation
    advance_all(call.state)
    return shown(operation)


def _times(operation):
    return {name: timestamp(value) for name, value in (
        ("insertTime", operation.inserted), ("startTime", operation.started), ("endTime", operation.ended))
        if value is not None}


def shown(operation):
    """Return an operation as its answer shows it."""
    answer = {"kind": "compute#operation", "id": operation.id, "name": operation.name}
    if operation.request_id:
        answer["clientOperationId"] = operation.request_id
    answer.update({
        "operationType": operation.kind,
        "targetLink": LINK + operation.network.path,
        "targetId": operation.network.id,
        "status": operation.status,
        "user": operation.user,
        "progress": 100 if operation.status == "DONE" else 0,
        **_times(operation),
        "selfLink": f"{LINK}projects/{operation.project}/global/operations/{operation.name}",
    })
    if operation.error:
        status, code, message = operation.error
        answer["error"] = {"errors": [{"code": code, "message": message}]}
        answer.update({"httpErrorStatusCode": status, "httpErrorMessage": _MESSAGES[status]})
    return answer


def find(call):
    """Return the operation that the address names, by name or number."""
    wanted = call.parts["operation"]
    found = call.state.operations.get(wanted)
    if found is None and wanted.isdigit():
        found = next((each for each in call.state.operations.values() if each.id == wanted), None)
    if found is None or found.project != call.project:
        raise not_found(f"projects/{call.project}/global/operations/{wanted}")
    return found


def get(call):
    """Show an operation."""
    return shown(find(call))


def listed(call):
    """List the operations of a project."""
    own = [shown(each) for each in call.state.operations.values() if each.project == call.project]
    return calls.listing(call, "compute#operationList", f"projects/{call.project}/global/operations", own)
