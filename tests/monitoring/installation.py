"""A webhook and a daemon at a real API server and a played AWS, and as much as possible of what they count."""

import json

from control_plane import ADMIN, SYSTEM_NAMESPACE, WEBHOOK, ControlPlane
from custom_resources import best, guarded, own
from daemon import Daemon, grant
from key_pairs import Authority
from managed_aws import GOOD, Region, environment_of
from objects import aws_peering, shoot_info, subnet, thing, vpc
from polling import wait_until
from tests.servers.aws import AwsServer
from webhook import REGISTRATION, Guard, Webhook
from wire import review

SECRET = "peerwarden-webhook-tls"
REPORTS = "wgpolicyk8s.io"
POLICY = """\
apiVersion: peerwarden.io/v1alpha1
kind: PeeringPolicy
spec:
  rules: {partial-dual-stack: warn}
  exemptions:
    - {rules: [cidr-overlap], names: ^old$, reason: a test, owner: nobody, expires: 2020-01-31}
"""


def definition(plural, kind, scope):
    """Return a CustomResourceDefinition of policy reports that takes any content."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.{REPORTS}",
                         "annotations": {"api-approved.kubernetes.io": "unapproved, for a test"}},
            "spec": {"group": REPORTS, "scope": scope, "names": {"plural": plural, "kind": kind},
                     "versions": [{"name": "v1alpha2", "served": True, "storage": True,
                                   "schema": {"openAPIV3Schema": schema}}]}}


class Plot:
    """Names and prefixes of one turn."""

    def __init__(self, number):
        self.number = number

    def name(self, word):
        """Return a name that is ours alone."""
        return f"{word}-{self.number}"

    def v4(self, rest):
        """Return a prefix inside our IPv4 /16."""
        return f"10.{self.number}.{rest}"

    def v6(self, rest):
        """Return a prefix inside our IPv6 /32."""
        return f"fd00:{self.number:x}:{rest}"


class Installation:
    """The processes; it ends them when it is left."""

    def __init__(self, binaries, folder):
        self.folder = folder
        self.control_plane = ControlPlane(binaries, folder)
        self.cloud = AwsServer()

    def __enter__(self):
        try:
            self._start_control_plane()
            self.cloud.start()
            self.region = Region(self.cloud, self.api)
            self._start_webhook()
            self._start_daemon()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in ("daemon", "webhook"):
            if hasattr(self, name):
                getattr(self, name).server.kill()
        self.cloud.stop()
        self.control_plane.stop()

    @property
    def api(self):
        """A client with all rights."""
        return self.control_plane.api

    def _start_control_plane(self):
        """Start a cluster that is a shoot and knows all kinds."""
        self.control_plane.start()
        reports = self.folder / "reports.json"
        reports.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [
            definition("policyreports", "PolicyReport", "Namespaced"),
            definition("clusterpolicyreports", "ClusterPolicyReport", "Cluster")]}))
        self.control_plane.install([reports, *guarded(best()), *own()])
        self.api.store(shoot_info())

    def _start_webhook(self):
        """Start the webhook, with something that is stored and would be refused, and register it."""
        policy = self.folder / "policy.yaml"
        policy.write_text(POLICY)
        self.api.store(vpc("stored"), subnet("one", "stored", "10.200.0.0/16"), subnet("two", "stored", "10.200.1.0/24"))
        authority = Authority(self.folder)
        self.webhook = Webhook(self.folder, authority, authority.issue("webhook"), self.control_plane.kubeconfig(WEBHOOK),
                               "--registration-check=1s", "--lookup-wait=1s", f"--policy={policy}")
        self.webhook.start()
        self.webhook.wait_for("/readyz", 200)
        self.guard = Guard(self.control_plane, self.webhook)
        self.guard.register()
        self._register_one_that_nobody_answers()

    def _register_one_that_nobody_answers(self):
        """Have the API server ask two webhooks about marked ConfigMaps that are not there, and see that it does."""
        configuration = thing(REGISTRATION, "ValidatingWebhookConfiguration", "nobody")
        configuration["webhooks"] = [{
            "name": f"{policy.lower()}.test.peerwarden.io", "failurePolicy": policy, "sideEffects": "None",
            "admissionReviewVersions": ["v1"], "objectSelector": {"matchLabels": {"nobody": policy}},
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}],
            "clientConfig": {"url": "https://127.0.0.1:9/"}} for policy in ("Fail", "Ignore")]
        self.api.store(configuration)
        wait_until(lambda: self._marked("Fail").status == 500, "the API server asks")

    def _marked(self, policy):
        """Create a ConfigMap as a dry run of the API server about which nobody answers."""
        marked = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {
            "name": "marked", "namespace": SYSTEM_NAMESPACE, "labels": {"nobody": policy}}}
        return self.api.create(marked, dry_run=True)

    def _start_daemon(self):
        """Start a daemon that manages what asks for it."""
        self.daemon = Daemon(
            self.folder, grant(self.control_plane), "--clouds=aws", "--resync=1s", "--refresh=1s", "--idle=1s",
            "--report-interval=1s", f"--policy={self.folder / 'policy.yaml'}", *self._keeping(),
            **environment_of(self.region))
        self.daemon.start_as_leader()

    def _keeping(self):
        """Return the options by which the daemon keeps registration and certificates, as the chart has it."""
        self.api.store({"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
                        "metadata": {"name": SECRET, "namespace": SYSTEM_NAMESPACE}})
        wanted = self.guard.configurations()
        for configuration in wanted:
            del configuration["webhooks"][0]["clientConfig"]["caBundle"]
            configuration["webhooks"][0]["timeoutSeconds"] = 9  # unlike what is there
        path = self.folder / "registration.yaml"
        path.write_text("\n---\n".join(json.dumps(configuration) for configuration in wanted))
        return f"--registration={path}", "--certificates=own", f"--certificate-secret={SECRET}"

    def do_all(self):
        """Have everything happen that a quiet test can bring about."""
        plot = Plot(1)
        self._admissions(plot)
        self._reservations(plot)
        self._api_server()
        self._certificates(plot)
        self._peerings(plot)

    def _admissions(self, plot):
        """Have objects admitted, refused, changed and deleted, and requests that are none."""
        wide = subnet(plot.name("wide"), plot.name("vpc"), plot.v4("0.0/20"))
        self.api.store(vpc(plot.name("vpc")), wide)
        assert self.api.create(subnet(plot.name("inside"), plot.name("vpc"), plot.v4("1.0/24"))).refused_by_webhook
        assert self.api.patch(wide, {"spec": {"excludeIps": [plot.v4("0.1")]}}).status == 200
        assert self.api.delete(wide).status == 200
        assert self.webhook.wire.send("POST", "/validate", b"nothing")[0] == 415
        unknown = review({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}})
        body = json.dumps(unknown).encode()
        assert self.webhook.wire.send("POST", "/validate", body, {"Content-Type": "application/json"})[0] == 200

    def _reservations(self, plot):
        """Admit an object that is never stored, so that another one meets its reservation, and it is asked for later."""
        first, second = (subnet(plot.name(word), "stored", plot.v4("16.0/20")) for word in ("first", "second"))
        self._review(first)
        self._review(second)

    def _review(self, wanted):
        """Have an object judged that the API server does not know."""
        body = json.dumps(review(wanted, dry_run=False)).encode()
        sent = self.webhook.wire.send("POST", "/validate?timeout=2s", body, {"Content-Type": "application/json"})
        assert sent[0] == 200

    def _certificates(self, plot):
        """Give the webhook a certificate that is none, for a moment."""
        good = self.webhook.pair.certificate.read_text()
        before = self._count("peerwarden_tls_reload_failures_total")
        self.webhook.pair.certificate.write_text(plot.name("nothing"))
        wait_until(lambda: self._count("peerwarden_tls_reload_failures_total") > before, "the webhook refuses it")
        self.webhook.pair.certificate.write_text(good)

    def _count(self, metric):
        """Return the value of a counter of the webhook that has no labels."""
        lines = [line.split() for line in self.webhook.metrics().splitlines()]
        return next((float(words[1]) for words in lines if words[0] == metric), 0)

    def _api_server(self):
        """Have calls fail at the API server."""
        assert self._marked("Fail").status == 500
        assert self._marked("Ignore").status == 201

    def _peerings(self, plot):
        """Have one peering managed, one only observed, and one that may not be."""
        managed = self.region.neighbour(plot)
        self.api.store(managed.thing)
        managed.annotate(mode="manage")
        missing = aws_peering(plot.name("missing"), f"vpc-{plot.number:017x}")
        observed = self.region.neighbour(Plot(plot.number + 128), tags=GOOD)
        self.api.store(observed.thing)
        self.api.create(missing)
        self.cloud.throttle(3, action="DescribeVpcs")
        managed.wait_ready()
        assert self.api.delete(missing).status in (200, 404)

    def jobs(self):
        """Return what Prometheus is to read, under the names that alerts and dashboard know."""
        def targets(port):
            return [{"targets": [f"127.0.0.1:{port}"], "labels": {"namespace": SYSTEM_NAMESPACE}}]
        return [
            {"job_name": "peerwarden-webhook", "static_configs": targets(self.webhook.metrics_port)},
            {"job_name": "peerwarden-daemon", "static_configs": targets(self.daemon.port)},
            {"job_name": "apiserver", "scheme": "https", "static_configs": targets(self.control_plane.port),
             "scrape_interval": "2s", "scrape_timeout": "2s",
             "authorization": {"credentials": self.control_plane.token(ADMIN)},
             "tls_config": {"ca_file": str(self.control_plane.certificate)},
             "metric_relabel_configs": [{"source_labels": ["__name__"], "regex": "apiserver_admission_webhook_.*",
                                         "action": "keep"}]}]
