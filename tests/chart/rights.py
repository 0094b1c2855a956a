"""Which rights the roles of a release give, what was asked for with them, and which of them nothing needs."""

import copy
import json
from collections import namedtuple

from polling import wait_until

RBAC = "/apis/rbac.authorization.k8s.io/v1"
REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
CANARY = {"apiGroups": ["canary"], "resources": ["canaries"], "verbs": ["get"]}

Request = namedtuple("Request", "verb group resource namespace name")
Right = namedtuple("Right", "kind namespace role verb group resource name")


def _request(event):
    """Return what an event of the audit log asked for."""
    about = event["objectRef"]
    resource = "/".join(filter(None, (about["resource"], about.get("subresource"))))
    return Request(event["verb"], about.get("apiGroup", ""), resource,
                   *(about.get(field, "") for field in ("namespace", "name")))


class Asked:
    """What the audit log says that a user asked for."""

    def __init__(self, log, user):
        events = [json.loads(line) for line in log.read_text().splitlines()]
        mine = [each for each in events if each["user"]["username"] == user and "objectRef" in each]
        self.requests = {_request(each) for each in mine}
        self.refused = {_request(each) for each in mine if each.get("responseStatus", {}).get("code") == 403}
        for each in mine:
            # server-side apply of what is not there: the API server asks for this right too
            if each["verb"] == "patch" and each.get("responseStatus", {}).get("code") == 201:
                self.requests.add(_request(each)._replace(verb="create"))


class Roles:
    """The roles that are bound to one ServiceAccount."""

    def __init__(self, api, namespace, account):
        self.api = api
        self.namespace = namespace
        self.account = account
        self.roles = [self._role(binding) for kind in ("clusterrolebindings", "rolebindings")
                      for binding in api.request("GET", f"{RBAC}/{kind}").body["items"] if self._is_mine(binding)]

    @property
    def user(self):
        """The name of the user."""
        return f"system:serviceaccount:{self.namespace}:{self.account}"

    def _is_mine(self, binding):
        """Say whether a binding is for the account."""
        return any(each["kind"] == "ServiceAccount" and each["name"] == self.account
                   and each["namespace"] == self.namespace for each in binding.get("subjects") or ())

    def _role(self, binding):
        """Return where a binding holds, and the role that it binds."""
        namespace, reference = binding["metadata"].get("namespace", ""), binding["roleRef"]
        assert reference["kind"] == ("Role" if namespace else "ClusterRole"), f"not played: {binding}"
        folder = f"{RBAC}/namespaces/{namespace}/roles" if namespace else f"{RBAC}/clusterroles"
        return namespace, self.api.request("GET", f"{folder}/{reference['name']}").body

    def rights(self):
        """Return every single right."""
        for namespace, role in self.roles:
            for rule in role["rules"]:
                assert "nonResourceURLs" not in rule and "*" not in str(rule), f"too wide: {rule}"
                for group in rule["apiGroups"]:
                    for resource in rule["resources"]:
                        for verb in rule["verbs"]:
                            for name in rule.get("resourceNames", [""]):
                                yield Right(role["kind"], namespace, role["metadata"]["name"], verb, group, resource,
                                            name)

    def without(self, right):
        """Return the roles as they are without one right: pairs of namespace and rules."""
        made = []
        for namespace, role in self.roles:
            rules = copy.deepcopy(role["rules"])
            if right and (role["kind"], namespace, role["metadata"]["name"]) == right[:3]:
                rules = [part for rule in rules for part in _split(rule, right)]
            made.append((namespace, rules))
        return made


def _split(rule, right):
    """Return what is left of a rule without one right, as rules of one right each where it is concerned."""
    fields = {"apiGroups": right.group, "resources": right.resource, "verbs": right.verb}
    if any(value not in rule[field] for field, value in fields.items()):
        return [rule]
    parts = []
    for group in rule["apiGroups"]:
        for resource in rule["resources"]:
            for verb in rule["verbs"]:
                for name in rule.get("resourceNames", [""]):
                    if (verb, group, resource, name) != right[3:]:
                        part = {"apiGroups": [group], "resources": [resource], "verbs": [verb]}
                        parts.append({**part, "resourceNames": [name]} if name else part)
    return parts


class Trial:
    """Users of the API server's own authorizer, who have some rights each."""

    def __init__(self, api, name):
        self.api = api
        self.name = name
        self.users = 0

    def user(self, roles):
        """Make a user with rules: pairs of namespace and rules; returns the name."""
        self.users += 1
        name = f"{self.name}-without-{self.users}"
        for number, (namespace, rules) in enumerate(roles):
            self._bind(f"{name}-{number}", name, namespace, [*rules, CANARY])
        return name

    def _bind(self, name, user, namespace, rules):
        """Make one role and bind it to a user."""
        prefix, folder = ("", f"{RBAC}/namespaces/{namespace}") if namespace else ("Cluster", RBAC)
        role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": f"{prefix}Role", "metadata": {"name": name},
                "rules": rules}
        binding = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": f"{prefix}RoleBinding",
                   "metadata": {"name": name}, "subjects": [{"kind": "User", "name": user}],
                   "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": f"{prefix}Role", "name": name}}
        for thing in (role, binding):
            answer = self.api.request("POST", f"{folder}/{thing['kind'].lower()}s", thing)
            assert answer.status == 201, answer

    def wait_until_known(self, namespaces):
        """Wait until the authorizer knows all roles and bindings that were made."""
        last = self.user([(namespace, []) for namespace in namespaces])
        for namespace in namespaces:
            canary = Request("get", "canary", "canaries", namespace, "")
            wait_until(lambda canary=canary: self.may(last, canary), "the authorizer knows the last role")

    def may(self, user, request):
        """Ask whether a user may do what was asked for."""
        resource, _, subresource = request.resource.partition("/")
        attributes = {"verb": request.verb, "group": request.group, "resource": resource, "subresource": subresource,
                      "namespace": request.namespace, "name": request.name}
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
                  "spec": {"user": user, "resourceAttributes": attributes}}
        answer = self.api.request("POST", REVIEWS, review)
        assert answer.status == 201, answer
        return answer.body["status"]["allowed"]


def superfluous(api, roles, requests):
    """Return the rights without which everything that was asked for is allowed all the same."""
    trial = Trial(api, roles.account)
    everything = trial.user(roles.without(None))
    users = {right: trial.user(roles.without(right)) for right in roles.rights()}
    trial.wait_until_known([namespace for namespace, _ in roles.roles])
    allowed = {request for request in requests if trial.may(everything, request)}
    return [right for right, user in users.items() if not any(
        not trial.may(user, request) for request in allowed
        if (request.verb, request.group, request.resource) == right[3:6])]
