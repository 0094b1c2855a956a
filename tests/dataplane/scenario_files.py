"""The Kube-OVN scenarios of tests/scenarios as lists of objects: what the cluster holds once the request is through."""

import functools
import pathlib

import yaml

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "scenarios"
KINDS = ("Vpc", "Subnet")


@functools.lru_cache(maxsize=None)
def load(path):
    """Return the documents of a file."""
    return list(yaml.load_all(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def place(things, thing):
    """Put an object in the place of the one of its kind and name, or at the end."""
    def key(each):
        return each["kind"], each["metadata"]["name"]

    return [each for each in things if key(each) != key(thing)] + [thing]


def objects_of(scenario):
    """Return the Vpcs and Subnets of a scenario as its request leaves them."""
    things = load(FOLDER / "bases" / f"{scenario['base']}.yaml") if "base" in scenario else []
    for thing in scenario.get("given") or []:
        things = place(things, thing)
    if "bundle" in scenario:
        things = things + scenario["bundle"]
    else:
        request = scenario["when"]
        things = place(things, request["object"])
        if request["operation"] == "DELETE":
            things.pop()
    return [thing for thing in things if thing["kind"] in KINDS]


def scenarios():
    """Return (file, scenario, objects) for each scenario with a peering that is judged by the rules' defaults."""
    for path in sorted(FOLDER.glob("*.yaml")):
        for scenario in load(path):
            things = objects_of(scenario)
            if "policy" not in scenario and any((thing.get("spec") or {}).get("vpcPeerings") for thing in things):
                yield path.stem, scenario, things
