"""A client without any manners: it signs what it is told to, also wrongly, and shows the answer's bytes."""

import time
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

from tests.servers import web
from tests.servers.aws.signature import Request, Scope, signature, string_to_sign


class Answer(web.Answer):
    """The status, headers and tree of an answer; names are without namespace."""

    def __init__(self, answer):
        super().__init__(answer)
        self.tree = ElementTree.fromstring(self.raw)
        for element in self.tree.iter():
            element.tag = element.tag.rpartition("}")[2]

    @property
    def code(self):
        """The code of an error, or None."""
        found = self.tree.find(".//Code")
        return None if found is None else found.text


def paths(element, prefix=""):
    """Return the paths of all elements of a tree, each once."""
    path = f"{prefix}/{element.tag}"
    return {path}.union(*(paths(child, path) for child in element))


def send(url, user, parameters, *, method="POST", service="ec2", region="eu-central-1", date=None, scope_day=None,
         unsigned=(), headers=(), change=lambda lines: None):
    """Sign and send a call; `parameters` are a dict, pairs, or the body as a text.

    `change` may alter the dict of headers after they were signed; `unsigned` names headers to leave out of the
    signature; `scope_day` is another day for the scope than the date's.
    """
    body = parameters if isinstance(parameters, str) else urlencode(parameters)
    path, query, content = ("/", body, b"") if method == "GET" else ("/", "", body.encode())
    host = urlsplit(url).netloc
    stamp = date or time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    lines = {"host": host, "x-amz-date": stamp, "content-type": "application/x-www-form-urlencoded", **dict(headers)}
    if "token" in user:
        lines["x-amz-security-token"] = user["token"]
    names = ";".join(sorted(set(lines) - set(unsigned)))
    credential = f"{user['id']}/{scope_day or stamp[:8]}/{region}/{service}/aws4_request"
    line = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature="
    request = Request(method, path, query, [*lines.items(), ("authorization", line + "0" * 64)], content)
    scope = Scope(request)
    lines["authorization"] = line + signature(user["secret"], scope, string_to_sign(request, scope))
    change(lines)
    return web.exchange(url, method, f"{path}?{query}" if query else path, content, lines, Answer)
