"""Debian's Prometheus on loopback, with our alerts, and its query API."""

import json
import urllib.error
import urllib.parse
import urllib.request

from custom_resources import REPOSITORY
from polling import wait_until
from processes import Server, free_port

ALERTS = REPOSITORY / "charts" / "peerwarden" / "monitoring" / "alerts.yaml"


class Prometheus:
    """A Prometheus server in a folder of its own; a job is an entry of scrape_configs."""

    def __init__(self, folder, jobs):
        self.port = free_port()
        configuration = folder / "prometheus.json"  # which is YAML, too
        configuration.write_text(json.dumps({
            "global": {"scrape_interval": "500ms", "scrape_timeout": "500ms", "evaluation_interval": "1s"},
            "rule_files": [str(ALERTS)], "scrape_configs": jobs}))
        self.server = Server([
            "prometheus", f"--config.file={configuration}", f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"], folder / "prometheus.log")

    def get(self, path, **parameters):
        """Return what the API says, or fail with its error."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as refusal:
            raise AssertionError(f"{parameters}: {json.load(refusal)['error']}") from None

    def query(self, expression):
        """Return the series that an expression has now."""
        return self.get("query", query=expression)["result"]

    def start(self):
        """Start the server and wait until it is ready."""
        self.server.start()
        wait_until(self._is_ready, "Prometheus is ready")

    def _is_ready(self):
        """Say whether it is ready."""
        self.server.assert_running()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=10) as answer:
                return answer.status == 200
        except OSError:
            return False

    def wait_for_samples(self, jobs):
        """Wait until each job has been read three times."""
        wait_until(lambda: len(self.query("sum_over_time(up[1m]) >= 3")) >= jobs, "all jobs are read")

    def stop(self):
        """End the server."""
        self.server.kill()
