"""The named scenarios, as they stand and with lint's advice followed: OVN must agree with lint."""

import pytest

from comparison import compare, send
from furnishing import furnish
from lint import follow, lint
from scenario_files import scenarios
from ways_out import taken

CASES = {f"{file}: {scenario['name']}": things for file, scenario, things in scenarios()}

# A case for each refusal of which policy_refusals.py says that OVN forwards.
FORWARDED = [
    "link_syntax: the subnet-router address", "link_ends: one address at both ends, vpc-2 last",
    "link_conflicts: a new subnet inside a wide link", "link_conflicts: an IPv6 BFD port inside a link",
    "link_conflicts: a BFD port takes the own address", "link_syntax: localConnectIP 169.254.0.1/0",
    "remote_identity: the same entry twice"]
# So many refusals show a way out that needs nobody's choice; if there are fewer, something reads them no more.
WAYS_OUT = 110


def mended():
    """Return the refused cases with lint's way out taken, where it finds nothing any more then."""
    refused = {name: things for name, things in ((name, follow(furnish(things))) for name, things in CASES.items())
               if any(finding.action == "deny" for finding in lint(things))}
    ways_out = {name: taken(things) for name, things in refused.items()}
    return {name: things for name, things in ways_out.items() if things and not lint(things)}


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


def test_what_lint_refuses_works_once_its_way_out_is_taken(ovn):
    """So the packets were lost for the reason that lint gave, and not for another one beside it."""
    sent = {name: send(ovn, things, 0) for name, things in mended().items()}
    assert {name: list(map(str, lost)) for name, (_, _, lost) in sent.items() if lost} == {}
    assert sum(bool(wanted) for _, wanted, _ in sent.values()) >= WAYS_OUT
