"""docs/rules/scenarios names the scenarios of each rule."""

import subprocess

from custom_resources import REPOSITORY


def test_the_page_is_up_to_date_and_each_rule_is_broken_and_kept_by_some_scenario():
    done = subprocess.run([REPOSITORY / "tools" / "scenarios", "--check"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
