"""What is in the image: our programs, the libraries that they load, CA certificates, and who they came from."""
import os
import pathlib
import re
import subprocess
import tempfile
from dataclasses import dataclass

from debian import Database, Unsuitable, ask

PROGRAMS = ("peerwarden", "peerwarden-daemon", "peerwarden-webhook")
USER = 65532
AUTHORITIES = "ca-certificates"
CERTIFICATES = "/usr/share/ca-certificates/"
RELEASE = pathlib.Path("/usr/lib/os-release")

# Kubernetes writes /etc/hosts; without this file the C library would ask DNS before it.
ACCOUNTS = {
    "etc/passwd": "root:x:0:0:root:/:/sbin/nologin\n"
                  f"nonroot:x:{USER}:{USER}:nonroot:/nonexistent:/sbin/nologin\n",
    "etc/group": f"root:x:0:\nnonroot:x:{USER}:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\nservices: files\n",
}
LINKS = {"bin": "usr/bin", "lib": "usr/lib", "lib64": "usr/lib64", "etc/os-release": "../usr/lib/os-release"}


@dataclass(frozen=True)
class Entry:
    """One file or link of the image; `package` is None for what is ours."""

    path: str
    content: bytes = b""
    mode: int = 0o644
    link: str = ""
    package: object = None


def plain_environment():
    """Return an environment in which nothing changes what a program loads or prints."""
    return {"PATH": os.environ["PATH"], "LC_ALL": "C"}


def stripped(program):
    """Return a program without its symbols."""
    with tempfile.TemporaryDirectory() as folder:
        result = pathlib.Path(folder) / program.name
        subprocess.run(["strip", "--strip-all", "-o", result, program], check=True)
        return result.read_bytes()


def libraries_of(program):
    """Return the paths of the libraries that a program loads and of the loader, as the loader finds them."""
    printed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True, env=plain_environment()).stdout
    found = set()
    for line in printed.splitlines():
        if "not found" in line:
            raise Unsuitable(f"{program.name} needs {line.split()[0]}, which is not installed")
        match = re.search(r"(?:=> |^\s*)(/\S+) \(0x", line)
        if match:
            found.add(match[1])
    if not found:
        raise Unsuitable(f"{program.name} is not a dynamic program")
    return found


def below_usr(path):
    """Return where a path of /lib or /lib64 stands in an image, in which these are links into /usr."""
    name = str(path).removeprefix("/")
    return name if name.startswith("usr/") else f"usr/{name}"


def programs(build):
    """Return our programs of a build."""
    for name in PROGRAMS:
        if not (build / name).is_file():
            raise Unsuitable(f"{build / name} is missing: tools/build makes it")
        yield Entry(f"usr/bin/{name}", stripped(build / name), 0o755)


def copied(path, package):
    """Return a file of a package as it is on this machine."""
    return Entry(below_usr(path), path.read_bytes(), path.stat().st_mode & 0o755, package=package)


def shared_files(build, database):
    """Return the libraries as files with the names by which they are looked for, and what says that this is Debian."""
    paths = {pathlib.Path(name) for program in PROGRAMS for name in libraries_of(build / program)}
    return [copied(path, package) for path, package in database.owners({*paths, RELEASE}).items()]


def authorities(database):
    """Return all certificates of Debian's package as one file, whatever this machine trusts beside them."""
    names = ask("--listfiles", AUTHORITIES).splitlines()
    files = sorted(pathlib.Path(name) for name in names if name.startswith(CERTIFICATES) and name.endswith(".crt"))
    if not files:
        raise Unsuitable(f"the package {AUTHORITIES} has no certificates")
    packages = {database.shipped(path, AUTHORITIES) for path in files}
    text = b"".join(path.read_bytes().rstrip(b"\n") + b"\n" for path in files)
    return Entry("etc/ssl/certs/ca-certificates.crt", text, package=packages.pop())


def papers(package):
    """Return what a scanner reads to know a package, and its licence."""
    yield Entry(f"var/lib/dpkg/status.d/{package.name}", package.status.encode(), package=package)
    yield Entry(f"usr/share/doc/{package.name}/copyright", package.copyright.encode(), package=package)


def contents(root, build):
    """Return all entries of an image that holds the programs of a build, sorted by path."""
    database = Database()
    entries = [*programs(build), *shared_files(build, database), authorities(database),
               Entry("usr/share/doc/peerwarden/copyright", (root / "LICENSE").read_bytes()),
               *(Entry(path, text.encode()) for path, text in ACCOUNTS.items()),
               *(Entry(path, link=target) for path, target in LINKS.items())]
    packages = {entry.package.name: entry.package for entry in entries if entry.package}
    entries += [paper for package in packages.values() for paper in papers(package)]
    return sorted(entries, key=lambda entry: entry.path)
