"""Makes a container image of our programs, and the list of what is in it, without a container engine.

It uses Python's own library, binutils, ldd and dpkg; docs/image.md says what is in the image and what makes it the same each time.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
from collections import Counter

from contents import USER, contents
from debian import Unsuitable, architecture, outdated
from layout import Description, Image
from spdx import document

ROOT = pathlib.Path(__file__).resolve().parents[2]
LARGEST = 25 << 20
MIB = 1 << 20
LARGEST_PACKAGES = 8


def git(*arguments):
    """Return what git says of the tree, or None outside a clone."""
    if not shutil.which("git"):
        return None
    result = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=False)
    return result.stdout.strip() if result.returncode == 0 else None


def epoch():
    """Return the time of everything in the image: SOURCE_DATE_EPOCH, or when HEAD was committed."""
    given = os.environ.get("SOURCE_DATE_EPOCH") or git("log", "-1", "--format=%ct")
    if not given or not given.isdecimal():
        raise Unsuitable("outside a git clone, SOURCE_DATE_EPOCH has to say the time of the sources in seconds since 1970")
    return int(given)


def revision():
    """Return the commit, marked if the tree is not as committed, or None outside a clone."""
    commit = git("rev-parse", "--verify", "HEAD")
    return f"{commit}-modified" if commit and git("status", "--porcelain") else commit


def labels(version, source):
    """Return the labels of the image that have a value."""
    values = {
        "title": "Peerwarden", "description": "Refuses network peerings that overlap, collide or lead nowhere",
        "version": version, "licenses": "Apache-2.0", "revision": revision(), "source": source,
    }
    return {f"org.opencontainers.image.{name}": value for name, value in values.items() if value}


def describe(arguments):
    """Return what is said of the image besides its files."""
    version = (ROOT / "VERSION").read_text().strip()
    return Description(name=arguments.name, version=version, architecture=architecture(), epoch=epoch(),
                       user=f"{USER}:{USER}", entrypoint="/usr/bin/peerwarden", labels=labels(version, arguments.source))


def write(image, entries, output):
    """Write layout, archive and list, and return their paths."""
    output.mkdir(parents=True, exist_ok=True)
    stem = output / f"peerwarden-{image.description.version}"
    archive, listing = stem.with_name(stem.name + ".tar"), stem.with_name(stem.name + ".spdx.json")
    image.write_layout(output / "oci")
    image.write_archive(archive)
    listing.write_text(json.dumps(document(image, entries), indent=1) + "\n")
    return output / "oci", archive, listing


def sizes(entries):
    """Return the packages that take most room, as text."""
    room = Counter()
    for entry in entries:
        room[entry.package.name if entry.package else "peerwarden"] += len(entry.content)
    largest = room.most_common(LARGEST_PACKAGES)
    rest = room.total() - sum(size for _, size in largest)
    return ", ".join(f"{name} {size / MIB:.1f}" for name, size in [*largest, (f"{len(room) - len(largest)} others", rest)])


def warn_of_old(entries):
    """Say which packages of the image are not the newest ones: it takes what this machine has."""
    found = outdated(sorted({entry.package.name for entry in entries if entry.package}))
    if found:
        text = ", ".join(f"{name} {version}" for name, version in found.items())
        print(f"tools/image: apt has newer packages than this machine, and so than the image: {text}", file=sys.stderr)


def parse():
    """Return the arguments."""
    parser = argparse.ArgumentParser(prog="tools/image", description="Makes a container image without a container engine.")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release",
                        help="take the programs of this build; otherwise build/release, which is built first")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "build" / "image", help="folder to write to")
    parser.add_argument("--name", default="localhost/peerwarden", help="name of the image, without a tag")
    parser.add_argument("--source", help="URL of the sources, for the label of that name")
    return parser.parse_args()


def main():
    """Make the image and say what it is."""
    arguments = parse()
    try:
        description = describe(arguments)
        entries = contents(ROOT, arguments.build)
    except Unsuitable as problem:
        raise SystemExit(f"tools/image: {problem}") from None
    image = Image(description, entries)
    if image.size > LARGEST:
        raise SystemExit(f"tools/image: the image has {image.size / MIB:.1f} MiB, and {LARGEST // MIB} are allowed")
    paths = write(image, entries, arguments.output)
    print(f"{description.name}:{description.version} for {description.architecture}")
    print(f"digest {image.digest}")
    print(f"{image.size / MIB:.1f} MiB compressed, {image.unpacked_size / MIB:.1f} unpacked: {sizes(entries)}")
    print("\n".join(map(str, paths)))
    warn_of_old(entries)


if __name__ == "__main__":
    main()
