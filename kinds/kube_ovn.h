/* What the kinds of Kube-OVN have in common. */
#pragma once

#define KUBE_OVN_GROUP "kubeovn.io"
