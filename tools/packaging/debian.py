"""What Debian's package database knows of files on this machine: their packages, versions, checksums and licences."""
import hashlib
import os
import pathlib
import re
import subprocess
from dataclasses import dataclass

DOCUMENTATION = pathlib.Path("/usr/share/doc")

# Names of licences in Debian's copyright files that mean exactly one of SPDX's.
LICENCES = {
    "apache-2.0": "Apache-2.0", "bsd-3-clause": "BSD-3-Clause", "curl": "curl", "expat": "MIT", "mit": "MIT", "zlib": "Zlib",
    "gpl-2": "GPL-2.0-only", "gpl-2+": "GPL-2.0-or-later", "gpl-3": "GPL-3.0-only", "gpl-3+": "GPL-3.0-or-later",
    "lgpl-2": "LGPL-2.0-only", "lgpl-2+": "LGPL-2.0-or-later", "lgpl-2.1": "LGPL-2.1-only", "lgpl-2.1+": "LGPL-2.1-or-later",
    "lgpl-3": "LGPL-3.0-only", "lgpl-3+": "LGPL-3.0-or-later", "mpl-2.0": "MPL-2.0", "openldap-2.8": "OLDAP-2.8",
}


class Unsuitable(Exception):
    """This machine cannot give what belongs into an image."""


@dataclass(frozen=True)
class Package:
    """One installed package."""

    name: str
    version: str
    architecture: str
    source: str
    source_version: str
    status: str
    copyright: str

    def licence_names(self):
        """Return the licences that a machine-readable copyright file gives to the package's own files, sorted."""
        if not self.copyright.startswith("Format:"):
            return []
        names = set()
        for paragraph in re.split(r"\n\s*\n", self.copyright):
            fields = dict(re.findall(r"^(Files|License):[ \t]*(.*?)[ \t]*$", paragraph, re.MULTILINE))
            if "License" in fields and "Files" in fields and not fields["Files"].startswith("debian/"):
                names.add(fields["License"])
        return sorted(names)

    def licence(self):
        """Return the licence as an SPDX expression, or None unless all the package's files have one that is known."""
        names = self.licence_names()
        if len(names) != 1:
            return None
        choices = [LICENCES.get(name.lower()) for name in names[0].split(" or ")]
        return " OR ".join(choices) if all(choices) else None


def ask(*arguments, status=(0,)):
    """Return what dpkg-query prints."""
    result = subprocess.run(["dpkg-query", *arguments], capture_output=True, text=True, check=False)
    if result.returncode not in status:
        raise Unsuitable(result.stderr.strip())
    return result.stdout


def architecture():
    """Return the machine's architecture as Debian and container registries name it."""
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()


def package(name):
    """Return an installed package."""
    form = "${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}"
    fields = ask("--show", "--showformat", form, name).split("\t")
    path = DOCUMENTATION / fields[0] / "copyright"
    if not path.is_file():
        raise Unsuitable(f"{path} is missing: an image has to carry the licences of what is in it")
    return Package(*fields, status=ask("--status", name), copyright=path.read_text(errors="replace"))


def newer(policy):
    """Return the packages of which apt has another version than the installed one, by what `apt-cache policy` prints."""
    pattern = r"^(\S+):\n +Installed: (\S+)\n +Candidate: (\S+)"
    return {name: candidate for name, installed, candidate in re.findall(pattern, policy, re.MULTILINE) if installed != candidate}


def outdated(names):
    """Return the newer versions of packages that apt knows of since its last update."""
    result = subprocess.run(["apt-cache", "policy", *names], capture_output=True, text=True, check=False,
                            env={**os.environ, "LC_ALL": "C"})
    return newer(result.stdout)


def aliases(path):
    """Return the names under which the database may know a file: /lib is /usr/lib, but packages name either."""
    names = (str(path), str(path.resolve()))
    return [alias for name in names for alias in (name, name.removeprefix("/usr"), f"/usr{name}")]


class Database:
    """The packages that files came from, each read once; a file has to be as its package shipped it."""

    def __init__(self):
        self._packages = {}
        self._checksums = {}

    def owners(self, paths):
        """Return the package of each path."""
        answer = ask("--search", *sorted({alias for path in paths for alias in aliases(path)}), status=(0, 1))
        lines = [line.rsplit(": ", 1) for line in answer.splitlines() if not line.startswith("diversion ")]
        owner_of = {file: names for names, file in lines}
        return {path: self._owner(path, owner_of) for path in paths}

    def _owner(self, path, owner_of):
        """Return the package of a path."""
        names = {owner_of[alias] for alias in aliases(path) if alias in owner_of}
        if len(names) != 1 or "," in "".join(names):
            raise Unsuitable(f"{path} belongs to no Debian package, or to more than one")
        return self.shipped(path, names.pop())

    def shipped(self, path, name):
        """Return a package by its name, and fail unless a file of it has the checksum that the package gives."""
        if name not in self._packages:
            self._packages[name] = package(name)
            lines = ask("--control-show", name, "md5sums").splitlines()
            self._checksums[name] = {"/" + file: checksum for checksum, file in (line.split("  ", 1) for line in lines)}
        checksum = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        if checksum not in {self._checksums[name].get(alias) for alias in aliases(path)}:
            raise Unsuitable(f"{path} is not as package {name} shipped it")
        return self._packages[name]
