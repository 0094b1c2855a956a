"""What the end-to-end tests share: control planes, the webhook, and room of one's own in the address space."""

import itertools
from pathlib import Path

import pytest

import custom_resources
from control_plane import WEBHOOK, ControlPlane
from custom_resources import REPOSITORY
from key_pairs import Authority
from objects import shoot_info, vpc
from processes import run
from webhook import Guard, Webhook, remove_all


@pytest.fixture(scope="session")
def binaries():
    """The folder with etcd, kube-apiserver and kubectl."""
    return Path(run(REPOSITORY / "tools" / "kubernetes").strip())


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """The authority that vouches for every webhook."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def new_control_plane(binaries, tmp_path_factory):
    """A function that starts a control plane without any CustomResourceDefinitions."""
    started = []

    def start():
        started.append(ControlPlane(binaries, tmp_path_factory.mktemp("control-plane")))
        started[-1].start()
        return started[-1]

    yield start
    for control_plane in started:
        control_plane.stop()


@pytest.fixture(scope="session")
def control_planes(new_control_plane):
    """A function that gives the one control plane with a set of definitions."""
    ready = {}

    def give(which):
        if which not in ready:
            ready[which] = new_control_plane()
            ready[which].install([*custom_resources.guarded(which), *custom_resources.own()])
        return ready[which]

    return give


@pytest.fixture(scope="module")
def definitions():
    """The set of definitions a test module runs with; a module may ask for both."""
    return custom_resources.best()


@pytest.fixture(scope="module")
def control_plane(control_planes, definitions):
    """A control plane that knows all guarded kinds."""
    if definitions == custom_resources.UPSTREAM and not custom_resources.have_upstream():
        pytest.skip("the upstream definitions do not stand beside the repository")
    return control_planes(definitions)


@pytest.fixture(scope="module")
def new_webhook(authority, tmp_path_factory):
    """A function that prepares a webhook process; all of them end with the module."""
    made = []

    def make(kubeconfig, *options, pair=None):
        folder = tmp_path_factory.mktemp("webhook")
        made.append(Webhook(folder, authority, pair or authority.issue(folder.name), kubeconfig, *options))
        return made[-1]

    yield make
    for webhook in made:
        webhook.server.kill()


@pytest.fixture(scope="module")
def is_shoot():
    """Whether the cluster is a Gardener shoot; a module may say so."""
    return False


@pytest.fixture(scope="module")
def shoot(control_plane, is_shoot):
    """What a shoot knows of itself, there before the webhook starts."""
    if is_shoot:
        control_plane.api.store(shoot_info())
    yield
    if is_shoot:
        control_plane.api.delete(shoot_info())


@pytest.fixture(scope="module")
def webhook_options():
    """The options of the webhook; a module may have others."""
    return ()


@pytest.fixture(scope="module")
def guard(control_plane, shoot, new_webhook, webhook_options):
    """A webhook in force at the control plane, and an empty cluster afterwards."""
    webhook = new_webhook(control_plane.kubeconfig(WEBHOOK), *webhook_options)
    webhook.start()
    webhook.wait_for("/readyz", 200)
    guard = Guard(control_plane, webhook)
    guard.register()
    yield guard
    guard.unregister()
    remove_all(control_plane.api)
    webhook.stop()


@pytest.fixture
def api(control_plane, guard):
    """A client of the guarded API server."""
    return control_plane.api


@pytest.fixture
def kubectl(control_plane, guard):
    """kubectl at the guarded API server."""
    return control_plane.kubectl


class Plot:
    """Names and prefixes that no other test of the module uses."""

    def __init__(self, number):
        self.number = number

    def name(self, word):
        """Return a name that is ours alone."""
        return f"{word}-{self.number}"

    def v4(self, rest):
        """Return a prefix inside our IPv4 /16, from its last two bytes and length."""
        return f"10.{self.number}.{rest}"

    def v6(self, rest):
        """Return a prefix inside our IPv6 /32."""
        return f"fd00:{self.number:x}:{rest}"

    def peered_vpcs(self):
        """Return two VPCs that peer with each other."""
        left, right = self.name("left"), self.name("right")
        return (vpc(left, peerings=[(right, "169.254.0.1/30")]),
                vpc(right, peerings=[(left, "169.254.0.2/30")]))


@pytest.fixture(scope="module")
def plot_numbers():
    """Numbers for the plots of a module."""
    return itertools.count(1)


@pytest.fixture
def plot(plot_numbers):
    """Room of one's own in names and address space."""
    return Plot(next(plot_numbers))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Add to a failed test the end of the webhook's log and where all logs are."""
    report = (yield).get_result()
    guard = item.funcargs.get("guard")
    if report.failed and guard:
        report.sections.append((f"log of the webhook: {guard.webhook.server.log}", guard.webhook.server.tail()))
