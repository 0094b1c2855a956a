"""The CustomResourceDefinitions of the guarded kinds, by project."""

import custom_resources

FILES = custom_resources.guarded(custom_resources.best())
KUBE_OVN = [path for path in FILES if "kubeovn.io" in path.name]
KYMA = [path for path in FILES if "kyma-project.io" in path.name]
