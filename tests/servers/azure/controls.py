"""What a test does to this cloud behind the clients' backs, beside what played/controls.py has for all of them."""

import secrets
import uuid
from functools import partial

from ..played import controls
from ..played.journal import BEFORE, Fault
from . import operations, peerings, picture
from .answers import Refusal
from .furniture import Furniture
from .journal import Spoiler

_HIDDEN = ("secrets", "assertions")


class Controls(Furniture, controls.Controls):
    """The controls of a server in this process; `lock` guards `state`."""

    _advance = staticmethod(operations.advance_all)
    _draw = staticmethod(picture.draw)

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
        refuse = partial(Refusal, code, message, status, headers)
        return self._journal.add(Fault(matching, when, number, count, refuse))

    def spoil(self, code, message="Injected.", status="Failed", number=1, count=1, **matching):
        """Let a call's operation end as Failed or Canceled, said by a poll with HTTP 200; returns the hook's number."""
        return self._journal.add(Spoiler(matching, number, count, (code, message, status)))

    # Looking.

    def dump(self):
        """Return the whole state but secrets: networks, zones, applications, settings and running operations."""
        with self._lock:
            operations.advance_all(self._state)
            names = ("settings", "tenants", "subscriptions", "networks", "zones", "applications")
            going = [each.resource for each in self._state.going.values()]
            return {"running": going, **{name: controls.plain(getattr(self._state, name), _HIDDEN) for name in names}}

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


NAMES = controls.names_of(Controls)


class RemoteControls(controls.RemoteControls):
    """The controls of a server in another process, by its address (with TLS: `metadata_url`): the same methods."""

    names = NAMES
