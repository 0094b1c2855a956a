"""Rollback, uninstallation and installation again, with a garbage collector that is real and users who go on calling."""

import json

from objects import subnet
from polling import wait_until
from release import CONFIGURATIONS, NAME, NAMESPACE

# What somebody else made, which says that it was there, and what goes by itself within minutes.
NOT_ASKED = {"events", "events.events.k8s.io", "componentstatuses", "nodes", "pods", "endpoints",
             "endpointslices.discovery.k8s.io"}
# docs/install.md says of each how it is removed; Kubernetes makes the rest in every namespace and for every kind.
DOCUMENTED = {f"CustomResourceDefinition /{kind}.peerwarden.io" for kind in ("remotenetworks", "remotezones")}
OF_KUBERNETES = {"APIService /v1alpha1.peerwarden.io", f"ConfigMap {NAMESPACE}/kube-root-ca.crt",
                 f"ServiceAccount {NAMESPACE}/default", f"Namespace /{NAMESPACE}"}
COLUMNS = '{range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name}{"\\n"}{end}'


def test_rollback_fails_no_call(release, applicants, figures):
    before = json.loads(release.helm("history", NAME, "--output=json"))[-1]["revision"]
    release.upgrade(**{"webhook.settings.log-level": "error"})
    release.helm("rollback", NAME, str(before))
    release.wait_until_settled()
    applicants.end()
    applicants.say(figures, "helm upgrade and rollback")
    assert applicants.failures == 0, applicants.tally.failures
    assert release.is_armed()


def listed(release):
    """Return everything that bears our name or stands in our namespace."""
    kubectl = release.node.kubectl()
    kinds = set(kubectl.must("api-resources", "--verbs=list", "--output=name").stdout.split()) - NOT_ASKED
    things = kubectl.must("get", ",".join(sorted(kinds)), "--all-namespaces", f"--output=jsonpath={COLUMNS}")
    return {name for name in things.stdout.splitlines() if NAME in name}


def is_lease(name):
    """Say whether this is a Lease in our namespace: the daemon's, or one of the ledger."""
    return name.startswith(f"Lease {NAMESPACE}/peerwarden-")


def test_uninstallation_leaves_only_what_is_documented_and_blocks_nothing(release, applicants, figures):
    release.uninstall()
    left = listed(release)
    leases = set(filter(is_lease, left))
    figures.say("helm uninstall", "left behind", ", ".join(sorted(left - leases - OF_KUBERNETES)))
    figures.say("helm uninstall", "left behind: Leases", len(leases))
    assert left - leases - OF_KUBERNETES == DOCUMENTED
    assert all(release.api.request("GET", path).status == 404 for path in CONFIGURATIONS)
    assert release.api.create(subnet("unguarded", "first", "10.19.0.0/25"), dry_run=True).status == 201
    applicants.stop()
    failed = [failure for failure in applicants.tally.failures if "Answer(status=5" in failure]
    figures.say("helm uninstall", "calls that failed while it went", len(failed))
    assert not failed
    reinstall(release, figures)


def reinstall(release, figures):
    """Install the chart again at once, where the last release left off."""
    release.install()
    for what, seconds in release.laps.items():
        figures.say("helm install again at once", what, seconds, "s")
    wait_until(release.refuses, "a conflict is refused")
