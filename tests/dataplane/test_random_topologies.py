"""Random topologies: what lint calls clean must pass in OVN, what it refuses must not.

Every run takes other seeds and prints them. DATAPLANE_SEED repeats one, DATAPLANE_COUNT sets how many there are.
"""

import os
import random

import pytest

from comparison import compare
from lint import follow, lint
from random_topologies import Topology, spoiled
from ways_out import taken

COUNT = int(os.environ.get("DATAPLANE_COUNT", "40"))
ONE = os.environ.get("DATAPLANE_SEED")
SEEDS = [int(ONE)] if ONE else random.SystemRandom().sample(range(10**6), COUNT)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_clean_topology_passes(ovn, seed):
    print(f"DATAPLANE_SEED={seed}")
    things = Topology(seed).objects()
    assert lint(things) == []
    print(compare(ovn, things))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_spoiled_topology_fails_where_lint_says_so(ovn, seed):
    mistakes, things = spoiled(seed)
    print(f"DATAPLANE_SEED={seed}: {', '.join(mistakes)}")
    followed = follow(things)
    if followed != things:
        print(compare(ovn, things, must_break=False))
    print(compare(ovn, followed))
    mended = taken(followed)
    if mended and not lint(mended):
        print("mended:", compare(ovn, mended))
