"""The list of what is in an image, as SPDX 2.3 in JSON: our package, Debian's, and the checksums of all files."""
import hashlib
import re

from layout import timestamp

UNKNOWN = "NOASSERTION"
DOCUMENT = "SPDXRef-DOCUMENT"
IMAGE = "SPDXRef-Image"
PROGRAM = "SPDXRef-Package-peerwarden"


def identifier(kind, name):
    """Return the identifier of an element."""
    return f"SPDXRef-{kind}-" + re.sub(r"[^a-zA-Z0-9.]", "-", name)


def package_identifier(package):
    """Return the identifier of the package that an entry came from."""
    return identifier("Package", package.name) if package else PROGRAM


def checksum(algorithm, content):
    """Return a checksum of a file."""
    return {"algorithm": algorithm, "checksumValue": hashlib.new(algorithm.lower(), content).hexdigest()}


def file_element(entry):
    """Return a file."""
    return {
        "SPDXID": identifier("File", entry.path), "fileName": f"./{entry.path}",
        "fileTypes": ["BINARY"] if entry.content.startswith(b"\x7fELF") else ["TEXT"],
        "checksums": [checksum("SHA1", entry.content), checksum("SHA256", entry.content)],
        "licenseConcluded": UNKNOWN, "licenseInfoInFiles": [UNKNOWN], "copyrightText": UNKNOWN,
    }


def verification_code(entries):
    """Return the code over the files of a package, SPDX 2.3 section 7.9."""
    sums = sorted(hashlib.sha1(entry.content, usedforsecurity=False).hexdigest() for entry in entries)
    return {"packageVerificationCodeValue": hashlib.sha1("".join(sums).encode(), usedforsecurity=False).hexdigest()}


def package_element(name, version, purpose, **more):
    """Return a package of which only what is given is known."""
    return {"name": name, "versionInfo": version, "primaryPackagePurpose": purpose, "downloadLocation": UNKNOWN,
            "filesAnalyzed": False, "licenseConcluded": UNKNOWN, "copyrightText": UNKNOWN, **more}


def reference(locator):
    """Return a package URL as a reference of a package."""
    return [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}]


def with_files(element, entries):
    """Return a package whose files are listed."""
    return {**element, "filesAnalyzed": True, "licenseInfoFromFiles": [UNKNOWN],
            "packageVerificationCode": verification_code(entries)}


def debian_element(package):
    """Return a package of Debian. Its licence is declared only if it is one for all its files."""
    names = package.licence_names()
    comment = {"licenseComments": "Debian's copyright file names: " + "; ".join(names)} if names else {}
    locator = f"pkg:deb/debian/{package.name}@{package.version.replace('+', '%2B')}?arch={package.architecture}"
    return package_element(
        package.name, package.version, "LIBRARY", SPDXID=package_identifier(package), supplier="Organization: Debian",
        sourceInfo=f"built from the Debian source package {package.source} {package.source_version}",
        licenseDeclared=package.licence() or UNKNOWN, externalRefs=reference(locator), **comment)


def own_element(version):
    """Return our package."""
    return package_element("peerwarden", version, "APPLICATION", SPDXID=PROGRAM, supplier="Organization: Peerwarden",
                           licenseDeclared="Apache-2.0")


def image_element(image):
    """Return the image itself."""
    name = image.description.name.rpartition("/")[2]
    return package_element(
        f"{name} image", image.description.version, "CONTAINER", SPDXID=IMAGE, supplier="Organization: Peerwarden",
        licenseDeclared=UNKNOWN, checksums=[{"algorithm": "SHA256", "checksumValue": image.digest.removeprefix("sha256:")}],
        externalRefs=reference(f"pkg:oci/{name}@{image.digest.replace(':', '%3A')}?arch={image.description.architecture}"))


def relations(pairs, kind):
    """Return relationships of one kind."""
    return [{"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other} for one, other in pairs]


def document(image, entries):
    """Return the whole document for an image that holds these entries."""
    files = [entry for entry in entries if not entry.link]
    owned = {}
    for entry in files:
        owned.setdefault(package_identifier(entry.package), []).append(entry)
    debian = {entry.package.name: entry.package for entry in files if entry.package}
    packages = [own_element(image.description.version), *(debian_element(debian[name]) for name in sorted(debian))]
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": DOCUMENT,
        "name": f"peerwarden-{image.description.version}-{image.description.architecture}",
        "documentNamespace": f"https://spdx.org/spdxdocs/peerwarden-{image.digest.removeprefix('sha256:')}",
        "creationInfo": {"created": timestamp(image.description.epoch),
                         "creators": ["Organization: Peerwarden", f"Tool: tools/image-{image.description.version}"]},
        "packages": [image_element(image), *(with_files(package, owned[package["SPDXID"]]) for package in packages)],
        "files": [file_element(entry) for entry in files],
        "relationships": [
            *relations([(DOCUMENT, IMAGE)], "DESCRIBES"),
            *relations([(IMAGE, package["SPDXID"]) for package in packages], "CONTAINS"),
            *relations([(package_identifier(entry.package), identifier("File", entry.path)) for entry in files], "CONTAINS"),
        ],
    }
