"""The plugin of kubectl as krew installs it: an archive that runs on any Linux, and the manifest that leads to it.

The archive has the libraries that the program loads and the loader, as Debian shipped them, so that nothing of the user's system is
needed. krew links `kubectl-peerwarden` of the archive to where kubectl looks for plugins; it is a script that starts the program.
"""
import gzip
import hashlib
import io
import pathlib
import string
import tarfile

from contents import copied, libraries_of, stripped
from debian import Database

PROGRAM = "peerwarden"
FOLDER = pathlib.Path(__file__).resolve().parent / "krew"


def archive_name(version, architecture):
    """Return the file name of the archive."""
    return f"{PROGRAM}_{version}_linux_{architecture}.tar.gz"


def files(root, build):
    """Return what the archive has: paths, contents and modes."""
    program = build / PROGRAM
    libraries = {pathlib.Path(name) for name in libraries_of(program)}
    owners = Database().owners(libraries)
    yield "LICENSE", (root / "LICENSE").read_bytes(), 0o644
    yield "kubectl-peerwarden", (FOLDER / "kubectl-peerwarden").read_bytes(), 0o755
    yield f"lib/{PROGRAM}", stripped(program), 0o755
    for path, package in owners.items():
        entry = copied(path, package)
        yield f"lib/{path.name}", entry.content, entry.mode
    for package in {package.name: package for package in owners.values()}.values():
        yield f"licenses/{package.name}", package.copyright.encode(), 0o644


def write_archive(path, root, build, epoch):
    """Write the archive; it is the same for the same programs, libraries and time."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content, mode in sorted(files(root, build)):
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = len(content), mode, epoch
            tar.addfile(member, io.BytesIO(content))
    path.write_bytes(gzip.compress(packed.getvalue(), mtime=0))


def manifest(archive, version, architecture, url):
    """Return the manifest that leads krew to the archive."""
    template = string.Template((FOLDER / "peerwarden.yaml.in").read_text())
    checksum = hashlib.sha256(archive.read_bytes()).hexdigest()
    return template.substitute(version=version, architecture=architecture, url=url, checksum=checksum)
