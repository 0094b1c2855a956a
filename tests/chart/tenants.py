"""People who use a cluster all the time while Peerwarden comes, changes and goes."""

import http.client

from api import MERGE_PATCH
from load import Load
from objects import KYMA, path_of, subnet, thing
from polling import wait_until

ROOM = 4096  # prefixes of 16 addresses in a /16
NO_KIND = 404


class Tenants(Load):
    """Clients that create, change and delete objects of their own, and try what conflicts with them.

    Nothing may ever fail for want of a webhook. Only where the cluster is guarded, a conflict must be refused.
    `block` is the first byte of all prefixes.
    """

    def __init__(self, api, block=10, is_guarded=False):
        super().__init__()
        self.api = api
        self.block = block
        self.is_guarded = is_guarded
        self.connections = {}

    def _send(self, number, good, method, path, *body):
        """Make one call on the client's connection, count it, and return its status."""
        try:
            connection = self.connections.get(number) or self.api.connect()
            self.connections[number] = connection
            answer = self.api.request(method, path, *body, connection=connection)
        except (OSError, http.client.HTTPException):
            if number in self.connections:
                self.connections.pop(number).close()
            raise
        is_good = answer.status in good and (answer.status != 409 or answer.refused_by_webhook)
        self.tally.add(f"{method} {answer.status}", None if is_good else f"{method} {path}: {answer}")
        return answer.status

    def step(self, number, step):
        """Use a Subnet and an IpRange, if the cluster knows such kinds."""
        guarded = self.is_guarded
        place = step % ROOM * 16
        prefix = f"{self.block}.{200 + number}.{place // 256}.{place % 256}/28"
        name = f"tenant-{self.block}-{number}-{step}"
        conflicting = subnet(f"{name}-again", f"tenant-{self.block}", prefix)
        self._use(number, subnet(name, f"tenant-{self.block}", prefix), conflicting, guarded)
        if step % 4 == 0:
            self._use(number, thing(KYMA, "IpRange", name, {"cidr": f"10.{number}.{step % 256}.0/26"}), None, guarded)

    def _use(self, number, mine, conflicting, guarded):
        """Let one object come, change and go."""
        collection, change = path_of(mine, collection=True), {"metadata": {"labels": {"used": "yes"}}}
        if self._send(number, (201, NO_KIND), "POST", collection, mine) == NO_KIND:
            return
        self._send(number, (200,), "PATCH", path_of(mine), change, MERGE_PATCH)
        if conflicting:
            self._send(number, (409,) if guarded else (201, 409), "POST", f"{collection}?dryRun=All", conflicting)
        self._send(number, (200,), "DELETE", path_of(mine))

    def go_on(self, calls=100):
        """Wait until so many more calls were made."""
        wanted = self.tally.calls + calls
        wait_until(lambda: self.tally.calls >= wanted, f"{calls} more calls", seconds=120)

    def assert_undisturbed(self):
        """Fail if any call came out otherwise than it should, as known by now."""
        assert not self.tally.failures, f"{self.tally}: {self.tally.failures[:3]}"
