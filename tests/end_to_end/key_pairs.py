"""Certificates for a server on 127.0.0.1, made with openssl."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from processes import run

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
RSA = ("-newkey", "rsa:2048", "-nodes")


@dataclass
class KeyPair:
    """A certificate and its private key, both PEM files."""

    certificate: Path
    key: Path

    @property
    def der(self):
        """The certificate as it goes over the wire."""
        return ssl.PEM_cert_to_DER_cert(self.certificate.read_text())


class Authority:
    """A certificate authority of our own."""

    def __init__(self, folder):
        self.folder = folder
        self.pair = KeyPair(folder / "ca.crt", folder / "ca.key")
        run("openssl", "req", "-x509", *CURVE, "-subj", "/CN=test authority", "-days", "2",
            "-keyout", self.pair.key, "-out", self.pair.certificate)

    @property
    def bundle(self):
        """The authority's certificate as PEM text."""
        return self.pair.certificate.read_text()

    def issue(self, name, key=CURVE):
        """Make a key pair for 127.0.0.1 in a folder of that name."""
        folder = self.folder / name
        folder.mkdir()
        pair = KeyPair(folder / "tls.crt", folder / "tls.key")
        run("openssl", "req", "-x509", *key, "-subj", f"/CN={name}", "-days", "1",
            "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE",
            "-CA", self.pair.certificate, "-CAkey", self.pair.key,
            "-keyout", pair.key, "-out", pair.certificate)
        return pair
