"""The one container of a pod: its command and environment from the template, and its probes and hooks."""

import os
import re
import ssl
import subprocess
import urllib.request

from pod_network import NODE
from processes import Server
from volumes import NotThere
from webhook import BUILD

IMAGE_FOLDER = "/usr/bin"  # where the image has its programs
PROGRAMS = "/programs"
UNVERIFIED = ssl.create_default_context()
UNVERIFIED.check_hostname = False
UNVERIFIED.verify_mode = ssl.CERT_NONE
QUANTITY = {"": 1, "m": 1, "k": 10**3, "M": 10**6, "G": 10**9, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}


def _quantity(text):
    """Return a quantity as the downward API writes it, rounded up."""
    number, unit = re.fullmatch(r"([\d.]+)(\D*)", str(text)).groups()
    return str(max(1, round(float(number) * QUANTITY[unit] / (1000 if unit == "m" else 1))))


class Container:
    """The one container of a pod; `port` is the API server's, `extra` are variables that a test adds."""

    def __init__(self, source, sandbox, folder, port, extra):
        self.source = source
        self.sandbox = sandbox
        self.spec = source.pod["spec"]
        assert len(self.spec["containers"]) == 1 and not self.spec.get("initContainers"), "more than one container"
        self.template = self.spec["containers"][0]
        self.log = folder / "container.log"
        self.port = port
        self.extra = extra
        self.server = None

    # Environment and command.

    def _from(self, asked):
        """Return a value that stands elsewhere; None when it is not there and need not be."""
        (kind, where), = asked.items()
        if kind == "fieldRef":
            return self.source.field(where["fieldPath"])
        if kind == "resourceFieldRef":
            part, name = where["resource"].split(".", 1)
            return _quantity(self.template.get("resources", {}).get(part, {}).get(name, "1"))
        kinds = {"configMapKeyRef": "configmaps", "secretKeyRef": "secrets"}
        content = self.source.keys(kinds[kind], where["name"], where.get("optional"))
        if where["key"] not in content and not where.get("optional"):
            raise NotThere(f"{kind} {where}")
        return content[where["key"]].decode() if where["key"] in content else None

    def _service_links(self):
        """Return the variables that tell a pod of the Services of its namespace."""
        if self.spec.get("enableServiceLinks") is False:
            return {}
        made = {}
        answer = self.source.api.request("GET", f"/api/v1/namespaces/{self.source.namespace}/services")
        for service in answer.body["items"]:
            word = service["metadata"]["name"].upper().replace("-", "_")
            address, port = service["spec"]["clusterIP"], service["spec"]["ports"][0]["port"]
            made |= {f"{word}_SERVICE_HOST": address, f"{word}_SERVICE_PORT": str(port),
                     f"{word}_PORT": f"tcp://{address}:{port}"}
        return made

    def _expand(self, text, environment):
        """Put variables in place of $(NAME)."""
        return re.sub(r"\$\((\w+)\)", lambda found: environment.get(found[1], found[0]), text)

    def environment(self):
        """Return the environment."""
        made = {"PATH": "/usr/bin", "HOSTNAME": self.source.pod["metadata"]["name"],
                "ASAN_OPTIONS": "quarantine_size_mb=8", "KUBERNETES_SERVICE_HOST": NODE,
                "KUBERNETES_SERVICE_PORT": str(self.port), **self._service_links()}
        for each in self.template.get("envFrom", []):
            content = self.source.keys("secrets", each["secretRef"]["name"])
            made |= {key: value.decode() for key, value in content.items()}
        for each in self.template.get("env", []):
            value = self._from(each["valueFrom"]) if "valueFrom" in each else self._expand(each.get("value", ""), made)
            if value is not None:
                made[each["name"]] = value
        return {**made, **self.extra}

    def words(self, environment):
        """Return program and arguments; the program is that of the build, in the place where the image has it."""
        words = [*self.template.get("command", [f"{IMAGE_FOLDER}/peerwarden"]), *self.template.get("args", [])]
        return self.as_built([self._expand(word, environment) for word in words])

    def as_built(self, words):
        """Return a command with the program of the build."""
        folder, name = os.path.split(words[0])
        assert folder in ("", IMAGE_FOLDER) and (BUILD / name).is_file(), f"the image has no {words[0]}"
        return [f"{PROGRAMS}/{name}", *words[1:]]

    def mounts(self, volumes):
        """Return the pairs of source and target of all that is mounted."""
        pairs = [(BUILD, PROGRAMS)]
        for mount in self.template.get("volumeMounts", []):
            assert "subPath" not in mount, "the kubelet does not update what is mounted with subPath"
            pairs.append((volumes[mount["name"]].folder, mount["mountPath"]))
        return pairs

    # The process.

    def _security(self, key):
        """Return a setting of the container's or the pod's security context."""
        return (self.template.get("securityContext", {}).get(key)
                or self.spec.get("securityContext", {}).get(key))

    def start(self):
        """Start the process."""
        environment = self.environment()
        pairs = [f"{name}={value}" for name, value in environment.items()]
        words = ["/usr/bin/env", "--ignore-environment", *pairs, *self.words(environment)]
        user = self._security("runAsUser") or 65532  # the image's own user
        self.server = Server(self.sandbox.command(words, user, self._security("runAsGroup")), self.log)
        self.server.start()

    # Probes and hooks.

    def _number(self, port):
        """Return the number of a port that may be given by name."""
        if isinstance(port, int):
            return port
        return next(each["containerPort"] for each in self.template["ports"] if each.get("name") == port)

    def _get(self, asked, seconds):
        """Say whether a path answers well."""
        url = (f"{asked.get('scheme', 'HTTP').lower()}://{asked.get('host') or self.sandbox.address}:"
               f"{self._number(asked['port'])}{asked.get('path', '/')}")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                             urllib.request.HTTPSHandler(context=UNVERIFIED))
        try:
            with opener.open(url, timeout=seconds) as answer:
                return 200 <= answer.status < 400
        except OSError:
            return False

    def act(self, action, seconds):
        """Do what a probe or hook asks for, and say whether it went well; a hook's sleep is the caller's."""
        if "httpGet" in action:
            return self._get(action["httpGet"], seconds)
        words = self.sandbox.command(self.as_built(action["exec"]["command"]))
        return subprocess.run([str(word) for word in words], capture_output=True, timeout=seconds, check=False
                              ).returncode == 0
