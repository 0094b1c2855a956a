"""The kinds in which policy reports are written, as far as the API server must know them."""

FORMS = {
    "wgpolicyk8s.io": ("v1alpha2", [("PolicyReport", "Namespaced"), ("ClusterPolicyReport", "Cluster")]),
    "openreports.io": ("v1alpha1", [("Report", "Namespaced"), ("ClusterReport", "Cluster")]),
}


def definitions():
    """Return a CustomResourceDefinition for each kind, which takes any content."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    for group, (version, kinds) in FORMS.items():
        for kind, scope in kinds:
            plural = f"{kind.lower()}s"
            yield {
                "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                "metadata": {"name": f"{plural}.{group}", "annotations": {
                    "api-approved.kubernetes.io": "unapproved, for tests"}},
                "spec": {"group": group, "scope": scope,
                         "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()},
                         "versions": [{"name": version, "served": True, "storage": True, "schema": schema}]}}


def reports(api, group):
    """Return the versions of all reports of a group by name: those of namespaces, and those of the cluster."""
    version, kinds = FORMS[group]
    lists = [api.request("GET", f"/apis/{group}/{version}/{kind.lower()}s").body["items"] for kind, _ in kinds]
    return [{item["metadata"]["name"]: item["metadata"]["resourceVersion"] for item in items} for items in lists]
