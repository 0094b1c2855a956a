"""tools/bench admission: our /validate beside nginx, alternating. Prints a row per inventory size."""
import argparse
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import statistics
import subprocess
import tempfile
import time
import urllib.request

import objects

CONNECTIONS = 32
ANSWER = ('{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":'
          '{"uid":"00000000-0000-0000-0000-000000000009","allowed":true}}')


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
         "-subj", "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", folder / "tls.key", "-out", folder / "tls.crt"], check=True, capture_output=True)


class Server:
    def __init__(self, name, command, port, log):
        self.name, self.port = name, port
        self.process = subprocess.Popen(command, stdout=log, stderr=log)
        self.wait_until_it_answers()

    def wait_until_it_answers(self):
        context = ssl._create_unverified_context()
        limit = time.monotonic() + 120
        while time.monotonic() < limit:
            if self.process.poll() is not None:
                raise SystemExit(f"{self.name} ended with status {self.process.returncode}")
            try:
                urllib.request.urlopen(f"https://127.0.0.1:{self.port}/readyz", context=context, timeout=2)
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"{self.name} does not answer")

    def worker(self):
        """The process that does the work: nginx's worker, or the server itself."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0]) if children else self.process.pid

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.worker()}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self):
        status = pathlib.Path(f"/proc/{self.worker()}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def start_nginx(folder, log):
    port = free_port()
    (folder / "nginx.conf").write_text(f"""
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log crit;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; client_body_buffer_size 64k;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/tls.crt; ssl_certificate_key {folder}/tls.key;
    ssl_protocols TLSv1.3; default_type application/json;
    location / {{ return 200 '{ANSWER}'; }}
  }}
}}
""")
    return Server("nginx", ["nginx", "-c", str(folder / "nginx.conf")], port, log)


def start_webhook(folder, inventory, log):
    port, metrics = free_port(), free_port()
    server = Server("peerwarden-webhook", [
        "build/release/peerwarden-webhook", "--listen", f"127.0.0.1:{port}", "--metrics-listen", f"127.0.0.1:{metrics}",
        "--tls-cert", str(folder / "tls.crt"), "--tls-key", str(folder / "tls.key"),
        "--inventory", str(inventory), "--threads", "1", "--shutdown-delay", "0s"], port, log)
    server.metrics_port = metrics
    return server


def histogram(server):
    """The server's own durations of /validate, as {upper bound in seconds: cumulative count}."""
    text = urllib.request.urlopen(f"http://127.0.0.1:{server.metrics_port}/metrics").read().decode()
    counts = {}
    for line in text.splitlines():
        found = re.match(r'peerwarden_admission_duration_seconds_bucket\{(.*)\} (\d+)', line)
        if found:
            bound = float(re.search(r'le="([^"]+)"', found.group(1)).group(1).replace("+Inf", "inf"))
            counts[bound] = counts.get(bound, 0) + int(found.group(2))
    return counts


def percentile(before, after, share):
    """The upper bound of the bucket that holds the percentile, in milliseconds."""
    total = after[float("inf")] - before.get(float("inf"), 0)
    for bound in sorted(after):
        if after[bound] - before.get(bound, 0) >= share * total:
            return bound * 1000
    return float("inf")


def load(server, script, seconds):
    cpu = server.cpu_seconds()
    out = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(script), f"https://127.0.0.1:{server.port}"],
        capture_output=True, text=True, check=True).stdout
    cpu = server.cpu_seconds() - cpu
    if "Non-2xx" in out or "Socket errors" in out:
        raise SystemExit(f"{server.name}: {out}")
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    units = {"us": 0.001, "ms": 1.0, "s": 1000.0}
    latency = {}
    for share in ("50", "99"):
        value, unit = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)", out).groups()
        latency[share] = float(value) * units[unit]
    return {"rps": float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), "cpu": cpu / requests * 1e6,
            "p50": latency["50"], "p99": latency["99"]}


def median(runs, key):
    return statistics.median(run[key] for run in runs)


def measure(folder, size, script, seconds, rounds, log):
    inventory = folder / f"inventory-{size}"
    objects.write_inventory(inventory, size)
    nginx, ours = start_nginx(folder, log), start_webhook(folder, inventory, log)
    try:
        for server in (nginx, ours):
            load(server, script, 1)
        before = histogram(ours)
        pairs = [(load(nginx, script, seconds), load(ours, script, seconds)) for _ in range(rounds)]
        after = histogram(ours)
        theirs, our = [a for a, _ in pairs], [b for _, b in pairs]
        return {
            "size": size, "nginx": theirs, "ours": our, "resident": ours.resident_mib(),
            "server_p99": percentile(before, after, 0.99),
            "cpu_ratio": statistics.median(b["cpu"] / a["cpu"] for a, b in pairs),
            "rps_ratio": statistics.median(b["rps"] / a["rps"] for a, b in pairs),
        }
    finally:
        nginx.stop()
        ours.stop()
        shutil.rmtree(inventory)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", default="0,1000,10000,100000")
    parser.add_argument("--reviews", choices=["admitted", "mixed"], default="admitted")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp())
    make_certificate(folder)
    script = folder / "reviews.lua"
    objects.write_wrk_script(script, options.reviews)
    print(f"wrk: 1 thread, {CONNECTIONS} connections, TLS 1.3; {options.rounds} rounds of {options.seconds} s each, alternating; medians; "
          f"reviews: {options.reviews}, {len(objects.reviews(options.reviews)[0])} bytes")
    print(f"{'objects':>8} {'server':>10} {'requests/s':>11} {'CPU µs/req':>11} {'p50 ms':>7} {'p99 ms':>7} {'server p99 ms':>14} {'MiB':>6}"
          f" {'CPU ratio':>10} {'rate ratio':>11}")
    first = None
    with open(folder / "log", "w") as log:
        for size in [int(text) for text in options.sizes.split(",")]:
            row = measure(folder, size, script, options.seconds, options.rounds, log)
            first = first or row
            print(f"{size:>8} {'nginx':>10} {median(row['nginx'], 'rps'):>11.0f} {median(row['nginx'], 'cpu'):>11.1f}"
                  f" {median(row['nginx'], 'p50'):>7.2f} {median(row['nginx'], 'p99'):>7.2f}")
            print(f"{size:>8} {'peerwarden':>10} {median(row['ours'], 'rps'):>11.0f} {median(row['ours'], 'cpu'):>11.1f}"
                  f" {median(row['ours'], 'p50'):>7.2f} {median(row['ours'], 'p99'):>7.2f} {'<= %.3g' % row['server_p99']:>14}"
                  f" {row['resident']:>6.1f} {row['cpu_ratio']:>10.2f} {row['rps_ratio']:>11.2f}", flush=True)
            if row is not first:
                print(f"{size:>8} speed against {first['size']} objects: {median(row['ours'], 'rps') / median(first['ours'], 'rps'):.2f}"
                      f" of the requests/s, {median(row['ours'], 'cpu') / median(first['ours'], 'cpu'):.2f} of the CPU per request")
    shutil.rmtree(folder)


main()
