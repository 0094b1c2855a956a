"""Scenarios by the command line: what exists in a folder, what is asked about in a file."""

import json
import subprocess

from webhook import program


def write(path, things):
    """Write objects into one file."""
    path.write_text("\n---\n".join(map(json.dumps, things)))
    return path


def policy_text(policy):
    """Return a policy file with a spec; without one, a policy that changes nothing."""
    return json.dumps({"apiVersion": "peerwarden.io/v1alpha1", "kind": "PeeringPolicy", "spec": policy or {}})


def lint(folder, scenario):
    """Return lint's findings that warn or deny."""
    state = folder / "state"
    state.mkdir(parents=True)
    command = [program("peerwarden"), "lint", "-o", "json"]
    if scenario.policy:
        (folder / "policy.yaml").write_text(policy_text(scenario.policy))
        command += ["--policy", folder / "policy.yaml"]
    if scenario.bundle is None:
        write(state / "objects.yaml", scenario.given)
        things = [scenario.thing]
        command += ["--state", state] + (["--delete"] if scenario.operation == "DELETE" else [])
    else:
        things = scenario.given + scenario.bundle
    return run(*command, write(folder / "asked.yaml", things), about=scenario)


def run(*command, about=""):
    """Run lint and return its findings that warn or deny."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 1), f"{about}: {done.stderr}"
    return [each for each in json.loads(done.stdout)["findings"] if each["action"] in ("deny", "warn")]
