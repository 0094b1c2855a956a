"""tools/package deb: what the Debian package has, needs and does, and that it is the same each time."""
import gzip
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest
import yaml

from packages import BUILD, VERSION, packaged, printed

BARE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "peerwarden" / "debian-bookworm.tar"
PROGRAMS = {"usr/bin/peerwarden": "peerwarden", "usr/bin/kubectl-peerwarden": "peerwarden",
            "usr/sbin/peerwarden-webhook": "peerwarden-webhook", "usr/sbin/peerwarden-daemon": "peerwarden-daemon"}
PAGES = ("man1/peerwarden.1", "man1/kubectl-peerwarden.1", "man8/peerwarden-webhook.8", "man8/peerwarden-daemon.8")
SETTINGS = ("webhook", "daemon")


def control(package, *names):
    """Return a field, or a file, of the package's control part."""
    return printed("dpkg-deb", *names[:1], package, *names[1:])


@pytest.mark.parametrize("path, program", PROGRAMS.items())
def test_a_program_is_there_and_runs(installed, path, program):
    assert printed(installed / path, "--version") == f"{program} {VERSION}\n"


def test_programs_carry_no_symbols(installed):
    for path in PROGRAMS:
        assert ".symtab" not in printed("readelf", "--section-headers", "--wide", installed / path)


@pytest.mark.parametrize("page", PAGES)
def test_a_manual_page_is_there(installed, page):
    text = gzip.decompress((installed / "usr/share/man" / f"{page}.gz").read_bytes()).decode()
    assert ".SH OPTIONS" in text or ".SH COMMANDS" in text


def test_the_package_says_what_it_needs(package):
    assert control(package, "--field", "Version").strip() == f"{VERSION}-1"
    needed = control(package, "--field", "Depends")
    for library in ("libc6", "libcurl4", "libgnutls30", "libmicrohttpd12", "libssl3", "libyaml-0-2"):
        assert re.search(rf"\b{re.escape(library)}\b", needed), needed


def test_everything_is_owned_by_root_and_written_by_nobody_else(package):
    for line in control(package, "--contents").splitlines():
        assert line.split()[1] == "root/root"
        assert line[0] == "l" or (line[5] == "-" and line[8] == "-"), line


def test_every_file_has_its_checksum(package, installed):
    sums = subprocess.run(["dpkg-deb", "--info", package, "md5sums"], capture_output=True, text=True, check=True).stdout
    printed("md5sum", "--check", "--quiet", cwd=installed, input=sums)
    files = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file() and not path.is_symlink()}
    assert {line.split()[1] for line in sums.splitlines()} == files


def test_the_settings_are_conffiles_and_nothing_else_is_in_etc(package, installed):
    listed = set(control(package, "--info", "conffiles").split())
    assert listed == {f"/{path.relative_to(installed)}" for path in (installed / "etc").rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_settings_file_names_every_setting_and_changes_none(installed, name):
    path = installed / "etc" / "peerwarden" / f"{name}.yaml"
    assert yaml.safe_load(path.read_text()) is None
    shown = printed(BUILD / f"peerwarden-{name}", "--help")
    variables = {name.lower().replace("_", "-") for name in re.findall(r"\$PEERWARDEN_([A-Z_]+)", " ".join(shown.split()))}
    settings = yaml.safe_load(re.sub(r"^#(?=\S)", "", path.read_text(), flags=re.MULTILINE))
    assert set(settings) == variables
    assert printed(installed / "usr/sbin" / f"peerwarden-{name}", "--config", path, "--version")


@pytest.mark.parametrize("name", SETTINGS)
def test_a_settings_file_with_all_its_defaults_is_taken(installed, tmp_path, name):
    text = (installed / "etc" / "peerwarden" / f"{name}.yaml").read_text()
    path = tmp_path / "all.yaml"
    path.write_text(re.sub(r"^#(?=\S)", "", text, flags=re.MULTILINE))
    assert printed(installed / "usr/sbin" / f"peerwarden-{name}", "--config", path, "--version")


def test_the_licence_and_the_changelogs_are_there(installed):
    papers = installed / "usr/share/doc/peerwarden"
    assert "License: Apache-2.0" in (papers / "copyright").read_text()
    newest = gzip.decompress((papers / "changelog.Debian.gz").read_bytes()).decode()
    assert newest.startswith(f"peerwarden ({VERSION}-1) ")
    assert f"## {VERSION}" in gzip.decompress((papers / "changelog.gz").read_bytes()).decode()


def test_bash_completes_with_the_file_of_the_package(installed):
    script = installed / "usr/share/bash-completion/completions/peerwarden"
    asked = f'source {script}; COMP_WORDS=(peerwarden au); COMP_CWORD=1; _peerwarden; echo "${{COMPREPLY[@]}}"'
    assert printed("bash", "-c", asked) == "audit\n"


def test_the_files_of_zsh_and_fish_are_where_these_look(installed):
    zsh = (installed / "usr/share/zsh/vendor-completions/_peerwarden").read_text()
    assert zsh.startswith("#compdef peerwarden kubectl-peerwarden\n")
    assert "complete -c peerwarden" in (installed / "usr/share/fish/vendor_completions.d/peerwarden.fish").read_text()


def test_nothing_is_enabled_and_the_scripts_are_sound(package, installed, tmp_path):
    assert not (installed / "etc/systemd").exists()
    for script in ("postinst", "prerm", "postrm"):
        path = tmp_path / script
        path.write_text(control(package, "--info", script))
        printed("sh", "-n", path)
        assert not re.search(r"systemctl (?:enable|start)\b", path.read_text())


def test_two_packages_of_the_same_sources_are_the_same(package, tmp_path):
    packaged(tmp_path, "deb")
    assert next(tmp_path.glob("*.deb")).read_bytes() == package.read_bytes()


def in_chroot(root, *command):
    """Run a command in a system of its own."""
    return printed("chroot", root, "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive", *command)


@pytest.mark.skipif(not BARE.exists() or os.geteuid() != 0, reason="needs root and the bare Debian that tools/fresh makes")
def test_dpkg_installs_and_removes_it_in_a_bare_debian(package):
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        printed("tar", "--extract", "--numeric-owner", "--directory", root, "--file", BARE)
        shutil.copy(package, root / "package.deb")
        in_chroot(root, "dpkg", "--force-depends", "--install", "/package.deb")
        assert in_chroot(root, "dpkg-query", "--show", "--showformat", "${db:Status-Status}", "peerwarden") == "installed"
        settings = root / "etc" / "peerwarden" / "webhook.yaml"
        settings.write_text("listen: ':9443'\n")
        in_chroot(root, "dpkg", "--force-depends", "--remove", "peerwarden")
        assert settings.read_text() == "listen: ':9443'\n"
        assert not (root / "usr/sbin/peerwarden-webhook").exists()
        in_chroot(root, "dpkg", "--purge", "peerwarden")
        assert not settings.parent.exists()
