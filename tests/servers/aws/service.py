"""One request from its bytes to its answer: who calls, may they, what is to happen, and the work itself."""

import uuid

from ..played import service
from ..played.journal import AFTER, BEFORE, Journal
from . import answers, lifecycle, networks, peerings, routes, signature, sts
from .answers import Refusal
from .calls import Call
from .journal import Entry
from .parameters import Parameters
from .state import State

_EC2 = {**networks.ACTIONS, **peerings.ACTIONS, **routes.ACTIONS}
_ACTIONS = {"ec2": _EC2, "sts": sts.ACTIONS}
_VERSIONS = {"ec2": answers.EC2_VERSION, "sts": answers.STS_VERSION}
_NAMES = {"ec2": "AmazonEC2", "sts": "AWSSecurityTokenService"}


class Service(service.Service):
    """EC2 and STS of all accounts and regions; `work` is called by many threads."""

    def __init__(self):
        super().__init__(State(), Journal(Entry))

    def work(self, request):
        """Return the journal entry of a request, which has the HTTP status, and the text of its answer."""
        entry = self.journal.begin()
        entry.request_id = str(uuid.uuid4())
        try:
            with service.shown(lambda text: Refusal("InternalError", text, 500)):
                tree = self._work(request, entry)
        except Refusal as refusal:
            entry.status, entry.code, entry.message = refusal.status, refusal.code, refusal.message
            return entry, answers.failure(entry.service or "ec2", refusal, entry.request_id)
        entry.status = 200
        return entry, answers.success(entry.service, entry.action, tree, entry.request_id)

    def _work(self, request, entry):
        parameters = Parameters(request.query if request.method == "GET" else request.body.decode("utf-8", "replace"))
        call = self._authenticate(request, parameters, entry)
        work, shape, mutating = self._action(parameters, entry)
        entry.dry_run = parameters.text("DryRun") == "true"
        entry.mutating = mutating and not entry.dry_run
        entry.parameters = dict(parameters.values)
        self.journal.pass_by(entry, BEFORE)
        shape.check(parameters.values)
        with self.lock:
            tree = self._permitted(call, entry, work)
            entry.worked = True
        if entry.mutating and entry.service == "ec2":
            entry.result = tree
        self.journal.pass_by(entry, AFTER)
        return tree

    def _authenticate(self, request, parameters, entry):
        """Return the call with the key that signed it; without a key where none is needed."""
        if parameters.text("Action") == sts.UNSIGNED and request.header("authorization") is None:
            entry.service, entry.region = "sts", "us-east-1"
            return Call(self.state, None, entry.region, parameters)
        scope = signature.Scope(request)
        entry.service = scope.service if scope.service in _ACTIONS else "ec2"
        entry.region = scope.region
        entry.action = parameters.text("Action", "")
        key = signature.verify(request, scope, self.state.keys.get, self.controls.real_time())
        entry.account, entry.principal = key.account, key.arn
        return Call(self.state, key, scope.region, parameters)

    @staticmethod
    def _action(parameters, entry):
        entry.action = parameters.text("Action", "")
        if not entry.action:
            raise Refusal("MissingAction", "The request must contain the parameter Action")
        version, wanted = parameters.text("Version"), _VERSIONS[entry.service]
        if version != wanted:
            raise Refusal("NoSuchVersion", f"The requested version ({version}) of service {_NAMES[entry.service]} "
                          "does not exist")
        if entry.action not in _ACTIONS[entry.service]:
            raise Refusal("InvalidAction", f"The action {entry.action} is not valid for this web service.")
        return _ACTIONS[entry.service][entry.action]

    def _permitted(self, call, entry, work):
        if entry.service == "sts":
            return work(call, self.controls.real_time())
        if not self.state.may(call.key.entity, entry.action):
            raise Refusal(
                "UnauthorizedOperation",
                f"You are not authorized to perform this operation. User: {call.key.arn} is not authorized to "
                f"perform: ec2:{entry.action} because no identity-based policy allows the ec2:{entry.action} action. "
                f"Encoded authorization failure message: {uuid.uuid4().hex}", 403)
        if call.parameters.truth("DryRun"):
            raise Refusal("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
        lifecycle.advance_all(self.state)
        return work(call)
