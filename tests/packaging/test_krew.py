"""tools/package krew: the archive, its manifest by krew's rules, and kubectl with the plugin."""
import hashlib
import os
import re
import subprocess
import tarfile

import pytest
import yaml

from packages import BUILD, ROOT, URL, VERSION, packaged, printed

# https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/ and krew's internal/index/validation.
FIELDS = {"apiVersion", "kind", "metadata", "spec"}
OF_SPEC = {"version", "shortDescription", "description", "homepage", "caveats", "platforms"}
OF_PLATFORM = {"selector", "uri", "sha256", "bin", "files"}
SHORT = 50


@pytest.fixture(scope="module", name="output")
def fixture_output(tmp_path_factory):
    """Make archive and manifest once."""
    folder = tmp_path_factory.mktemp("krew")
    packaged(folder, "krew", "--url-base", URL)
    return folder


@pytest.fixture(scope="module", name="archive")
def fixture_archive(output):
    """Return the path of the archive."""
    return next(output.glob("*.tar.gz"))


@pytest.fixture(scope="module", name="manifest")
def fixture_manifest(output):
    """Return the manifest."""
    return yaml.safe_load((output / "peerwarden.yaml").read_text())


@pytest.fixture(scope="module", name="plugin")
def fixture_plugin(archive, tmp_path_factory):
    """Install the plugin as krew does: unpacked into its store, and a link where kubectl looks."""
    home = tmp_path_factory.mktemp("home")
    store = home / "store" / "peerwarden" / f"v{VERSION}"
    store.mkdir(parents=True)
    (home / "bin").mkdir()
    with tarfile.open(archive) as tar:
        tar.extractall(store)
    link = home / "bin" / "kubectl-peerwarden"
    link.symlink_to(store / "kubectl-peerwarden")
    return link


def test_the_manifest_has_the_fields_that_krew_knows_and_no_others(manifest):
    assert set(manifest) == FIELDS
    assert manifest["apiVersion"] == "krew.googlecontainertools.github.com/v1alpha2"
    assert manifest["kind"] == "Plugin"
    assert manifest["metadata"] == {"name": "peerwarden"}
    assert set(manifest["spec"]) <= OF_SPEC
    for platform in manifest["spec"]["platforms"]:
        assert set(platform) == OF_PLATFORM


def test_version_and_descriptions_are_as_krew_wants_them(manifest):
    spec = manifest["spec"]
    assert re.fullmatch(r"v\d+\.\d+\.\d+", spec["version"]) and spec["version"] == f"v{VERSION}"
    assert 0 < len(spec["shortDescription"]) <= SHORT and not spec["shortDescription"].endswith(".")
    assert spec["description"]


def test_the_platform_leads_to_the_archive(manifest, archive):
    (platform,) = manifest["spec"]["platforms"]
    assert platform["selector"] == {"matchLabels": {"os": "linux", "arch": printed("dpkg", "--print-architecture").strip()}}
    assert platform["uri"] == f"{URL}/{archive.name}"
    assert platform["sha256"] == hashlib.sha256(archive.read_bytes()).hexdigest()
    with tarfile.open(archive) as tar:
        names = {member.name: member for member in tar}
    assert names[platform["bin"]].mode & 0o111
    assert "LICENSE" in names
    assert all(rule["from"] and rule["to"] for rule in platform["files"])


def test_nothing_in_the_archive_leads_out_of_it(archive):
    with tarfile.open(archive) as tar:
        for member in tar:
            assert member.isfile() and not member.name.startswith(("/", "..")) and "/../" not in member.name
            assert member.uid == member.gid == 0


def test_the_plugin_needs_no_library_of_the_system(plugin):
    folder = plugin.resolve().parent / "lib"
    loader = next(folder.glob("ld-linux*"))
    listed = printed(loader, "--library-path", folder, "--list", folder / "peerwarden")
    found = re.findall(r"=> (/\S+)", listed)
    assert found and all(path.startswith(f"{folder}/") for path in found), listed


def test_every_library_comes_with_its_licence(archive):
    with tarfile.open(archive) as tar:
        names = tar.getnames()
    licences = {name.removeprefix("licenses/") for name in names if name.startswith("licenses/")}
    libraries = {name.removeprefix("lib/") for name in names if name.startswith("lib/") and name != "lib/peerwarden"}
    licensed = set()
    for line in printed("dpkg", "--search", *(f"*/{name}" for name in libraries)).splitlines():
        if line.split(":", 1)[0] in licences:
            licensed.add(line.rpartition("/")[2])
    assert libraries - licensed == set()


def test_kubectl_finds_the_plugin_and_hands_it_its_arguments(plugin):
    kubectl = os.path.join(printed(ROOT / "tools" / "kubernetes").strip(), "kubectl")
    environment = {**os.environ, "PATH": f"{plugin.parent}:{os.environ['PATH']}"}
    assert printed(kubectl, "peerwarden", "--version", env=environment) == f"peerwarden {VERSION}\n"
    assert str(plugin) in printed(kubectl, "plugin", "list", env=environment)
    result = subprocess.run([kubectl, "peerwarden", "lint", "-"], input="kind: [", capture_output=True, text=True, env=environment, check=False)
    assert result.returncode == 2 and result.stderr.startswith("peerwarden: ")


def test_two_archives_of_the_same_sources_are_the_same(archive, tmp_path):
    packaged(tmp_path, "krew", "--url-base", URL)
    assert (tmp_path / archive.name).read_bytes() == archive.read_bytes()


def test_a_manifest_is_not_made_without_knowing_where_the_archive_will_be(tmp_path):
    result = subprocess.run([ROOT / "tools" / "package", "krew", "--build", BUILD, "--output", tmp_path], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "--url-base" in result.stderr and not (tmp_path / "peerwarden.yaml").exists()
