"""What the tests of packages share: the build, one run of tools/package, and where what is needed stands."""
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / os.environ.get("PEERWARDEN_PRESET", "debug")
VERSION = (ROOT / "VERSION").read_text().strip()
COMMITTED = 1790000000
URL = "https://example.org/releases"


def packaged(output, what="all", *arguments, build=BUILD, epoch=COMMITTED):
    """Run tools/package and return what it printed."""
    result = subprocess.run([ROOT / "tools" / "package", what, "--build", build, "--output", output, *arguments], capture_output=True,
                            text=True, timeout=300, check=False, env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)})
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def printed(*command, **options):
    """Return what a command prints; it has to succeed."""
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout
