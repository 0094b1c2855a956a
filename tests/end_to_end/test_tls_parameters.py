"""Which versions and cipher suites of TLS the webhook speaks."""

import socket
import ssl

import pytest

from key_pairs import CURVE, RSA

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module", params=[CURVE, RSA], ids=["ecdsa", "rsa"])
def webhook(request, new_webhook, authority, tmp_path_factory):
    """A webhook without a cluster, with a key of either type."""
    pair = authority.issue(f"tls-{request.param[1].partition(':')[0]}", request.param)
    webhook = new_webhook(None, "--inventory", tmp_path_factory.mktemp("inventory"), pair=pair)
    webhook.start()
    yield webhook
    webhook.stop()


def agreed(webhook, version, suites):
    """Return the suite that a client of this version with these suites comes to, or None when it is turned away."""
    trust = ssl.create_default_context(cadata=webhook.authority.bundle)
    trust.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    trust.maximum_version = version
    trust.set_ciphers(f"{suites}:@SECLEVEL=0")
    try:
        with socket.create_connection(("127.0.0.1", webhook.port), timeout=30) as plain:
            with trust.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
                return secure.cipher()[0]
    except (ssl.SSLError, ConnectionError):
        return None


@pytest.mark.parametrize("version, suites, good", [
    (ssl.TLSVersion.TLSv1_3, "ALL", True),
    (ssl.TLSVersion.TLSv1_2, "ECDHE+AESGCM", True),
    (ssl.TLSVersion.TLSv1_2, "ECDHE+CHACHA20", True),
    (ssl.TLSVersion.TLSv1_2, "ECDHE+AES+SHA1", False),
    (ssl.TLSVersion.TLSv1_2, "ECDHE+AES+SHA256", False),
    (ssl.TLSVersion.TLSv1_2, "kRSA", False),
    (ssl.TLSVersion.TLSv1_1, "ALL", False),
])
def test_only_forward_secret_suites_with_authentication_are_spoken(webhook, version, suites, good):
    """An old or weak client is turned away, a good one is served."""
    assert bool(agreed(webhook, version, suites)) is good
