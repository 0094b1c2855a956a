"""docs/metrics.md: a row for each metric of the code with its type and labels, and no other."""

import re

from terminal import ROOT

FOLDERS = ("base", "http", "serving", "validators", "kube", "cloud", "certs", "registration", "mirror", "ledger", "webhook", "daemon")
DECLARATION = re.compile(r"METRIC_(COUNTER|GAUGE|HISTOGRAM)\((.*?)\);", re.DOTALL)
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \|([^|]*)\|", re.MULTILINE)
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


def arguments(text):
    """Return the arguments of a macro call, adjacent strings joined."""
    items, depth, quoted = [""], 0, False
    for character in text:
        quoted ^= character == '"'
        depth += 0 if quoted else {"(": 1, ")": -1}.get(character, 0)
        if character == "," and not quoted and depth == 0:
            items.append("")
        else:
            items[-1] += character
    return ["".join(TEXT.findall(item)) for item in items]


def in_code():
    """Return the metrics of the code: name, type and labels."""
    found = set()
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*.c")):
            for kind, text in DECLARATION.findall(path.read_text()):
                name, *rest = arguments(text)
                labels = rest[2:] if kind == "HISTOGRAM" else rest[1:]
                found.add((name, kind.lower(), ", ".join(label for label in labels if label)))
    return found


def on_page():
    """Return the metrics of the page: name, type and labels."""
    page = (ROOT / "docs" / "metrics.md").read_text()
    return {(name, kind, labels.replace("`", "").strip()) for name, kind, labels in ROW.findall(page)}


def test_the_page_has_every_metric_of_the_code_and_no_other():
    assert len(in_code()) > 20
    assert in_code() - on_page() == set()
    assert on_page() - in_code() == set()


def test_names_follow_the_conventions():
    for name, kind, _ in in_code():
        assert name.startswith(("peerwarden_", "process_", "workqueue_", "leader_election_")), name
        assert name.endswith("_total") == (kind == "counter"), name
        assert not name.endswith(("_milliseconds", "_ms", "_count", "_sum", "_bucket")), name
        assert kind != "histogram" or name.endswith(("_seconds", "_bytes")), name
