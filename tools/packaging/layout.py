"""An image as an OCI layout and as one archive, byte for byte the same from the same contents.

OCI image specification 1.1. The archive is the layout with a `manifest.json` beside it, as `docker save` writes it since
Docker 25; older ones, podman, containerd, skopeo and crane load it too.
"""
import datetime
import gzip
import hashlib
import io
import json
import pathlib
import shutil
import tarfile
from dataclasses import dataclass

CONFIG = "application/vnd.oci.image.config.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclass(frozen=True)
class Description:
    """What is said of an image besides its files; `epoch` is the time of everything in it, in seconds since 1970."""

    name: str
    version: str
    architecture: str
    epoch: int
    user: str
    entrypoint: str
    labels: dict


def digest(content):
    """Return the digest of a blob."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def json_bytes(value):
    """Return a value as JSON, always in the same way."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def timestamp(epoch):
    """Return a time as RFC 3339 writes it."""
    return datetime.datetime.fromtimestamp(epoch, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def member(path, epoch, mode):
    """Return the header of an archive's member, which belongs to root."""
    header = tarfile.TarInfo(path)
    header.mtime, header.mode = epoch, mode
    return header


def folders_of(paths):
    """Return the folders that paths stand in."""
    return {str(folder) for path in paths for folder in pathlib.PurePosixPath(path).parents} - {"."}


def archive(entries, epoch):
    """Return entries and their folders as a tar archive, sorted by path."""
    output = io.BytesIO()
    files = {entry.path: entry for entry in entries}
    assert len(files) == len(entries), "two entries have one path"
    with tarfile.open(fileobj=output, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(files.keys() | folders_of(files)):
            entry = files.get(path)
            header = member(path, epoch, entry.mode if entry else 0o755)
            if entry is None:
                header.type = tarfile.DIRTYPE
            elif entry.link:
                header.type, header.linkname, header.mode = tarfile.SYMTYPE, entry.link, 0o777
            else:
                header.size = len(entry.content)
            tar.addfile(header, io.BytesIO(entry.content) if entry else None)
    return output.getvalue()


def compressed(content):
    """Return a gzip stream without a name or a time."""
    output = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=output, mtime=0) as stream:
        stream.write(content)
    return output.getvalue()


class Image:
    """The blobs of an image of one layer."""

    def __init__(self, description, entries):
        tar = archive(entries, description.epoch)
        layer = compressed(tar)
        config = json_bytes({
            "architecture": description.architecture, "os": "linux", "created": timestamp(description.epoch),
            "config": {"User": description.user, "Env": ["PATH=/usr/bin"], "WorkingDir": "/",
                       "Entrypoint": [description.entrypoint], "Labels": description.labels},
            "rootfs": {"type": "layers", "diff_ids": [digest(tar)]},
            "history": [{"created": timestamp(description.epoch), "created_by": "tools/image"}],
        })
        manifest = json_bytes({
            "schemaVersion": 2, "mediaType": MANIFEST, "annotations": description.labels,
            "config": {"mediaType": CONFIG, "digest": digest(config), "size": len(config)},
            "layers": [{"mediaType": LAYER, "digest": digest(layer), "size": len(layer)}],
        })
        self.description = description
        self.blobs = {digest(blob): blob for blob in (layer, config, manifest)}
        self.digest = digest(manifest)
        self.size = sum(map(len, self.blobs.values()))
        self.unpacked_size = sum(len(entry.content) for entry in entries)
        self._config, self._layer, self._manifest_size = digest(config), digest(layer), len(manifest)

    def files(self):
        """Return the files of the OCI layout."""
        reference = f"{self.description.name}:{self.description.version}"
        index = json_bytes({
            "schemaVersion": 2, "mediaType": INDEX,
            "manifests": [{
                "mediaType": MANIFEST, "digest": self.digest, "size": self._manifest_size,
                "platform": {"os": "linux", "architecture": self.description.architecture},
                "annotations": {"org.opencontainers.image.ref.name": self.description.version,
                                "io.containerd.image.name": reference},
            }],
        })
        blobs = {f"blobs/{name.replace(':', '/')}": blob for name, blob in self.blobs.items()}
        return {"oci-layout": json_bytes({"imageLayoutVersion": "1.0.0"}), "index.json": index, **blobs}

    def docker_manifest(self):
        """Return what `docker load` looks for in an archive."""
        return json_bytes([{"Config": f"blobs/{self._config.replace(':', '/')}",
                            "Layers": [f"blobs/{self._layer.replace(':', '/')}"],
                            "RepoTags": [f"{self.description.name}:{self.description.version}"]}])

    def write_layout(self, folder):
        """Write the OCI layout into a folder, in place of what was there."""
        shutil.rmtree(folder, ignore_errors=True)
        for path, content in self.files().items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)

    def write_archive(self, path):
        """Write the archive."""
        files = {**self.files(), "manifest.json": self.docker_manifest()}
        with tarfile.open(path, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for name in sorted(files):
                header = member(name, self.description.epoch, 0o644)
                header.size = len(files[name])
                tar.addfile(header, io.BytesIO(files[name]))
