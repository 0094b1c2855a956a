"""tools/packaging/debian.py: what is said of a package's licence and age, and that a changed file is noticed."""
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "packaging"))

from debian import Database, Package, Unsuitable, newer

FORMAT = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"


def package(text):
    """Return a package with a copyright file."""
    return Package("name", "1", "all", "name", "1", "", text)


def paragraphs(*pairs):
    """Return a machine-readable copyright file of files and their licences."""
    return FORMAT + "".join(f"\nFiles: {files}\nCopyright: somebody\nLicense: {licence}\n The text.\n" for files, licence in pairs)


@pytest.mark.parametrize("text, licence", [
    (paragraphs(("*", "Expat")), "MIT"),
    (paragraphs(("*", "LGPL-3+ or GPL-2+")), "LGPL-3.0-or-later OR GPL-2.0-or-later"),
    (paragraphs(("*", "Zlib"), ("contrib/*", "Zlib")), "Zlib"),
    (paragraphs(("*", "Zlib"), ("debian/*", "GPL-2+")), "Zlib"),
    (paragraphs(("*", "GPL-3+"), ("lib/*", "LGPL-3+ or GPL-2+")), None),
    (paragraphs(("*", "BSD-4-clause")), None),
    (paragraphs(("*", "Expat or Beerware")), None),
    (paragraphs(), None),
    ("This package was made by hand.\n\nFiles: *\nLicense: Expat\n", None),
])
def test_a_licence_is_declared_only_if_it_is_one_for_all_files(text, licence):
    assert package(text).licence() == licence


def test_the_names_of_all_licences_are_kept():
    assert package(paragraphs(("*", "GPL-3+"), ("lib/*", "Expat"), ("debian/*", "Zlib"))).licence_names() == ["Expat", "GPL-3+"]


def test_a_package_is_old_if_apt_would_install_another_version():
    policy = """libkrb5-3:
  Installed: 1.20.1-2+deb12u3
  Candidate: 1.20.1-2+deb12u5
  Version table:
     1.20.1-2+deb12u5 500
 *** 1.20.1-2+deb12u3 100
libc6:
  Installed: 2.36-9+deb12u14
  Candidate: 2.36-9+deb12u14
  Version table:
 *** 2.36-9+deb12u14 100
"""
    assert newer(policy) == {"libkrb5-3": "1.20.1-2+deb12u5"}


def test_a_file_that_is_not_as_its_package_shipped_it_is_refused():
    path = pathlib.Path("/usr/share/ca-certificates/mozilla")
    first, second = sorted(path.glob("*.crt"))[:2]
    database = Database()
    assert database.shipped(first, "ca-certificates").name == "ca-certificates"
    database._checksums["ca-certificates"][str(second)] = "0" * 32
    with pytest.raises(Unsuitable, match="is not as package ca-certificates shipped it"):
        database.shipped(second, "ca-certificates")


def test_a_file_of_no_package_is_refused(tmp_path):
    (tmp_path / "libours.so").touch()
    with pytest.raises(Unsuitable, match="belongs to no Debian package"):
        Database().owners([tmp_path / "libours.so"])
