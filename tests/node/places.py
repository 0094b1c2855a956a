"""Where the node lives: its folder, its names and its addresses. They are fixed, so there is one such node at a time."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "build" / "node"
LOGS = REPOSITORY / "build" / "node-logs"
SOCKET = FOLDER / "containerd.sock"

NODE = "node"
NETWORK_NAMESPACE = "peerwarden-node"
INSIDE = ["nsenter", f"--net=/run/netns/{NETWORK_NAMESPACE}"]
HOST_LINK, NODE_LINK = "pwnode-host", "pwnode-node"

HOST_ADDRESS, NODE_ADDRESS = "10.90.0.1", "10.90.0.2"
SERVICE_NETWORK, FIRST_SERVICE = "10.96.0.0/16", "10.96.0.1"
POD_NETWORK, NODE_PODS = "10.85.0.0/16", "10.85.0.0/24"
API_PORT = 16443
ETCD_PORT, ETCD_PEER_PORT = 12379, 12380
API_URL = f"https://{HOST_ADDRESS}:{API_PORT}"

ADMIN, CONTROLLERS, SCHEDULER, PROXY, KUBELET = "admin", "controllers", "scheduler", "proxy", "kubelet"
PAUSE = "localhost/peerwarden-pause"
PAUSE_TAG = "1"
