"""The ValidatingAdmissionPolicies of manifests/, as a control plane without any webhook enforces them."""

import json

from admission_policy_objects import KINDS, NONSENSE, of_kind
from custom_resources import REPOSITORY
from polling import wait_until
from scenario_files import read_documents

MANIFEST = REPOSITORY / "manifests" / "validating-admission-policy.yaml"
DRY_RUN = {"name": "dry-run", "expression": "has(request.dryRun) && request.dryRun"}


def policies(of_dry_runs_alone=False):
    """Return the policies and their bindings. Those of dry runs alone let a test store whatever it likes."""
    documents = read_documents(MANIFEST)
    for document in documents:
        if of_dry_runs_alone and document["kind"] == "ValidatingAdmissionPolicy":
            document["spec"]["matchConditions"].append(DRY_RUN)
    return documents


def refused_by_policy(answer):
    """Say whether a policy decided against a request, rather than failed or was not asked."""
    return answer.status == 422 and "ValidatingAdmissionPolicy" in answer.message and "[" in answer.message


def enforce(kubectl, documents, attempt):
    """Apply policies and wait until `attempt` to create nonsense of each kind is refused, by a schema at the latest."""
    kubectl.must("apply", "--filename=-", stdin="\n---\n".join(map(json.dumps, documents)))
    for kind in KINDS:
        wait_until(lambda kind=kind: attempt(of_kind(kind, NONSENSE[kind])).status == 422, f"{kind} is judged")
