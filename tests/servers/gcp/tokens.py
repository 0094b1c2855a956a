"""JSON Web Tokens signed with RS256: keys, and the check of a signature, with the standard library and `openssl`.

Follows RFC 7515, RFC 7518 section 3.3 and RFC 8017 section 8.2 (RSASSA-PKCS1-v1_5).
"""

import base64
import binascii
import functools
import hashlib
import hmac
import json
import re
import subprocess

_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")
_EXPONENT = 65537


@functools.cache
def key(_number):
    """Make a key of 2048 bits, once in a process for each number, since making one takes long.

    Returns it as PEM (PKCS #8) and its public part, (modulus, exponent).
    """
    pem = subprocess.run(["openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
                         capture_output=True, text=True, check=True).stdout
    told = subprocess.run(["openssl", "rsa", "-noout", "-modulus"], input=pem, capture_output=True, text=True,
                          check=True).stdout
    return pem, (int(re.fullmatch(r"Modulus=([0-9A-F]+)\n", told)[1], 16), _EXPONENT)


def decoded(text):
    """Return the bytes of base64url without padding; raises ValueError."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        raise ValueError("not base64url without padding")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def signed_by(content, signature, key):
    """Say whether bytes were signed with the private part of a public key."""
    modulus, exponent = key
    size = (modulus.bit_length() + 7) // 8
    number = int.from_bytes(signature, "big")
    if len(signature) != size or number >= modulus:
        return False
    digest = _PREFIX + hashlib.sha256(content).digest()
    wanted = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
    return hmac.compare_digest(pow(number, exponent, modulus).to_bytes(size, "big"), wanted)


class WebToken:
    """A token in its three parts; raises ValueError when it is none."""

    def __init__(self, text):
        parts = text.split(".")
        if len(parts) != 3:
            raise ValueError("not three parts")
        self.header, self.claims = (json.loads(decoded(part)) for part in parts[:2])
        if not isinstance(self.header, dict) or not isinstance(self.claims, dict):
            raise ValueError("not objects")
        self.content = f"{parts[0]}.{parts[1]}".encode()
        self.signature = decoded(parts[2])

    def holds(self, keys):
        """Say whether it is signed, with RS256, by one of these public keys, by id."""
        if self.header.get("alg") != "RS256":
            return False
        named = self.header.get("kid")
        candidates = [keys[named]] if named in keys else [] if named else keys.values()
        return any(signed_by(self.content, self.signature, key) for key in candidates)

    def is_timely(self, now, skew=300, most=3600):
        """Say whether it was made before now, is not over, and is made for at most that long."""
        made, over = self.claims.get("iat"), self.claims.get("exp")
        if not all(isinstance(each, (int, float)) for each in (made, over)):
            return False
        return made <= now + skew and now < over + skew and 0 < over - made <= most
