"""What goes back to the client: XML of EC2 and STS, and refusals.

An answer is a tree of dicts (elements in order), lists (`item` elements), booleans, texts, and None (an element that
is left out). An empty list becomes an empty element, as EC2 writes it.
"""

from datetime import datetime, timezone
from xml.sax.saxutils import escape

EC2_VERSION = "2016-11-15"
STS_VERSION = "2011-06-15"
_NAMESPACES = {
    "ec2": f"http://ec2.amazonaws.com/doc/{EC2_VERSION}/",
    "sts": f"https://sts.amazonaws.com/doc/{STS_VERSION}/",
}
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


class Refusal(Exception):
    """An error of the API: its code, message and HTTP status."""

    def __init__(self, code, message, status=400):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def timestamp(seconds):
    """Return a time as EC2 writes it."""
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _element(name, value):
    if value is None:
        return ""
    if isinstance(value, dict):
        content = _children(value)
    elif isinstance(value, list):
        content = "".join(_element("item", item) for item in value)
    elif isinstance(value, bool):
        content = "true" if value else "false"
    else:
        content = escape(str(value))
    return f"<{name}>{content}</{name}>" if content or not isinstance(value, list) else f"<{name}/>"


def _children(tree):
    return "".join(_element(name, value) for name, value in tree.items())


def success(service, action, tree, request_id):
    """Return the text of an answer with status 200."""
    if service == "ec2":
        content = _children({"requestId": request_id, **tree})
    else:
        content = _children({f"{action}Result": tree, "ResponseMetadata": {"RequestId": request_id}})
    return f'{_HEAD}<{action}Response xmlns="{_NAMESPACES[service]}">{content}</{action}Response>\n'


def failure(service, refusal, request_id):
    """Return the text of an answer that says why not."""
    error = {"Code": refusal.code, "Message": refusal.message}
    if service == "ec2":
        return _HEAD + _element("Response", {"Errors": {"Error": error}, "RequestID": request_id}) + "\n"
    kind = "Sender" if refusal.status < 500 else "Receiver"
    content = _children({"Error": {"Type": kind, **error}, "RequestId": request_id})
    return f'<ErrorResponse xmlns="{_NAMESPACES["sts"]}">{content}</ErrorResponse>\n'


def tag_set(tags):
    """Return a `tagSet` of a dict of tags."""
    return [{"key": key, "value": value} for key, value in tags.items()]
