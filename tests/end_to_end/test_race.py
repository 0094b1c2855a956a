"""Conflicting requests that race through two API servers and three replicas; race.py says how."""

import itertools
import random

import pytest

from race import faults_of, run_variant
from race_checker import conflicts
from race_faults import VARIANTS
from race_ground import Ground
from race_groups import SHAPES, make


@pytest.fixture(scope="module")
def ground(binaries, authority, tmp_path_factory):
    """Two API servers, and room for replicas."""
    ground = Ground(binaries, tmp_path_factory.mktemp("race"), authority)
    try:
        ground.start()
        yield ground
    finally:
        ground.stop()


@pytest.mark.parametrize("shape", range(len(SHAPES)), ids=[shape.__name__ for shape in SHAPES])
def test_any_two_requests_of_a_group_conflict_and_none_does_alone(shape):
    for repetition in range(10):
        group = make(shape + repetition * len(SHAPES), random.Random(repetition))
        for request in group.requests:
            assert conflicts(group.stored_after(request)) == []
        for pair in itertools.combinations(group.requests, 2):
            assert conflicts(group.stored_after(*pair)), pair


@pytest.mark.parametrize("variant", VARIANTS)
def test_never_are_two_conflicting_objects_both_admitted(ground, variant, capfd):
    tally = run_variant(ground, variant)
    with capfd.disabled():
        print(f"\n{tally.line()}")
    assert not faults_of(tally), tally.details()
