"""What a test does to the cloud behind the clients' backs: furnish it, move its clock, break it, look at it.

Every method of `Controls` takes and returns what JSON can say, since a server in another process is controlled by the
same names over HTTP: POST /_admin/NAME with an object of arguments; an answer is {"result": ...} or {"error": ...}.
"""

import dataclasses
import json
import secrets
import time
import urllib.error
import urllib.request
import uuid

from . import operations, peerings, picture
from .furniture import Furniture
from .journal import AFTER, BEFORE, Fault, Hold, Spoiler

_HIDDEN = ("secrets", "assertions")


def _plain(value):
    """Return a value of the state as JSON can say it."""
    if dataclasses.is_dataclass(value):
        return {name: _plain(each) for name, each in vars(value).items() if name not in _HIDDEN}
    if isinstance(value, dict):
        return {" ".join(name) if isinstance(name, tuple) else name: _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each) for each in value]
    return value


class Controls(Furniture):
    """The controls of a server in this process; `lock` guards `state`."""

    def __init__(self, state, journal, lock):
        super().__init__(state, lock)
        self._journal = journal
        self._skew = 0.0

    # Applications, tokens and rights.

    def application(self, tenant):
        """Make an application at home in a tenant, with a service principal there; returns {"id", "secret"}."""
        return self._application(tenant, secrets.token_urlsafe(30))

    def consent(self, application, tenant):
        """Give an application a service principal in a tenant."""
        with self._lock:
            self._state.applications[application].principals.setdefault(tenant, str(uuid.uuid4()))

    def withdraw(self, application, tenant):
        """Take the service principal of an application from a tenant, and its tokens there."""
        with self._lock:
            self._state.applications[application].principals.pop(tenant, None)
            self._drop_tokens(lambda token: (token.application, token.tenant) == (application, tenant))

    def new_secret(self, application):
        """Give an application one more secret, and return it."""
        with self._lock:
            secret = secrets.token_urlsafe(30)
            self._state.applications[application].secrets[secret] = True
            return secret

    def expire_secrets(self, application):
        """Let all secrets of an application be over."""
        with self._lock:
            found = self._state.applications[application]
            found.secrets = dict.fromkeys(found.secrets, False)

    def revoke_secrets(self, application):
        """Forget all secrets of an application."""
        with self._lock:
            self._state.applications[application].secrets.clear()

    def federate(self, application, issuer=None, subject=None, assertion=None):
        """Let an application trust tokens of an issuer for a subject, or one text as it stands."""
        with self._lock:
            found = self._state.applications[application]
            if assertion is not None:
                found.assertions.add(assertion)
            else:
                found.federations.add((issuer, subject))

    def managed_identity(self, application, default=True):
        """Let the metadata service give tokens of an application, with `default` also to those who name none."""
        with self._lock:
            self._state.identities[application] = application
            if default:
                self._state.identities["default"] = application

    def expire_tokens(self):
        """End all tokens now, before their time."""
        with self._lock:
            for token in self._state.tokens.values():
                token.expires = 0.0

    def revoke_tokens(self):
        """Make all tokens unknown."""
        with self._lock:
            self._state.tokens.clear()

    def _drop_tokens(self, which):
        self._state.tokens = {text: token for text, token in self._state.tokens.items() if not which(token)}

    def permit(self, application, actions, scope="/"):
        """Permit an application these actions (with * in them) alone at a scope and below; None: no word of it there.

        The nearest scope decides; at first all is permitted at "/".
        """
        with self._lock:
            grants = self._state.applications[application].grants
            grants.pop(scope, None)
            if actions is not None:
                grants[scope] = list(actions)

    def deny(self, application, actions, scope="/"):
        """Deny an application these actions at a scope and below, whatever is permitted; replaces that scope's."""
        with self._lock:
            self._state.applications[application].denials[scope] = list(actions)

    # Time and conduct.

    def settings(self, **changes):
        """Change settings (see state.Settings); returns all."""
        with self._lock:
            for name, value in changes.items():
                if not hasattr(self._state.settings, name):
                    raise ValueError(f"there is no setting {name}")
                setattr(self._state.settings, name, value)
            return dataclasses.asdict(self._state.settings)

    def forward(self, seconds):
        """Move the clock of operations and buckets forward; tokens go by the real time."""
        with self._lock:
            self._state.clock.forward(seconds)

    def stop_clock(self):
        """Let the clock stand still, so that no operation ends but by `forward`."""
        with self._lock:
            self._state.clock.stop()

    def run_clock(self):
        """Let the clock run again."""
        with self._lock:
            self._state.clock.run()

    def skew(self, seconds):
        """Let the server's own time, which judges tokens, be that far ahead of the real one."""
        self._skew = seconds

    def real_time(self):
        """Return the server's own time in seconds since 1970."""
        return time.time() + self._skew

    # Hooks.

    def throttle(self, count=1, retry_after=1, **matching):
        """Answer the next calls that match with 429 TooManyRequests; returns the hook's number."""
        said = ("The request is being throttled as the limit has been reached for operation type - "
                "Write_ObservationWindow_00:01:00. For more information, see - https://aka.ms/srpthrottlinglimits")
        return self.fault("TooManyRequests", said, 429, count=count, retry_after=retry_after, **matching)

    def fault(self, code, message="Injected.", status=500, when=BEFORE, number=1, count=1, retry_after=None,
              **matching):
        """Answer calls with an error, from the `number`-th on that matches from now; after: the work is done.

        Without a code (None) the answer is a page of HTML, as a gateway sends it.
        """
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return self._journal.add(Fault, matching, when, number, count, (code, message, status, headers)).number

    def drop(self, when=BEFORE, number=1, count=1, **matching):
        """Close the connection instead of an answer, before the work or after it."""
        return self._journal.add(Fault, matching, when, number, count, None).number

    def spoil(self, code, message="Injected.", status="Failed", number=1, count=1, **matching):
        """Let a call's operation end as Failed or Canceled, said by a poll with HTTP 200; returns the hook's number."""
        return self._journal.add(Spoiler, matching, number, count, (code, message, status)).number

    def hold(self, number=1, when=BEFORE, **matching):
        """Hold the `number`-th call that matches from now, before its work or after; returns the hook's number."""
        return self._journal.add(Hold, matching, when, number).number

    def wait_held(self, hook, seconds=30.0):
        """Wait until the call is held, and return its journal entry; None when it did not come in time."""
        found = self._journal.hook(hook)
        return dataclasses.asdict(found.entry) if found.reached.wait(seconds) else None

    def release(self, hook, drop=False):
        """Let a held call go on; with `drop` its connection is closed, and held before the work it is not worked."""
        self._journal.hook(hook).drop = drop
        self._journal.remove(hook)

    def clear_hooks(self):
        """Take all faults, spoilers and holds away."""
        self._journal.remove_all()

    # Looking.

    def journal(self, **matching):
        """Return the calls so far as dicts (see journal.Entry), those that have all these values."""
        return self._journal.entries(**matching)

    def clear_journal(self):
        """Forget the calls so far."""
        self._journal.clear()

    def dump(self):
        """Return the whole state but secrets: networks, zones, applications, settings and running operations."""
        with self._lock:
            operations.advance_all(self._state)
            names = ("settings", "tenants", "subscriptions", "networks", "zones", "applications")
            going = [each.resource for each in self._state.going.values()]
            return {"running": going, **{name: _plain(getattr(self._state, name)) for name in names}}

    def peerings(self):
        """Return the halves as dicts with `id`, `remote`, `state`, `level`, `provisioning`, `options`."""
        with self._lock:
            operations.advance_all(self._state)
            return [{"id": each.id, "remote": each.remote_id, "state": each.state, "provisioning": each.provisioning,
                     "level": peerings.level(self._state, each), "options": dict(each.options)}
                    for network in self._state.networks.values() for each in network.peerings.values()]

    def links(self):
        """Return the links of zones and rulesets as dicts with `id`, `network`, `registration` and `tags`."""
        with self._lock:
            operations.advance_all(self._state)
            return [{"id": each.id, "network": each.network_id, "registration": each.registration,
                     "tags": dict(each.tags)} for zone in self._state.zones.values() for each in zone.links.values()]

    def picture(self):
        """Return what stands, without what differs between two runs (see picture.py)."""
        with self._lock:
            operations.advance_all(self._state)
            return picture.draw(self._state)


NAMES = frozenset(name for each in (Controls, Furniture) for name in vars(each) if not name.startswith("_"))
__all__ = ["AFTER", "BEFORE", "NAMES", "Controls", "RemoteControls"]


class RemoteControls:
    """The controls of a server in another process, by its address (with TLS: `metadata_url`): the same methods."""

    def __init__(self, url):
        self.url = url

    def __getattr__(self, name):
        """Return the control of that name."""
        if name not in NAMES:
            raise AttributeError(name)
        return lambda *arguments, **named: self._call(name, arguments, named)

    def _call(self, name, arguments, named):
        body = json.dumps({"arguments": arguments, "named": named}).encode()
        try:
            with urllib.request.urlopen(f"{self.url}/_admin/{name}", body) as answer:
                return json.load(answer)["result"]
        except urllib.error.HTTPError as error:
            raise ValueError(json.load(error)["error"]) from None
