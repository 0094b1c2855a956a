"""Makes the Debian package and the archive for krew, each the same for the same sources."""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import krew
from debian import Unsuitable, architecture
from image import ROOT, epoch


def debian_package(build, output):
    """Let CPack make the Debian package of a build, and return its path."""
    if not (build / "CPackConfig.cmake").is_file():
        raise Unsuitable(f"{build} is no build: tools/build makes one")
    with tempfile.TemporaryDirectory() as folder:
        result = subprocess.run(["cpack", "-G", "DEB", "--config", build.resolve() / "CPackConfig.cmake", "-B", folder],
                                capture_output=True, text=True, check=False, umask=0o022,
                                env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch())})
        made = list(pathlib.Path(folder).glob("*.deb"))
        if result.returncode or len(made) != 1:
            raise Unsuitable(f"cpack failed:\n{result.stdout}{result.stderr}")
        return pathlib.Path(shutil.copy(made[0], output))


def krew_files(arguments, version):
    """Write the archive, and its manifest if it is known where the archive will be found; return their paths."""
    name = krew.archive_name(version, architecture())
    archive = arguments.output / name
    krew.write_archive(archive, ROOT, arguments.build, epoch())
    if not arguments.url_base:
        print("tools/package: no manifest for krew without --url-base, which says where the archive will be found", file=sys.stderr)
        return [archive]
    manifest = arguments.output / "peerwarden.yaml"
    manifest.write_text(krew.manifest(archive, version, architecture(), f"{arguments.url_base.rstrip('/')}/{name}"))
    return [archive, manifest]


def parse():
    """Return the arguments."""
    parser = argparse.ArgumentParser(prog="tools/package", description="Makes the Debian package and the archive for krew.")
    parser.add_argument("what", nargs="?", choices=("all", "deb", "krew"), default="all")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release",
                        help="take the programs of this build; otherwise build/release, which is built first")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "build" / "package", help="folder to write to")
    parser.add_argument("--url-base", help="URL of the folder in which the archive will be found, without its name")
    return parser.parse_args()


def main():
    """Make what is asked for and say where it is."""
    arguments = parse()
    version = (ROOT / "VERSION").read_text().strip()
    arguments.output.mkdir(parents=True, exist_ok=True)
    made = []
    if arguments.what == "krew" and not arguments.url_base:
        raise SystemExit("tools/package: krew needs --url-base: the manifest says where the archive is found")
    try:
        if arguments.what != "krew":
            made.append(debian_package(arguments.build, arguments.output))
        if arguments.what != "deb":
            made += krew_files(arguments, version)
    except Unsuitable as problem:
        raise SystemExit(f"tools/package: {problem}") from None
    print("\n".join(map(str, made)))


if __name__ == "__main__":
    main()
