"""Sets of values that the chart takes, for the tests."""

CERT_MANAGER = {"certificates": {"mode": "cert-manager"}}
FILES = {"certificates": {"mode": "files", "existingSecret": "ours", "caBundle": "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"}}
EVERYTHING = {
    "commonLabels": {"team": "network"},
    "image": {"repository": "somewhere/peerwarden", "digest": "sha256:" + "0" * 64, "pullPolicy": "Always", "pullSecrets": ["pull"]},
    "certificates": {"mode": "own"},
    "registration": {"failurePolicy": "Ignore", "timeoutSeconds": 8},
    "admissionPolicy": {"actions": ["Warn", "Audit"]},
    "policy": {"rules": {"missing-route": "off"}, "shoot": {"cidrs": ["10.180.0.0/16"]}},
    "crds": {"keep": False},
    "webhook": {
        "replicas": 3, "settings": {"log-level": "warn", "max-waiting": 100, "lookup-wait": "1s"}, "priorityClassName": "high",
        "serviceAccount": {"annotations": {"a": "b"}}, "podLabels": {"c": "d"}, "podAnnotations": {"e": "f"},
        "extraEnv": [{"name": "TZ", "value": "UTC"}], "extraVolumes": [{"name": "more", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "more", "mountPath": "/more"}], "nodeSelector": {"g": "h"},
        "tolerations": [{"operator": "Exists"}], "affinity": {"podAntiAffinity": {}},
    },
    "daemon": {
        "mode": "manage", "clouds": ["aws"], "credentialsSecret": "keys", "settings": {"report-passed": True, "reports": "openreports"},
        "serviceAccount": {"annotations": {"a": "b"}}, "tolerations": [{"operator": "Exists"}],
    },
    "priorityClass": {"create": True},
    "networkPolicy": {"webhookFrom": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "apiServerTo": [{"ipBlock": {"cidr": "10.0.0.1/32"}}]},
    "flowControl": {"shares": 20},
}
SMALLEST = {
    "kinds": {"kyma": False}, "crds": {"install": False}, "admissionPolicy": {"enabled": False}, "roles": {"create": False},
    "networkPolicy": {"enabled": False}, "flowControl": {"enabled": False}, "uninstallHooks": False, "runAsUser": None,
    "webhook": {"replicas": 1}, "daemon": {"replicas": 1},
}
SETS = {
    "default": {},
    "everything": EVERYTHING,
    "smallest": SMALLEST,
    "kube-ovn": {"kinds": {"kyma": False}},
    "kyma": {"kinds": {"kubeOvn": False}},
    "manage": {"daemon": {"mode": "manage", "clouds": ["aws"]}},
    "cert-manager": CERT_MANAGER,
    "other issuer": {"certificates": {"mode": "cert-manager", "certManager": {"issuerRef": {"name": "corporate", "kind": "ClusterIssuer"}}}},
    "files": FILES,
    "without daemon": {"daemon": {"enabled": False}, **FILES},
    "own accounts": {"webhook": {"serviceAccount": {"create": False, "name": "first"}}, "daemon": {"serviceAccount": {"create": False, "name": "second"}}},
    "own policy": {"policyConfigMap": "ours"},
    "other name": {"fullnameOverride": "guard", "nameOverride": "warden"},
}
