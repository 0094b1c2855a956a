"""The volumes of a pod, as the kubelet fills them and keeps them up to date."""

import base64
import os
import shutil
import uuid
from datetime import datetime, timezone

TOKEN_LIFE = 3607


class NotThere(Exception):
    """Something that a pod cannot start without is missing."""


class Source:
    """Reads for one pod what volumes and environment come from."""

    def __init__(self, api, pod):
        self.api = api
        self.pod = pod
        self.namespace = pod["metadata"]["namespace"]
        self.tokens = {}

    def keys(self, kind, name, optional=False):
        """Return the content of a ConfigMap or Secret by key, as bytes."""
        answer = self.api.request("GET", f"/api/v1/namespaces/{self.namespace}/{kind}/{name}")
        if answer.status == 404 and optional:
            return {}
        if answer.status != 200:
            raise NotThere(f"{kind} {name}: {answer.message}")
        decoded = {key: base64.b64decode(text) for field in ("binaryData",) + (("data",) if kind == "secrets" else ())
                   for key, text in (answer.body.get(field) or {}).items()}
        if kind == "configmaps":
            decoded |= {key: text.encode() for key, text in (answer.body.get("data") or {}).items()}
        return decoded

    def field(self, path):
        """Return a field of the pod."""
        for part in ("labels", "annotations"):
            if path.startswith(f"metadata.{part}['"):
                return self.pod["metadata"].get(part, {}).get(path.split("'")[1], "")
        value = self.pod
        for word in path.split("."):
            value = value.get(word, "")
        return str(value)

    def token(self, asked):
        """Return a ServiceAccount token as TokenRequest gives it; asked for once per audience."""
        audience = asked.get("audience", "")
        if audience not in self.tokens:
            account = self.pod["spec"].get("serviceAccountName", "default")
            spec = {"audiences": [audience] if audience else None,
                    "expirationSeconds": max(600, asked.get("expirationSeconds", TOKEN_LIFE)),
                    "boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": self.pod["metadata"]["name"],
                                       "uid": self.pod["metadata"]["uid"]}}
            answer = self.api.request(
                "POST", f"/api/v1/namespaces/{self.namespace}/serviceaccounts/{account}/token",
                {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec})
            if answer.status != 201:
                raise NotThere(f"token of {account}: {answer.message}")
            self.tokens[audience] = answer.body["status"]["token"].encode()
        return self.tokens[audience]


def _chosen(content, source, what):
    """Return the files that a source wants of what is there, by path."""
    items = source.get("items")
    if items is None:
        return content
    missing = [item["key"] for item in items if item["key"] not in content]
    if missing and not source.get("optional"):
        raise NotThere(f"{what} lacks {', '.join(missing)}")
    return {item["path"]: content[item["key"]] for item in items if item["key"] in content}


def _files(source, volume):
    """Return the files of a volume, or of one source of a projected one, by path."""
    made = {}
    for kind, asked in volume.items():
        if kind in ("configMap", "secret"):
            name = asked.get("name") or asked["secretName"]
            content = source.keys(f"{kind.lower()}s", name, asked.get("optional"))
            made |= _chosen(content, asked, f"{kind} {name}")
        elif kind == "downwardAPI":
            made |= {item["path"]: source.field(item["fieldRef"]["fieldPath"]).encode() for item in asked["items"]}
        elif kind == "serviceAccountToken":
            made[asked["path"]] = source.token(asked)
        elif kind == "projected":
            for part in asked["sources"]:
                made |= _files(source, part)
        else:
            assert kind in ("name", "emptyDir"), f"a volume of a kind that is not played: {kind}"
    return made


class Volume:
    """One volume of a pod: a folder, written as the kubelet's AtomicWriter does."""

    def __init__(self, folder, volume, source):
        self.folder = folder
        self.volume = volume
        self.source = source
        self.content = None
        self.is_empty = "emptyDir" in volume
        folder.mkdir(parents=True)
        if self.is_empty:
            folder.chmod(0o777)

    def update(self):
        """Write the files if they are not what they should be; say whether anything changed."""
        if self.is_empty:
            return False
        fresh = _files(self.source, self.volume)
        if fresh == self.content:
            return False
        stamp = self.folder / f"..{datetime.now(timezone.utc):%Y_%m_%d_%H_%M_%S}.{uuid.uuid4().int % 10**9}"
        for path, content in fresh.items():
            target = stamp / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            target.chmod(0o644)
        stamp.mkdir(exist_ok=True)
        stamp.chmod(0o755)
        self._switch(stamp, fresh)
        self.content = fresh
        return True

    def _switch(self, stamp, fresh):
        """Let ..data lead to the new files in one step, and remove the old ones."""
        data = self.folder / "..data"
        old = self.folder / os.readlink(data) if data.is_symlink() else None
        os.symlink(stamp.name, self.folder / "..data_tmp")
        os.replace(self.folder / "..data_tmp", data)
        for path in fresh:
            link = self.folder / path.split("/")[0]
            if not link.is_symlink():
                os.symlink(f"..data/{path.split('/')[0]}", link)
        if old:
            shutil.rmtree(old)
