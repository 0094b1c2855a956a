"""Where the race is run: two API servers on one etcd, a balancer, and replicas of the webhook behind it."""

import json
from contextlib import contextmanager
from types import SimpleNamespace

import custom_resources
from balancer import Balancer
from control_plane import SYSTEM_NAMESPACE, WEBHOOK, ControlPlane
from delaying_proxy import DelayingProxy
from event_loop import EventLoop
from objects import guarded_kinds, path_of
from polling import wait_until
from webhook import Guard, Webhook

REPLICAS = 3
PAGES = (f"/apis/coordination.k8s.io/v1/namespaces/{SYSTEM_NAMESPACE}/leases"
         "?labelSelector=app.kubernetes.io/component%3Dledger")


class Ground:
    """All servers of the race but the replicas, which come and go with `replicas`."""

    def __init__(self, binaries, folder, authority):
        self.folder = folder
        self.authority = authority
        folders = [folder / "first", folder / "second"]
        for each in folders:
            each.mkdir()
        first = ControlPlane(binaries, folders[0])
        self.planes = [first, ControlPlane(binaries, folders[1], first)]
        self.loop = EventLoop()
        self.balancer = Balancer(self.loop)
        self.guards = []
        self.deployments = 0

    @property
    def apis(self):
        """A client of each API server."""
        return [plane.api for plane in self.planes]

    def start(self):
        """Start both API servers and the balancer."""
        self.planes[0].start()
        self.planes[0].install([*custom_resources.guarded(custom_resources.best()), *custom_resources.own()])
        self.planes[1].start()
        wait_until(self._second_knows_all_kinds, "the second API server serves all kinds")
        self.balancer.start()

    def _second_knows_all_kinds(self):
        """Say whether the second API server serves what was installed through the first."""
        return all(self.apis[1].request("GET", path_of(kind, collection=True)).status == 200 for kind in guarded_kinds())

    def stop(self):
        """End everything."""
        self.balancer.stop()
        self.loop.stop()
        for plane in reversed(self.planes):
            plane.stop()

    @contextmanager
    def replicas(self, with_proxy=False):
        """Give running replicas, in force, and the proxy that stands before the last of them or None."""
        self.deployments += 1
        folder = self.folder / f"deployment-{self.deployments}"
        folder.mkdir()
        proxy = self._proxy(folder) if with_proxy else None
        replicas = [self._replica(folder, number, proxy if number == REPLICAS - 1 else None)
                    for number in range(REPLICAS)]
        try:
            self._put_in_force(replicas)
            yield replicas, proxy
        finally:
            self.balancer.backends = []
            for replica in replicas:
                replica.server.kill()
            if proxy:
                proxy.stop()
            self.planes[0].api.request("DELETE", PAGES)

    def _proxy(self, folder):
        """Start a proxy before the API server of the last replica."""
        plane = self.planes[(REPLICAS - 1) % len(self.planes)]
        proxy = DelayingProxy(self.loop, plane.port, plane.certificate, self.authority.issue(f"{folder.name}-proxy"))
        proxy.start()
        return proxy

    def _replica(self, folder, number, proxy):
        """Start a replica that watches through one of the API servers, or through the proxy before it."""
        plane = self.planes[number % len(self.planes)]
        config = json.loads(plane.kubeconfig(WEBHOOK).read_text())
        if proxy:
            config["clusters"][0]["cluster"] = {
                "server": f"https://127.0.0.1:{proxy.port}",
                "certificate-authority": str(self.authority.pair.certificate)}
        own = folder / f"replica-{number}"
        own.mkdir()
        kubeconfig = own / "kubeconfig"
        kubeconfig.write_text(json.dumps(config))
        replica = Webhook(own, self.authority, self.authority.issue(f"{folder.name}-{number}"), kubeconfig)
        replica.server.start()
        return replica

    @staticmethod
    def end_well(replicas):
        """End replicas as a rollout does, and return what is wrong with those that do not end well."""
        wrong = []
        for replica in replicas:
            try:
                replica.wait_for("/readyz", 200)
                replica.stop()
            except AssertionError as error:
                status = replica.server.process.poll()
                wrong.append(f"{replica.server.log} (exit status {status}): {str(error)[-1500:]}")
        return wrong

    def _put_in_force(self, replicas):
        """Let both API servers ask the replicas."""
        for replica in replicas:
            replica.wait_for("/readyz", 200)
        self.balancer.backends = [replica.port for replica in replicas]
        if not self.guards:
            front = SimpleNamespace(port=self.balancer.port, authority=self.authority)
            self.guards = [Guard(plane, front) for plane in self.planes]
            self.guards[0].register()
        for guard in self.guards:
            guard.wait_until_in_force()
