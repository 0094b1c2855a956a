"""Images on the node: the pause image, made here from a page of C, and archives that are imported."""

import tempfile
from pathlib import Path

from contents import Entry
from layout import Description, Image
from places import FOLDER, PAUSE, PAUSE_TAG, SOCKET
from processes import run

CTR = ["ctr", "--address", SOCKET, "--namespace", "k8s.io"]
SOURCE = Path(__file__).with_name("pause.c")


def pause_archive():
    """Make the image of what holds a pod's namespaces, and return the path of its archive."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "pause"
        run("gcc", "-std=c11", "-D_GNU_SOURCE", "-Os", "-static", "-s", "-o", program, SOURCE)
        entries = [Entry("pause", program.read_bytes(), 0o755)]
    description = Description(name=PAUSE, version=PAUSE_TAG, architecture="amd64", epoch=0, user="65535:65535",
                              entrypoint="/pause", labels={})
    path = FOLDER / "pause.tar"
    Image(description, entries).write_archive(path)
    return path


def load(archive):
    """Import an archive, so that pods can use its image by name."""
    run(*CTR, "images", "import", archive)
