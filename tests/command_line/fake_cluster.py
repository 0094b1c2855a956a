"""An API server that gives one answer to everything."""
import contextlib
import http.server
import json
import threading


@contextlib.contextmanager
def cluster(folder, status, body, **user):
    """Serve one answer to every GET; give the path of a kubeconfig that leads there."""
    text = (body if isinstance(body, str) else json.dumps(body)).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        """Answers and stays silent."""

        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield kubeconfig(folder, server.server_port, **user)
    finally:
        server.shutdown()
        server.server_close()


def kubeconfig(folder, port, **user):
    """Write a kubeconfig for a server on loopback and return its path."""
    path = folder / "kubeconfig"
    path.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "u", "user": user or {"token": "t"}}]}))
    return path
