"""Signature Version 4, checked from the server's side.

Follows "AWS Signature Version 4 for API requests" of the IAM User Guide, header form. Nothing of a client is used.
"""

import hashlib
import hmac
import re
from datetime import datetime, timezone
from urllib.parse import quote, unquote

from .answers import Refusal

ALGORITHM = "AWS4-HMAC-SHA256"
ALLOWED_SKEW = 300
_AUTHORIZATION = re.compile(
    rf"{ALGORITHM}\s+Credential=(?P<credential>[^,\s]+),\s*SignedHeaders=(?P<headers>[^,\s]+),\s*"
    r"Signature=(?P<signature>[0-9a-f]{64})")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")


class Request:
    """What is signed: `headers` is a list of pairs with names in lower case, `body` bytes, `query` as it came."""

    def __init__(self, method, path, query, headers, body):
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body

    def header(self, name):
        """Return the values of a header joined as they are signed, or None."""
        values = [" ".join(value.split()) for found, value in self.headers if found == name]
        return ",".join(values) if values else None


class Scope:
    """Who signed, when, and for which region and service, as the Authorization header says; still unchecked."""

    def __init__(self, request):
        line = request.header("authorization")
        if line is None:
            raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
        found = _AUTHORIZATION.fullmatch(line)
        parts = found["credential"].split("/") if found else []
        if len(parts) != 5 or parts[4] != "aws4_request":
            raise Refusal("IncompleteSignature", f"The Authorization header is not one of {ALGORITHM}: '{line}'", 400)
        self.key, self.day, self.region, self.service, _ = parts
        self.signed_headers = found["headers"].split(";")
        self.signature = found["signature"]
        self.date = request.header("x-amz-date") or ""

    @property
    def text(self):
        """The scope as it stands in the string to sign."""
        return f"{self.day}/{self.region}/{self.service}/aws4_request"


def canonical_query(query):
    """Return the query with each name and value encoded anew, sorted by name and then by value."""
    pairs = [pair.partition("=")[::2] for pair in query.split("&") if pair]
    encoded = [tuple(quote(unquote(text), safe="-_.~") for text in pair) for pair in pairs]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def canonical_request(request, signed_headers):
    """Return the text whose hash is signed."""
    lines = [request.method, quote(unquote(request.path), safe="/-_.~"), canonical_query(request.query)]
    lines += [f"{name}:{request.header(name)}" for name in signed_headers]
    lines += ["", ";".join(signed_headers), hashlib.sha256(request.body).hexdigest()]
    return "\n".join(lines)


def string_to_sign(request, scope):
    """Return the text that the signature is made of."""
    digest = hashlib.sha256(canonical_request(request, scope.signed_headers).encode()).hexdigest()
    return "\n".join([ALGORITHM, scope.date, scope.text, digest])


def signature(secret, scope, text):
    """Return the signature, in hexadecimal, of a string to sign."""
    key = b"AWS4" + secret.encode()
    for part in (scope.day, scope.region, scope.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _check_headers(request, scope):
    signed = scope.signed_headers
    if signed != sorted(set(signed)):
        raise Refusal("IncompleteSignature", "SignedHeaders are not sorted", 400)
    if any(request.header(name) is None for name in signed):
        raise Refusal("SignatureDoesNotMatch", "A signed header is missing", 403)
    for name, _ in request.headers:
        if (name == "host" or name.startswith("x-amz-")) and name not in signed:
            raise Refusal("SignatureDoesNotMatch", f"Header '{name}' is not signed", 403)


def _check_date(scope, now):
    try:
        signed = datetime.strptime(scope.date, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        raise Refusal("IncompleteSignature", "The header X-Amz-Date is missing or no date", 400) from None
    if scope.day != scope.date[:8]:
        raise Refusal("SignatureDoesNotMatch", f"Date in Credential scope does not match: {scope.date}", 403)
    if abs(signed.timestamp() - now) > ALLOWED_SKEW:
        if scope.service == "sts":
            raise Refusal("SignatureDoesNotMatch", f"Signature expired: {scope.date} is too far from now", 403)
        raise Refusal("RequestExpired", "Request has expired.", 400)


def _unknown_key(scope):
    if scope.service == "sts":
        return Refusal("InvalidClientTokenId", "The security token included in the request is invalid", 403)
    return Refusal("AuthFailure", "AWS was not able to validate the provided access credentials", 401)


def _expired_key(scope):
    if scope.service == "sts":
        return Refusal("ExpiredToken", "The security token included in the request is expired", 403)
    return Refusal("RequestExpired", "Request has expired.", 400)


def verify(request, scope, find_key, now):
    """Return the key that signed the request, or raise a Refusal.

    `find_key` gives for an access key id an object with `secret`, `token` (None of a user's key) and `expires`
    (seconds since 1970, or None), or None.
    """
    if scope.service not in ("ec2", "sts") or not _REGION.fullmatch(scope.region):
        raise Refusal("SignatureDoesNotMatch", f"Credential scope '{scope.text}' is of no service here", 403)
    key = find_key(scope.key)
    if key is None or request.header("x-amz-security-token") != key.token:
        raise _unknown_key(scope)
    _check_headers(request, scope)
    _check_date(scope, now)
    wanted = signature(key.secret, scope, string_to_sign(request, scope))
    if not hmac.compare_digest(wanted, scope.signature):
        raise Refusal("SignatureDoesNotMatch", "The request signature we calculated does not match the signature "
                      "you provided. Check your AWS Secret Access Key and signing method.", 403)
    if key.expires is not None and key.expires <= now:
        raise _expired_key(scope)
    return key
