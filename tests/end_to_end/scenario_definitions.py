"""The CustomResourceDefinitions of the tests with their schemas taken out: a verdict is then ours, not the schema's."""

import json

import custom_resources
from scenario_files import read_documents

ANYTHING = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}


def definitions():
    """Return the definitions, which let everything through and keep a status like any other field."""
    return [without_schema(definition) for path in [*custom_resources.guarded(custom_resources.MINIMAL),
                                                    *custom_resources.own()]
            for definition in read_documents(path)]


def without_schema(definition):
    """Return a definition of the same name that allows anything."""
    spec = definition["spec"]
    versions = [{"name": each["name"], "served": each["served"], "storage": each["storage"], "schema": ANYTHING}
                for each in spec["versions"]]
    return {"apiVersion": definition["apiVersion"], "kind": definition["kind"],
            "metadata": {"name": definition["metadata"]["name"]},
            "spec": {"group": spec["group"], "scope": spec["scope"], "names": spec["names"], "versions": versions}}


def install(control_plane, folder):
    """Let a control plane serve the definitions."""
    paths = []
    for definition in definitions():
        paths.append(folder / f"{definition['metadata']['name']}.json")
        paths[-1].write_text(json.dumps(definition))
    control_plane.install(paths)


def resources():
    """Return the plural of each kind, by group and kind, as reviews and paths name it."""
    plurals = {(each["spec"]["group"], each["spec"]["names"]["kind"]): each["spec"]["names"]["plural"]
               for each in definitions()}
    return {**plurals, ("", "ConfigMap"): "configmaps"}
