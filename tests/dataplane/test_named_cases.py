"""The named scenarios, as they stand and with lint's advice followed: OVN must agree with lint."""

import pytest

from comparison import compare, send
from furnishing import furnish
from lint import follow, lint
from scenario_files import scenarios

CASES = {f"{file}: {scenario['name']}": things for file, scenario, things in scenarios()}

# A case for each refusal of which policy_refusals.py says that OVN forwards.
FORWARDED = [
    "link_syntax: the subnet-router address", "link_ends: one address at both ends, vpc-2 last",
    "link_conflicts: a new subnet inside a wide link", "link_conflicts: an IPv6 BFD port inside a link",
    "link_syntax: localConnectIP 169.254.0.1/0", "remote_identity: the same entry twice"]


@pytest.mark.parametrize("things", CASES.values(), ids=CASES)
def test_ovn_agrees_with_lint(ovn, things):
    followed = follow(furnish(things))
    if followed != things:
        # As it stands, a fault need not show: there may be no pods where it is.
        print(compare(ovn, things, must_break=False))
    print(compare(ovn, followed))


@pytest.mark.parametrize("name", FORWARDED)
def test_ovn_forwards_what_only_policy_refuses(ovn, name):
    things = follow(furnish(CASES[name]))
    _, wanted, lost = send(ovn, things, 0)
    assert wanted and not lost
    assert "deny" in [finding.action for finding in lint(things)]
