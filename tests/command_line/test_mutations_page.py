"""docs/mutations.md: its example is filled in as the page says."""

from terminal import ROOT, lint_json

PAGE = (ROOT / "docs" / "mutations.md").read_text()


def test_the_example_gets_its_links_and_routes():
    example = PAGE.split("```yaml\n")[1].split("```")[0]
    status, report = lint_json("-", stdin=example)
    assert status == 0
    assert {finding["rule"] for finding in report["findings"]} == {"would-be-changed"}
    said = "\n".join(finding["message"] for finding in report["findings"])
    for value in ("169.254.0.1/30", "169.254.0.2/30", "172.31.0.0/16", "10.0.0.0/16"):
        assert f'"{value}"' in said, said
