"""The YAML scenarios of tests/scenarios, as the runner in tests/validators/test_scenarios.c reads them."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from custom_resources import REPOSITORY

FOLDER = REPOSITORY / "tests" / "scenarios"
MEMBERS = {"name", "facts", "base", "given", "policy", "when", "bundle", "then"}
EXPECTATIONS = {"action", "rules", "message", "without"}


class Loader(yaml.CSafeLoader):
    """YAML as Kubernetes reads it: a date is a text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read_documents(path):
    """Return the documents of a YAML file."""
    with open(path, encoding="utf-8") as text:
        return [document for document in yaml.load_all(text, Loader) if document is not None]


def identity(thing):
    """Return what tells an object from all others."""
    metadata = thing["metadata"]
    return thing["apiVersion"].rpartition("/")[0], thing["kind"], metadata.get("namespace", ""), metadata["name"]


def last_of_each(things):
    """Return the objects without those that a later one of the same identity takes the place of."""
    return list({identity(each): each for each in things}.values())


@dataclass(frozen=True)
class Scenario:
    """Objects that exist, one request or a bundle, and the verdict that it must get."""

    file: Path
    name: str
    facts: str  # the worked case that it stands for
    policy: dict | None
    given: list
    operation: str | None  # of the request; None for a bundle
    thing: dict | None
    bundle: list | None
    action: str
    rules: frozenset
    said: tuple
    unsaid: tuple

    def __str__(self):
        return f"{self.file.name}: {self.name}"

    @property
    def old(self):
        """The object that an update changes or a deletion removes."""
        return next((each for each in self.given if identity(each) == identity(self.thing)), None)


def scenario_of(path, document):
    """Return the scenario that a document describes."""
    unknown = (set(document) - MEMBERS) | (set(document["then"]) - EXPECTATIONS)
    assert not unknown, f"{path.name}: {document['name']}: nobody compares {', '.join(sorted(unknown))}"
    base = read_documents(FOLDER / "bases" / f"{document['base']}.yaml") if "base" in document else []
    when, then = document.get("when"), document["then"]
    return Scenario(
        path, document["name"], document.get("facts", ""), document.get("policy"),
        last_of_each([*base, *document.get("given", [])]),
        when and when["operation"], when and when["object"], document.get("bundle"),
        then["action"], frozenset(then.get("rules", [])),
        tuple(then.get("message", [])), tuple(then.get("without", [])))


def read_scenarios():
    """Return all scenarios; each name stands once in its file."""
    scenarios = [scenario_of(path, document) for path in sorted(FOLDER.glob("*.yaml"))
                 for document in read_documents(path)]
    names = [str(each) for each in scenarios]
    twice = sorted({name for name in names if names.count(name) > 1})
    assert not twice, f"more than one scenario is called: {'; '.join(twice)}"
    return scenarios
