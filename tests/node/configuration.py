"""What each program of the node is told, and why where it is unusual; CONTRIBUTING.md, "On a real node"."""

import json

from credentials import API_SERVER, API_SERVER_AS_CLIENT, FRONT_PROXY
from places import (API_PORT, CONTROLLERS, ETCD_PEER_PORT, ETCD_PORT, FOLDER, HOST_ADDRESS, INSIDE, KUBELET, NODE,
                    NODE_ADDRESS, NODE_PODS, PAUSE, PAUSE_TAG, POD_NETWORK, PROXY, SCHEDULER, SERVICE_NETWORK, SOCKET)

CNI_FOLDER = FOLDER / "cni"
ETCD_URL = f"http://127.0.0.1:{ETCD_PORT}"
ETCD_PEER_URL = f"http://127.0.0.1:{ETCD_PEER_PORT}"

# The out-of-memory score is left alone and AppArmor off, as a container without CAP_SYS_RESOURCE cannot set them.
CONTAINERD = f"""\
version = 2
root = "{FOLDER}/containerd/root"
state = "{FOLDER}/containerd/state"
[grpc]
  address = "{SOCKET}"
[plugins."io.containerd.internal.v1.opt"]
  path = "{FOLDER}/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE}:{PAUSE_TAG}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{CNI_FOLDER}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      BinaryName = "/usr/sbin/runc"
      SystemdCgroup = false
"""

# Point to point: all traffic of the pods is routed, so no bridge and no netfilter on one.
POD_LINKS = {
    "cniVersion": "1.0.0", "name": "pods",
    "plugins": [{"type": "ptp", "ipMasq": False, "mtu": 1400,
                 "ipam": {"type": "host-local", "dataDir": str(FOLDER / "cni-addresses"),
                          "ranges": [[{"subnet": NODE_PODS}]], "routes": [{"dst": "0.0.0.0/0"}]}}],
}


def kubelet(credentials):
    """Return the kubelet's configuration."""
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
        "failCgroupV1": False, "cgroupDriver": "cgroupfs", "failSwapOn": False,
        "containerRuntimeEndpoint": f"unix://{SOCKET}",
        "authentication": {"anonymous": {"enabled": False}, "webhook": {"enabled": True},
                           "x509": {"clientCAFile": str(credentials.authority)}},
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(credentials.certificate(KUBELET)), "tlsPrivateKeyFile": str(credentials.key(KUBELET)),
        "address": NODE_ADDRESS, "healthzBindAddress": "127.0.0.1",
        "clusterDomain": "cluster.local", "resolvConf": str(FOLDER / "resolv.conf"),
        "podLogsDir": str(FOLDER / "pod-logs"), "volumePluginDir": str(FOLDER / "volume-plugins"),
        # without CAP_SYS_RESOURCE neither can be raised
        "oomScoreAdj": 0, "maxOpenFiles": 20000,
        # the images cannot be pulled again
        "imageGCHighThresholdPercent": 100,
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%",
                         "nodefs.inodesFree": "1%"},
        "makeIPTablesUtilChains": False,
    }


def kube_proxy(credentials):
    """Return kube-proxy's configuration; what it would set for connection tracking cannot be written in a namespace."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1", "kind": "KubeProxyConfiguration",
        "mode": "nftables", "bindAddress": NODE_ADDRESS, "hostnameOverride": NODE, "clusterCIDR": POD_NETWORK,
        "healthzBindAddress": "127.0.0.1:10256", "metricsBindAddress": "127.0.0.1:10249",
        "clientConnection": {"kubeconfig": str(credentials.kubeconfig(PROXY))},
        "oomScoreAdj": 0,
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
    }


def write(credentials):
    """Write all files."""
    CNI_FOLDER.mkdir()
    for path, text in {
        FOLDER / "containerd.toml": CONTAINERD,
        CNI_FOLDER / "10-pods.conflist": json.dumps(POD_LINKS),
        FOLDER / "kubelet.yaml": json.dumps(kubelet(credentials)),
        FOLDER / "kube-proxy.yaml": json.dumps(kube_proxy(credentials)),
        FOLDER / "resolv.conf": "",
    }.items():
        path.write_text(text)


def etcd(binaries):
    """Return the command of etcd, without durable writes."""
    return [binaries / "etcd", "--unsafe-no-fsync", "--log-level=error", f"--data-dir={FOLDER / 'etcd'}",
            f"--listen-client-urls={ETCD_URL}", f"--advertise-client-urls={ETCD_URL}",
            f"--listen-peer-urls={ETCD_PEER_URL}", f"--initial-advertise-peer-urls={ETCD_PEER_URL}",
            f"--initial-cluster=default={ETCD_PEER_URL}"]


def api_server(binaries, credentials):
    """Return the command of the API server, which only the host and the node reach."""
    return [
        binaries / "kube-apiserver", f"--etcd-servers={ETCD_URL}",
        f"--bind-address={HOST_ADDRESS}", f"--advertise-address={HOST_ADDRESS}", f"--secure-port={API_PORT}",
        f"--service-cluster-ip-range={SERVICE_NETWORK}", "--allow-privileged=true",
        f"--client-ca-file={credentials.authority}", f"--token-auth-file={credentials.tokens}",
        f"--tls-cert-file={credentials.certificate(API_SERVER)}",
        f"--tls-private-key-file={credentials.key(API_SERVER)}", f"--cert-dir={credentials.folder}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={credentials.account_public}",
        f"--service-account-signing-key-file={credentials.account_key}",
        f"--kubelet-client-certificate={credentials.certificate(API_SERVER_AS_CLIENT)}",
        f"--kubelet-client-key={credentials.key(API_SERVER_AS_CLIENT)}",
        f"--kubelet-certificate-authority={credentials.authority}",
        "--kubelet-preferred-address-types=InternalIP",
        f"--requestheader-client-ca-file={credentials.authority}", "--requestheader-allowed-names=front-proxy",
        "--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={credentials.certificate(FRONT_PROXY)}",
        f"--proxy-client-key-file={credentials.key(FRONT_PROXY)}",
        "--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
    ]


def controllers(binaries, credentials):
    """Return the command of the controller manager: garbage collection and namespaces are real here."""
    return [binaries / "kube-controller-manager", f"--kubeconfig={credentials.kubeconfig(CONTROLLERS)}",
            f"--service-account-private-key-file={credentials.account_key}",
            f"--root-ca-file={credentials.authority}", f"--cluster-signing-cert-file={credentials.authority}",
            f"--cluster-signing-key-file={credentials.authority_key}",
            "--use-service-account-credentials", "--leader-elect=false", "--secure-port=0"]


def scheduler(binaries, credentials):
    """Return the command of the scheduler."""
    return [binaries / "kube-scheduler", f"--kubeconfig={credentials.kubeconfig(SCHEDULER)}",
            "--leader-elect=false", "--secure-port=0"]


def on_node(binaries, credentials):
    """Return the commands of what lives in the node's network namespace, besides containerd."""
    return {
        "kubelet": [*INSIDE, binaries / "kubelet", f"--config={FOLDER / 'kubelet.yaml'}",
                    f"--kubeconfig={credentials.kubeconfig(KUBELET)}", f"--hostname-override={NODE}",
                    f"--node-ip={NODE_ADDRESS}", f"--root-dir={FOLDER / 'kubelet'}",
                    f"--cert-dir={credentials.folder}"],
        "kube-proxy": [*INSIDE, binaries / "kube-proxy", f"--config={FOLDER / 'kube-proxy.yaml'}"],
    }


def containerd():
    """Return the command of containerd."""
    return [*INSIDE, "/usr/bin/containerd", "--config", FOLDER / "containerd.toml"]
