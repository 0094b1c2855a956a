"""tools/image: the image is whole, the same each time, small, runs with nothing from the host, and is listed file by file."""
import gzip
import hashlib
import http.server
import io
import json
import os
import pathlib
import re
import ssl
import stat
import subprocess
import tarfile
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / os.environ.get("PEERWARDEN_PRESET", "debug")
PROGRAMS = ("peerwarden", "peerwarden-daemon", "peerwarden-webhook")
COMMITTED = 1790000000
MEDIA_TYPE = "application/vnd.oci.image."
LABEL = "org.opencontainers.image."
VERSION = (ROOT / "VERSION").read_text().strip()


class Output:
    """What one run of tools/image wrote and printed."""

    def __init__(self, folder, build=BUILD, **environment):
        result = subprocess.run([ROOT / "tools" / "image", "--build", build, "--output", folder, "--source", "https://example.org/p"],
                                capture_output=True, text=True, timeout=120,
                                env={**os.environ, "SOURCE_DATE_EPOCH": str(COMMITTED), **environment})
        self.folder, self.layout, self.status = folder, folder / "oci", result.returncode
        self.printed, self.complaint = result.stdout, result.stderr

    def blob(self, digest):
        """Return a blob of the layout."""
        return (self.layout / "blobs" / digest.replace(":", "/")).read_bytes()

    def index(self):
        """Return the index of the layout."""
        return json.loads((self.layout / "index.json").read_text())

    def manifest(self):
        """Return the manifest."""
        return json.loads(self.blob(self.index()["manifests"][0]["digest"]))

    def config(self):
        """Return what the image says of itself."""
        return json.loads(self.blob(self.manifest()["config"]["digest"]))

    def layer(self):
        """Return the layer, opened."""
        return tarfile.open(fileobj=io.BytesIO(gzip.decompress(self.blob(self.manifest()["layers"][0]["digest"]))))

    def archive(self):
        """Return the archive's files by name."""
        with tarfile.open(self.folder / f"peerwarden-{VERSION}.tar") as tar:
            return {member.name: tar.extractfile(member).read() for member in tar}

    def listing(self):
        """Return the list of what is in the image."""
        return json.loads((self.folder / f"peerwarden-{VERSION}.spdx.json").read_text())


@pytest.fixture(scope="module", name="image")
def fixture_image(tmp_path_factory):
    """Make the image once."""
    output = Output(tmp_path_factory.mktemp("image"))
    assert output.status == 0, output.complaint
    return output


@pytest.fixture(scope="module", name="unpacked")
def fixture_unpacked(image, tmp_path_factory):
    """Unpack the layer."""
    folder = tmp_path_factory.mktemp("unpacked")
    with image.layer() as tar:
        tar.extractall(folder)
    return folder


def inside(folder, *command):
    """Run a program that sees nothing but the image."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return subprocess.run(["unshare", *user, "--root", folder, *command], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, env={"PATH": "/usr/bin"})


def sha256(content):
    """Return the digest of a content."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def test_every_blob_is_what_its_digest_and_its_size_say(image):
    manifest, index = image.manifest(), image.index()
    described = [*index["manifests"], manifest["config"], *manifest["layers"]]
    for descriptor in described:
        content = image.blob(descriptor["digest"])
        assert (sha256(content), len(content)) == (descriptor["digest"], descriptor["size"])
    names = {path.name for path in (image.layout / "blobs" / "sha256").iterdir()}
    assert names == {descriptor["digest"].removeprefix("sha256:") for descriptor in described}


def test_the_layout_has_the_media_types_of_the_specification(image):
    index, manifest = image.index(), image.manifest()
    assert json.loads((image.layout / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
    assert (index["schemaVersion"], index["mediaType"]) == (2, MEDIA_TYPE + "index.v1+json")
    assert (manifest["schemaVersion"], manifest["mediaType"]) == (2, MEDIA_TYPE + "manifest.v1+json")
    assert index["manifests"][0]["mediaType"] == manifest["mediaType"]
    assert manifest["config"]["mediaType"] == MEDIA_TYPE + "config.v1+json"
    assert [layer["mediaType"] for layer in manifest["layers"]] == [MEDIA_TYPE + "layer.v1.tar+gzip"]


def test_the_layer_unpacks_to_what_the_config_names(image):
    tar = gzip.decompress(image.blob(image.manifest()["layers"][0]["digest"]))
    assert image.config()["rootfs"] == {"type": "layers", "diff_ids": [sha256(tar)]}


def test_the_archive_holds_the_layout_and_what_docker_load_looks_for(image):
    files = image.archive()
    loaded, = json.loads(files.pop("manifest.json"))
    assert files == {str(path.relative_to(image.layout)): path.read_bytes() for path in image.layout.rglob("*") if path.is_file()}
    assert loaded["RepoTags"] == [f"localhost/peerwarden:{VERSION}"]
    assert sha256(files[loaded["Config"]]) == image.manifest()["config"]["digest"]
    assert [sha256(files[path]) for path in loaded["Layers"]] == [layer["digest"] for layer in image.manifest()["layers"]]


def test_two_runs_write_the_same_bytes(image, tmp_path):
    again = Output(tmp_path / "again", TZ="Asia/Tokyo", LC_ALL="C")
    written = [{str(path.relative_to(output.folder)): path.read_bytes() for path in output.folder.rglob("*") if path.is_file()}
               for output in (image, again)]
    assert written[0].keys() == written[1].keys()
    assert [path for path in written[0] if written[0][path] != written[1][path]] == []
    assert image.index()["manifests"][0]["digest"] in again.printed


def test_nothing_in_the_layer_tells_who_made_it_or_when(image):
    with image.layer() as tar:
        members = tar.getmembers()
    assert [member.name for member in members] == sorted({member.name for member in members})
    assert {(member.uid, member.gid, member.uname, member.gname, member.mtime) for member in members} == {(0, 0, "", "", COMMITTED)}
    assert image.config()["created"] == "2026-09-21T14:13:20Z"
    assert image.blob(image.manifest()["layers"][0]["digest"])[3:8] == bytes(5), "the stream has a name or a time"


def test_the_image_is_small(image):
    assert sum(path.stat().st_size for path in image.layout.rglob("*") if path.is_file()) < 25 << 20


def test_the_image_says_what_it_is_and_runs_as_nobody(image):
    config = image.config()["config"]
    assert config["User"] == "65532:65532"
    assert config["Entrypoint"] == ["/usr/bin/peerwarden"]
    assert config["Labels"] == image.manifest()["annotations"]
    labels = {name.removeprefix(LABEL): value for name, value in config["Labels"].items()}
    assert labels["title"] == "Peerwarden"
    assert (labels["version"], labels["licenses"], labels["source"]) == (VERSION, "Apache-2.0", "https://example.org/p")
    assert re.fullmatch("[0-9a-f]{40}(-modified)?", labels["revision"])


def test_nobody_can_write_and_nothing_is_run_as_somebody_else(image):
    with image.layer() as tar:
        for member in tar:
            assert member.isfile() or member.isdir() or member.issym(), member.name
            assert not member.mode & (stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX), member.name
            assert member.issym() or not member.mode & (stat.S_IWGRP | stat.S_IWOTH), member.name


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_runs_with_nothing_but_the_image(unpacked, program):
    result = inside(unpacked, f"/usr/bin/{program}", "--version")
    assert (result.returncode, result.stdout, result.stderr) == (0, f"{program} {VERSION}\n", "")


def test_every_library_is_needed_by_a_program(unpacked):
    loaded = set()
    for program in PROGRAMS:
        loader, = (unpacked / "usr").glob("lib*/ld-linux*")
        listed = inside(unpacked, f"/{loader.relative_to(unpacked)}", "--list", f"/usr/bin/{program}").stdout
        loaded |= {pathlib.Path(name).name for name in re.findall(r"(/\S+) \(0x", listed)}
    assert loaded == {path.name for path in unpacked.rglob("*.so*")}


class Cluster:
    """A server on 127.0.0.1 that finds nothing, under a name and with a certificate that nobody knows."""

    HOST = "cluster.invalid"

    def __init__(self, folder):
        self.certificate, key = folder / "tls.crt", folder / "tls.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=nobody", "-addext", f"subjectAltName=DNS:{self.HOST}", "-keyout", key, "-out", self.certificate],
                       check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def kubeconfig(self):
        """Return how to reach it, without its certificate."""
        server = f"https://{self.HOST}:{self.server.server_port}"
        return json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "only", "users": [{"name": "only", "user": {"token": "secret"}}],
            "contexts": [{"name": "only", "context": {"cluster": "only", "user": "only"}}],
            "clusters": [{"name": "only", "cluster": {"server": server}}]})

    def stop(self):
        """End it."""
        self.server.shutdown()
        self.server.server_close()


def test_host_names_and_trust_come_from_the_files_of_the_image(image, tmp_path):
    with image.layer() as tar:
        tar.extractall(tmp_path / "root")
    cluster = Cluster(tmp_path)
    (tmp_path / "root" / "kubeconfig").write_text(cluster.kubeconfig())

    def problem():
        result = inside(tmp_path / "root", "/usr/bin/peerwarden", "audit", "--kubeconfig", "/kubeconfig")
        assert (result.returncode, result.stdout) == (2, "")
        return result.stderr

    try:
        assert "Could not resolve host" in problem()
        (tmp_path / "root" / "etc" / "hosts").write_text(f"127.0.0.1 {cluster.HOST}\n")
        assert "SSL certificate problem: self-signed certificate" in problem()
        with open(tmp_path / "root" / "etc" / "ssl" / "certs" / "ca-certificates.crt", "ab") as bundle:
            bundle.write(cluster.certificate.read_bytes())
        assert "501" in problem(), "the server has no GET"
    finally:
        cluster.stop()


def test_the_certificates_are_those_of_debian_and_none_of_this_machine(unpacked):
    end = "-----END CERTIFICATE-----"
    bundle = (unpacked / "etc" / "ssl" / "certs" / "ca-certificates.crt").read_text()
    shipped = [path.read_text().strip() for path in pathlib.Path("/usr/share/ca-certificates/mozilla").glob("*.crt")]
    assert len(shipped) > 100
    assert sorted(part.strip() + f"\n{end}" for part in bundle.split(end)[:-1]) == sorted(shipped)


def test_the_list_names_every_file_of_the_layer_with_its_checksums(image, unpacked):
    listed = {file["fileName"]: {each["algorithm"]: each["checksumValue"] for each in file["checksums"]}
              for file in image.listing()["files"]}
    files = {f"./{path.relative_to(unpacked)}": path.read_bytes()
             for path in unpacked.rglob("*") if path.is_file() and not path.is_symlink()}
    assert listed == {name: {"SHA1": hashlib.sha1(content).hexdigest(), "SHA256": hashlib.sha256(content).hexdigest()}
                      for name, content in files.items()}


def test_the_list_says_which_package_each_library_came_from(image):
    listing = image.listing()
    names = {package["SPDXID"]: package["name"] for package in listing["packages"]}
    files = {file["SPDXID"]: file["fileName"] for file in listing["files"]}
    owners = {files[relation["relatedSpdxElement"]]: names[relation["spdxElementId"]] for relation in listing["relationships"]
              if relation["relationshipType"] == "CONTAINS" and relation["relatedSpdxElement"] in files}
    assert owners.keys() == set(files.values())
    for path, owner in owners.items():
        assert (owner == "peerwarden") == (path.startswith(("./usr/bin/", "./etc/")) and "certs" not in path
                                           or path == "./usr/share/doc/peerwarden/copyright"), path
    libraries = {pathlib.Path(path).name: owner for path, owner in owners.items() if ".so" in path}
    assert libraries["libc.so.6"] == "libc6"
    assert libraries["libcurl.so.4"] == "libcurl4"


def test_the_list_has_the_form_of_spdx(image):
    listing = image.listing()
    assert (listing["spdxVersion"], listing["dataLicense"], listing["SPDXID"]) == ("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT")
    assert "#" not in listing["documentNamespace"] and listing["documentNamespace"].startswith("https://")
    elements = [listing["SPDXID"], *(element["SPDXID"] for element in listing["packages"] + listing["files"])]
    assert len(elements) == len(set(elements))
    assert all(re.fullmatch("SPDXRef-[a-zA-Z0-9.-]+", element) for element in elements)
    for relation in listing["relationships"]:
        assert {relation["spdxElementId"], relation["relatedSpdxElement"]} <= set(elements)
    for package in listing["packages"]:
        assert {"name", "versionInfo", "downloadLocation", "licenseDeclared", "licenseConcluded", "copyrightText"} <= package.keys()
        assert package["filesAnalyzed"] == ("packageVerificationCode" in package)


def test_the_list_gives_the_version_and_the_address_of_each_debian_package(image):
    for package in image.listing()["packages"]:
        if package["supplier"] != "Organization: Debian":
            continue
        shown = subprocess.run(["dpkg-query", "--show", "--showformat", "${Version} ${Architecture}", package["name"]],
                               capture_output=True, text=True, check=True).stdout
        version, architecture = shown.split()
        assert package["versionInfo"] == version
        assert package["externalRefs"][0]["referenceLocator"] == (
            f"pkg:deb/debian/{package['name']}@{version.replace('+', '%2B')}?arch={architecture}")


def test_each_debian_package_of_the_list_stands_in_the_image_for_scanners(image, unpacked):
    listed = {package["name"] for package in image.listing()["packages"] if package["supplier"] == "Organization: Debian"}
    assert {path.name for path in (unpacked / "var" / "lib" / "dpkg" / "status.d").iterdir()} == listed
    for name in listed:
        assert f"Package: {name}\n" in (unpacked / "var" / "lib" / "dpkg" / "status.d" / name).read_text()
        assert (unpacked / "usr" / "share" / "doc" / name / "copyright").stat().st_size > 100
    assert "VERSION_CODENAME=" in (unpacked / "etc" / "os-release").read_text()


def test_a_library_that_no_package_owns_is_refused(tmp_path):
    build, folder = tmp_path / "build", tmp_path / "library"
    build.mkdir()
    folder.mkdir()
    subprocess.run(["gcc", "-shared", "-o", folder / "libours.so", "-x", "c", "-"], input=b"int ours;", check=True)
    for name in PROGRAMS:
        subprocess.run(["gcc", "-o", build / name, "-x", "c", "-", "-x", "none", folder / "libours.so",
                        f"-Wl,--no-as-needed,-rpath,{folder}"], input=b"extern int ours; int main(void) { return ours; }", check=True)
    output = Output(tmp_path / "image", build)
    assert output.status == 1
    assert "libours.so belongs to no Debian package" in output.complaint
    assert not output.layout.exists()


def test_a_build_that_is_not_there_is_refused(tmp_path):
    output = Output(tmp_path / "image", tmp_path)
    assert output.status == 1
    assert f"{tmp_path}/peerwarden is missing" in output.complaint


def test_a_time_that_is_no_number_is_refused(tmp_path):
    output = Output(tmp_path / "image", SOURCE_DATE_EPOCH="yesterday")
    assert (output.status, "SOURCE_DATE_EPOCH" in output.complaint) == (1, True)
