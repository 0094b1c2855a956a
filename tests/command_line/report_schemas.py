"""The published schemas of SARIF and JUnit XML, which are not part of this repository.

They are looked for in the folder that PEERWARDEN_SCHEMAS names, else in the cache folder of the user (peerwarden/schemas):
sarif-schema-2.1.0.json is sarif-2.1/schema/sarif-schema-2.1.0.json of github.com/oasis-tcs/sarif-spec, and JUnit.xsd is the file of
that name of github.com/windyroad/JUnit-Schema.
"""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
FOLDER = pathlib.Path(os.environ.get("PEERWARDEN_SCHEMAS") or CACHE / "peerwarden" / "schemas")


def published(name):
    """Return the path of a published schema; skip the test when it has not been fetched."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"{path} is not there; tests/command_line/report_schemas.py says where it comes from")
    return path


def assert_sarif(text):
    """Check SARIF against the schema of OASIS."""
    schema = json.loads(published("sarif-schema-2.1.0.json").read_text())
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(json.loads(text))


def assert_junit(text):
    """Check JUnit XML against the schema of Ant's reports."""
    schema = published("JUnit.xsd")
    if not shutil.which("xmllint"):
        pytest.skip("xmllint is not there")
    done = subprocess.run(["xmllint", "--noout", "--schema", schema, "-"], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
