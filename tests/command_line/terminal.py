"""The command `peerwarden` as a person runs it: arguments and standard input in, output and exit status out."""
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / os.environ.get("PEERWARDEN_PRESET", "debug") / "peerwarden"
EXAMPLES = ROOT / "docs" / "examples"


def run(*arguments, stdin="", env=None, cwd=ROOT):
    """Run a command, whatever its exit status."""
    return subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, text=True,
                          timeout=60, cwd=cwd, env={**os.environ, **(env or {})})


def lint_json(*arguments, stdin=""):
    """Return the exit status of lint and its report."""
    return run_json("lint", "-o", "json", *arguments, stdin=stdin)


def run_json(*arguments, stdin=""):
    """Return the exit status of a command and what it printed as JSON."""
    result = run(*arguments, stdin=stdin)
    assert result.stderr == ""
    return result.returncode, json.loads(result.stdout)


def rules_of(report):
    """Return the rules that deny or warn in a report of lint, once for each finding."""
    return sorted(finding["rule"] for finding in report["findings"] if finding["action"] != "report")


def stream(*objects):
    """Return objects as one YAML stream."""
    return "\n---\n".join(map(json.dumps, objects)) + "\n"


def thing(version, kind, name, spec=None, **metadata):
    """Return an object of any kind."""
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **metadata}, "spec": spec or {}}


def vpc(name, *peerings, routes=(), **metadata):
    """Return a Vpc; peerings are (remote VPC, own link address), routes are (destination, next hop)."""
    spec = {}
    if peerings:
        spec["vpcPeerings"] = [{"remoteVpc": remote, "localConnectIP": link} for remote, link in peerings]
    if routes:
        spec["staticRoutes"] = [{"cidr": cidr, "nextHopIP": hop, "policy": "policyDst"} for cidr, hop in routes]
    return thing("kubeovn.io/v1", "Vpc", name, spec, **metadata)


def subnet(name, vpc_name, cidr, **metadata):
    """Return a Subnet of a VPC."""
    return thing("kubeovn.io/v1", "Subnet", name, {"vpc": vpc_name, "cidrBlock": cidr}, **metadata)


def pair():
    """Return two VPCs that peer with each other and route to each other's Subnet: two Vpcs, then two Subnets."""
    return [vpc("a", ("b", "169.254.0.1/30"), routes=[("10.2.0.0/16", "169.254.0.2")]),
            vpc("b", ("a", "169.254.0.2/30"), routes=[("10.1.0.0/16", "169.254.0.1")]),
            subnet("net-a", "a", "10.1.0.0/16"), subnet("net-b", "b", "10.2.0.0/16")]


def saved(folder, *objects, name="objects.yaml"):
    """Write objects into a file of a folder and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(stream(*objects) if objects else "")
    return path
