"""The methods of Resource Manager v3 on the tags of networks: effectiveTags, and tagBindings.

These are the tags of the organisation, bound to resources by value; network tags of machines, and labels, are others.
"""

import re
from urllib.parse import quote, unquote

from . import calls
from .answers import Refusal, forbidden

_HOST = "//compute.googleapis.com/"
_MOST = 300


def _invalid(text="Request contains an invalid argument."):
    return Refusal(400, "badRequest", text)


def _target(call, parent, permission):
    """Return the network that a full resource name means: by its number alone, as Google wants it."""
    found = re.fullmatch(_HOST + r"projects/([^/]+)/global/networks/([^/]+)", parent or "")
    if found is None or not found[2].isdigit():
        raise _invalid()
    network = call.state.network(found[1], found[2])
    project = network.project if network else found[1]
    if not call.state.may(call.principal, permission, project) or network is None:
        raise forbidden(permission, parent, "resourcemanager")
    return network


def _page(call, name, items):
    text = call.query.get("pageSize") or "0"
    if not text.isdigit() or int(text) > _MOST:
        raise _invalid()
    found, token = calls.page(call, items, min(int(text) or 100, call.state.settings.page))
    answer = {name: found} if found else {}
    if token:
        answer["nextPageToken"] = token
    return answer


def _parent_name(key):
    owner = key.split("/")[0]
    return f"organizations/{owner}" if owner.isdigit() else f"projects/{owner}"


def effective(call):
    """List the tags of a network: its own, and those that it inherits and does not have itself."""
    network = _target(call, call.query.get("parent"), "compute.networks.listEffectiveTags")
    values, own = call.state.tag_values, network.tags
    keys = {values[each].key for each in own}
    inherited = [each for each in call.state.projects[network.project].tags if values[each].key not in keys]
    items = [{
        "tagValue": f"tagValues/{each}",
        "namespacedTagValue": f"{values[each].key}/{values[each].value}",
        "tagKey": f"tagKeys/{values[each].key_id}",
        "namespacedTagKey": values[each].key,
        "tagKeyParentName": _parent_name(values[each].key),
        "inherited": each not in own,
    } for each in [*own, *inherited]]
    return _page(call, "effectiveTags", items)


def _binding(call, parent, value):
    found = call.state.tag_values[value]
    return {"name": f"tagBindings/{quote(parent, safe='')}/tagValues/{value}", "parent": parent,
            "tagValue": f"tagValues/{value}", "tagValueNamespacedName": f"{found.key}/{found.value}"}


def bindings(call):
    """List the tags that are bound to a network itself."""
    network = _target(call, call.query.get("parent"), "compute.networks.listTagBindings")
    return _page(call, "tagBindings", [_binding(call, call.query["parent"], each) for each in network.tags])


def _done(kind, content):
    return {"done": True, "response": {"@type": f"type.googleapis.com/{kind}", **content}}


def bind(call):
    """Bind a tag's value to a network."""
    parent, named = call.body.get("parent"), call.body.get("tagValue", "")
    network = _target(call, parent, "compute.networks.createTagBinding")
    value = named.partition("tagValues/")[2]
    found = call.state.tag_values.get(value)
    if found is None:
        raise forbidden("resourcemanager.tagValueBindings.create", named, "resourcemanager")
    if any(call.state.tag_values[each].key == found.key for each in network.tags):
        raise Refusal(409, "alreadyExists", "A binding already exists between the given resource and TagKey.")
    network.tags.append(value)
    return _done("google.cloud.resourcemanager.v3.TagBinding", _binding(call, parent, value))


def unbind(call):
    """Take a tag's value from a network."""
    parent, _, value = unquote(call.parts["name"]).rpartition("/tagValues/")
    network = _target(call, parent, "compute.networks.deleteTagBinding")
    if value not in network.tags:
        raise Refusal(404, "notFound", "Requested entity was not found.")
    network.tags.remove(value)
    return _done("google.protobuf.Empty", {})
