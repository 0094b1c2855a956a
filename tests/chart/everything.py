"""All objects of a cluster, to be compared before and after."""

PASSING = {"events", "apiservices", "endpointslices", "endpoints", "componentstatuses", "nodes"}


def _groups(api):
    """Return the path of each API version that is preferred."""
    named = api.request("GET", "/apis").body["groups"]
    return ["/api/v1", *(f"/apis/{group['preferredVersion']['groupVersion']}" for group in named)]


def everything(api):
    """Return path and name of each object there is, but for what comes and goes by itself."""
    found = set()
    for path in _groups(api):
        for resource in api.request("GET", path).body.get("resources", []):
            name = resource["name"]
            if "/" in name or "list" not in resource["verbs"] or name in PASSING:
                continue
            for item in api.request("GET", f"{path}/{name}").body.get("items", []):
                metadata = item["metadata"]
                found.add("/".join(filter(None, (path, metadata.get("namespace"), name, metadata["name"]))))
    return found
