"""tools/demo --cluster: the examples of the documentation, applied with kubectl to a real API server that asks the webhook."""

import subprocess
import tempfile
from pathlib import Path

import custom_resources
from control_plane import WEBHOOK, ControlPlane
from custom_resources import REPOSITORY
from key_pairs import Authority
from processes import run
from webhook import Guard, Webhook, program

EXAMPLES = REPOSITORY / "docs" / "examples"


def show(command, terminal):
    """Print a command and what it left on the terminal."""
    print(f"\n$ {command}")
    print((terminal.stderr + terminal.stdout).rstrip())


def apply(control_plane, path):
    """Apply a file as a user would; return whether all of it was taken."""
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            print(line)
    terminal = control_plane.kubectl("apply", f"--filename={path.relative_to(REPOSITORY)}")
    show(f"kubectl apply -f {path.relative_to(REPOSITORY)}", terminal)
    return terminal.status == 0


def remove_examples(control_plane):
    """Make room for another example."""
    control_plane.kubectl.must("delete", "vpcs,subnets", "--all", "--wait=true")


def demonstrate(control_plane):
    """Apply the examples; return those that were refused."""
    refused = []
    for path in [*sorted((EXAMPLES / "inventory").glob("*.yaml")), *sorted((EXAMPLES / "reviews").glob("*.yaml"))]:
        if not apply(control_plane, path):
            refused.append(path.name)
    remove_examples(control_plane)
    apply(control_plane, EXAMPLES / "two-documents-one-name.yaml")
    return refused


def main():
    """Start everything, show the examples, end everything."""
    folder = Path(tempfile.mkdtemp())
    binaries = Path(run(REPOSITORY / "tools" / "kubernetes").strip())
    authority = Authority(folder)
    control_plane = ControlPlane(binaries, folder)
    webhook = Webhook(folder, authority, authority.issue("webhook"), control_plane.kubeconfig(WEBHOOK))
    try:
        print("== starting etcd and kube-apiserver, installing the kinds of Kube-OVN, Kyma and Peerwarden")
        control_plane.start()
        control_plane.install([*custom_resources.guarded(custom_resources.best()), *custom_resources.own()])
        print(f"== starting {program('peerwarden-webhook').relative_to(REPOSITORY)} and registering it")
        webhook.start()
        webhook.wait_for("/readyz", 200)
        Guard(control_plane, webhook).register()
        refused = demonstrate(control_plane)
    finally:
        webhook.server.kill()
        control_plane.stop()
        subprocess.run(["rm", "-rf", str(folder)], check=True)
    expected = ["2-overlapping-subnet.yaml", "4-link-network-twice.yaml", "5-missing-shoot-tag.yaml", "7-duplicate-peering.yaml"]
    if refused != expected:
        raise SystemExit(f"refused were {refused}, meant were {expected}")


if __name__ == "__main__":
    main()
