"""Which CustomResourceDefinitions a control plane gets: the upstream projects' own, or ours for tests."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
UPSTREAM_FOLDER = REPOSITORY.parent / "shared" / "upstream"
TEST_FOLDER = Path(__file__).parent / "crds"
OWN_FOLDER = REPOSITORY / "manifests" / "crds"

UPSTREAM = "upstream-crds"
MINIMAL = "minimal-crds"
BOTH = [UPSTREAM, MINIMAL]


def upstream_definitions():
    """Return the upstream file of every definition we have a minimal one for; some may be missing."""
    folders = {"kubeovn.io": "kube-ovn-crds", "cloud-resources.kyma-project.io": "kyma-crds"}
    paths = []
    for minimal in sorted(TEST_FOLDER.glob("*.yaml")):
        plural, group = minimal.stem.split(".", 1)
        folder = UPSTREAM_FOLDER / folders[group]
        paths += [folder / f"{plural}.{group}.yaml"] if group == "kubeovn.io" else [folder / f"{group}_{plural}.yaml"]
    return paths


def have_upstream():
    """Say whether the upstream definitions stand beside the repository."""
    return all(path.is_file() for path in upstream_definitions())


def best():
    """Return the set that is nearest to a real cluster."""
    return UPSTREAM if have_upstream() else MINIMAL


def guarded(which):
    """Return the files of a set."""
    return upstream_definitions() if which == UPSTREAM else sorted(TEST_FOLDER.glob("*.yaml"))


def own():
    """Return the files of Peerwarden's own kinds."""
    return sorted(OWN_FOLDER.glob("*.yaml"))
