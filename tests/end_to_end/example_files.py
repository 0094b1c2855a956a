"""The peering example of the Kube-OVN documentation, as it was published and put right."""

from pathlib import Path

FOLDER = Path(__file__).parent / "kube_ovn_example"
NETWORKS = FOLDER / "networks.yaml"
AS_PUBLISHED = FOLDER / "peering_as_published.yaml"
PUT_RIGHT = FOLDER / "peering_put_right.yaml"


def halves(path):
    """Return the two documents of a peering file."""
    first, second = path.read_text().split("\n---\n")
    return first, second
