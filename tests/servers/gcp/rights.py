"""The method of Resource Manager v3 that tells who calls which of some permissions he has in a project.

It needs no permission itself. A wildcard, a text that names none, and one that belongs to no project are invalid
arguments; no list at all is one too. What Google says of a project that is not there is not documented: here it is
what it says of all that somebody may not see.
"""

import re

from .answers import Refusal, forbidden, misread

_PERMISSION = r"[a-z][a-z0-9]*\.[A-Za-z0-9]+\.[A-Za-z0-9]+"
_ABOVE = {"resourcemanager.projects.create", "resourcemanager.projects.list"}


def _asked(body):
    for name in body:
        if name not in ("permissions", "resource"):
            raise misread(f"Invalid JSON payload received. Unknown name \"{name}\": Cannot find field.")
    names = body.get("permissions", [])
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise misread("Invalid value at 'permissions' (TYPE_STRING)", "permissions")
    if not names or any(each in _ABOVE or not re.fullmatch(_PERMISSION, each) for each in names):
        raise Refusal(400, "badRequest", "Request contains an invalid argument.")
    return names


def tested(call):
    """Return those of the permissions that the caller has; nothing where there are none."""
    names = _asked(call.body)
    project = call.state.project(call.project)
    if project is None:
        raise forbidden("resourcemanager.projects.get", f"projects/{call.project}", "resourcemanager")
    granted = [each for each in names if call.state.may(call.principal, each, project.id)]
    return {"permissions": granted} if granted else {}
