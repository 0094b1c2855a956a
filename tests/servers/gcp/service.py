"""One request from its bytes to its answer: which method, who calls, may they, and the work itself."""

import json
import time
from urllib.parse import parse_qsl, unquote

from ..played import service
from ..played.journal import AFTER, BEFORE, Journal
from . import answers, calls, identity, operations
from .answers import Answer, Refusal, forbidden, not_found
from .calls import Call
from .journal import Entry
from .methods import METHODS, resource
from .state import State

_PAUSE = 0.01


def _bad_json():
    return Refusal(400, "parseError", "Invalid JSON payload received. Unexpected token.", more={"field": ""})


def _body(request, service):
    if service in ("oauth2", "sts") and "json" not in request.headers.get("content-type", ""):
        return dict(parse_qsl(request.body.decode("utf-8", "replace")))
    if not request.body:
        return {}
    try:
        body = json.loads(request.body)
    except ValueError:
        raise _bad_json() from None
    if not isinstance(body, dict):
        raise _bad_json()
    return body


def _unknown_query(name):
    return answers.misread(f"Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. "
                           f"Field '{name}' could not be found in request message.")


def _switched_off(project, service):
    title = {"compute": "Compute Engine API", "resourcemanager": "Cloud Resource Manager API"}[service]
    host = identity.service_name(service)
    text = (f"{title} has not been used in project {project.number} before or it is disabled. Enable it by visiting "
            f"https://console.developers.google.com/apis/api/{host}/overview?project={project.number} then retry. If "
            "you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.")
    return Refusal(403, "accessNotConfigured", text, domain="usageLimits",
                   info=("SERVICE_DISABLED", {"service": host, "consumer": f"projects/{project.number}"}))


class Service(service.Service):
    """The cloud of all projects; `work` is called by many threads."""

    def __init__(self):
        super().__init__(State(), Journal(Entry))
        self.base = ""

    def work(self, request):
        """Return the journal entry of a request, which has the HTTP status, and its answer."""
        entry = self.journal.begin()
        entry.method, entry.path = request.method, unquote(request.path)
        try:
            with service.shown(lambda text: Refusal(500, "internalError", text)):
                answer = self._work(request, entry)
        except Refusal as refusal:
            entry.status, entry.reason, entry.message = refusal.status, refusal.reason, refusal.message
            body = answers.failure(entry.service, refusal)
            return entry, Answer(body, refusal.status, headers=refusal.headers)
        entry.status = answer.status
        return entry, answer

    def _work(self, request, entry):
        method, parts = self._method(request.method, entry.path)
        if method is None:
            return answers.lost(request.path)
        entry.service, entry.action, entry.mutating = method.service, method.name, method.mutating
        call = self._call(request, method, parts, entry)
        self.journal.pass_by(entry, BEFORE)
        answer = self._wait(call, method, entry) if method.name.endswith(".wait") else self._once(call, method, entry)
        answer = answer if isinstance(answer, Answer) else Answer(calls.partial(call, answer))
        if method.mutating and method.service == "compute":
            entry.operation = answer.body.get("name", "")
        self.journal.pass_by(entry, AFTER)
        return answer

    @staticmethod
    def _method(verb, path):
        for each in METHODS:
            parts = each.match(verb, path)
            if parts is not None:
                return each, parts
        return None, None

    def _call(self, request, method, parts, entry):
        """Return the call, of one who is known where that is needed."""
        now = self.controls.real_time()
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        entry.query = query
        entry.project = parts.get("project", "")
        if not method.anonymous:
            with self.lock:
                entry.principal = identity.principal(self.state, request.headers.get("authorization"), method.service,
                                                     now)
                found = self.state.project(entry.project)
                entry.project = found.id if found else entry.project
        for name in query:
            if name not in method.known_query:
                raise _unknown_query(name)
        body = _body(request, method.service)
        entry.body = {} if method.anonymous else body
        return Call(self.state, entry.principal, entry.project, parts, query, body, now, request.headers, self.base)

    def _once(self, call, method, entry):
        with self.lock:
            answer = self._permitted(call, method)
            entry.worked = True
            return answer

    def _wait(self, call, method, entry):
        """Wait until the operation is done, for as long as the settings say; at once when the clock stands still."""
        end = time.monotonic() + self.state.settings.wait
        while True:
            answer = self._once(call, method, entry)
            if answer["status"] == "DONE" or self.state.clock.stands_still or time.monotonic() > end:
                return answer
            time.sleep(_PAUSE)

    def _permitted(self, call, method):
        operations.advance_all(self.state)
        if method.service == "compute":
            project = self.state.project(call.project)
            if project is None:
                raise not_found(f"projects/{call.project}")
            if "compute" in project.disabled:
                raise _switched_off(project, "compute")
            if not self.state.may(call.principal, method.permission, project.id):
                raise forbidden(method.permission, resource(call))
        if method.service == "resourcemanager":
            account = self.state.accounts.get(call.principal)
            project = self.state.projects.get(account.project) if account else None
            if project and "resourcemanager" in project.disabled:
                raise _switched_off(project, "resourcemanager")
        return method.work(call)
