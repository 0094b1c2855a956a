"""The chart, rendered by helm."""
import functools
import json
import pathlib
import subprocess
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "charts" / "peerwarden"
NAMESPACE = "peerwarden-system"
KUBERNETES = "1.31.0"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@functools.cache
def program(name, *what):
    """Return the path of helm or kubectl, which are built when they are not there."""
    folder = subprocess.run([ROOT / "tools" / "kubernetes", *what], check=True, capture_output=True, text=True).stdout.strip()
    return pathlib.Path(folder) / name


def helm(*arguments):
    """Run helm."""
    return subprocess.run([program("helm", "helm"), *map(str, arguments)], capture_output=True, text=True, timeout=120)


def kustomize(folder):
    """Return the objects of a kustomization."""
    result = subprocess.run([program("kubectl"), "kustomize", folder], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return list(yaml.load_all(result.stdout, Loader=LOADER))


@functools.cache
def template(values, release, namespace):
    """Render the chart with these values, as JSON, whatever comes of it."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(values)
        file.flush()
        return helm("template", release, CHART, "--namespace", namespace, "--kube-version", KUBERNETES, "--values", file.name)


def render(values=None, release="peerwarden", namespace=NAMESPACE):
    """Render the chart with values that it must take, and return its objects."""
    result = template(json.dumps(values or {}), release, namespace)
    assert result.returncode == 0, result.stderr
    return [thing for thing in yaml.load_all(result.stdout, Loader=LOADER) if thing]


def refusal(values, namespace=NAMESPACE):
    """Render the chart with values that it must refuse, and return what it says."""
    result = template(json.dumps(values), "peerwarden", namespace)
    assert result.returncode != 0, result.stdout
    return result.stderr


def find(things, kind, name, namespace=None):
    """Return the one object with this kind and name, hooks left out; None when there is none."""
    found = [thing for thing in things if thing["kind"] == kind and thing["metadata"]["name"] == name
             and namespace in (None, thing["metadata"].get("namespace")) and not is_hook(thing)]
    assert len(found) < 2, found
    return found[0] if found else None


def is_hook(thing):
    """Say whether an object is only there while Helm does something."""
    return "helm.sh/hook" in thing["metadata"].get("annotations", {})


def nested(path, value):
    """Return {"a": {"b": value}} for ("a", "b")."""
    for key in reversed(path):
        value = {key: value}
    return value


def merged(*dicts):
    """Return nested dicts as one; the last one wins."""
    result = {}
    for each in dicts:
        for key, value in each.items():
            both = isinstance(value, dict) and isinstance(result.get(key), dict)
            result[key] = merged(result[key], value) if both else value
    return result
