"""Chromium without a window, driven by the DevTools protocol over a pipe."""
import fcntl
import json
import os
import select
import shutil
import subprocess

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
         "--remote-debugging-pipe", "about:blank"]
HIGH = 100
PATIENCE = 60  # seconds


def pipe():
    """Return a pipe whose ends are out of the way of the two that the browser wants to have."""
    ends = os.pipe()
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD, HIGH) for end in ends]
    for end in ends:
        os.close(end)
    return moved


class Browser:
    """A browser with one tab; keeps what the tab complains of and every address it asks for."""

    def __init__(self, profile):
        """Start it with a folder for its profile."""
        theirs_in, self.commands = pipe()
        answers, theirs_out = pipe()
        script = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
        self.process = subprocess.Popen(
            ["bash", "-c", script, "bash", CHROMIUM, *FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self.answers = os.fdopen(answers, "rb")
        self.rest = b""
        self.number = 0
        self.session = None
        self.complaints = []
        self.requests = []
        self.loaded = False
        self.scripted = True
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self):
        """End the browser."""
        os.close(self.commands)
        self.process.terminate()
        self.process.wait(timeout=30)
        self.answers.close()

    def receive(self):
        """Return the next message; they end with a zero byte."""
        while b"\0" not in self.rest:
            assert select.select([self.answers], [], [], PATIENCE)[0], "the browser says nothing"
            data = os.read(self.answers.fileno(), 1 << 16)
            assert data, "the browser has ended"
            self.rest += data
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def note(self, message):
        """Keep what an event says."""
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"):
            self.complaints.append(parameters)
        elif method == "Page.loadEventFired":
            self.loaded = True

    def call(self, method, **parameters):
        """Call a method of the protocol and return its result."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]
            self.note(answer)

    def open(self, address, width=1280, dark=False, script=True):
        """Open a page and wait until it has loaded."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self.scripted = script
        self.complaints, self.requests, self.loaded = [], [], False
        self.call("Page.navigate", url=address)
        while not self.loaded:
            self.note(self.receive())

    def run(self, script):
        """Return what an expression of JavaScript yields, once the page has drawn twice if it runs scripts."""
        drawn = "new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
        expression = f"{drawn}.then(() => ({script}))" if self.scripted else script
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=self.scripted, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def press(self, key):
        """Press a key that writes itself, or Tab or Enter."""
        codes = {"Tab": 9, "Enter": 13}
        text = {"Tab": "", "Enter": "\r"}.get(key, key)
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", key=key, text=text,
                  windowsVirtualKeyCode=codes.get(key, 0))
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=codes.get(key, 0))

    def screenshot(self):
        """Return the whole page as a PNG in Base64."""
        return self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
