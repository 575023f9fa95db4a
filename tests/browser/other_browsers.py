"""Firefox and WebKit, Safari's engine, as Debian packages them."""

import json
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import httpx

from support.processes import TIMEOUT, free_port, running, wait_until
from support.requirements import UnavailableError

MINI_BROWSER = "webkit2gtk-4.1/MiniBrowser"


class OtherBrowser(Protocol):
    """A window of a browser that Playwright does not drive."""

    def open(self, url: str) -> None:
        """Load a page."""

    def run(self, script: str, *arguments: object) -> Any:  # JSON
        """Run the body of a function in the page and return what it returns."""

    def draw(self, points: Sequence[tuple[float, float]]) -> None:
        """Press the mouse on the first point, in CSS pixels, and move it to the others."""

    def type(self, text: str) -> None:
        """Press a key for each character."""


class WebKit:
    """WebKitGTK's browser, driven by WebDriver."""

    def __init__(self, port: int, executable: str) -> None:
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=TIMEOUT)
        browser = {"binary": executable, "args": ["--automation"]}
        capabilities = {"alwaysMatch": {"webkitgtk:browserOptions": browser}}
        session = self._post("/session", {"capabilities": capabilities})
        self.session = f"/session/{session['sessionId']}"

    def open(self, url: str) -> None:
        self._post(f"{self.session}/url", {"url": url})

    def run(self, script: str, *arguments: object) -> Any:
        return self._post(f"{self.session}/execute/sync", {"script": script, "args": arguments})

    def draw(self, points: Sequence[tuple[float, float]]) -> None:
        self._post(f"{self.session}/actions", {"actions": [drag(points)]})

    def type(self, text: str) -> None:
        self._post(f"{self.session}/actions", {"actions": [keys(text)]})

    def close(self) -> None:
        self.client.delete(self.session)
        self.client.close()

    def _post(self, path: str, body: object) -> Any:
        return self.client.post(path, json=body).raise_for_status().json()["value"]


class Firefox:
    """Firefox, driven by Marionette, the protocol that its WebDriver is built on."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.stream = self.socket.makefile("rb")
        self._receive()  # the greeting
        self._send("WebDriver:NewSession", {})

    def open(self, url: str) -> None:
        self._send("WebDriver:Navigate", {"url": url})

    def run(self, script: str, *arguments: object) -> Any:
        result = self._send("WebDriver:ExecuteScript", {"script": script, "args": arguments})
        return result["value"]

    def draw(self, points: Sequence[tuple[float, float]]) -> None:
        self._send("WebDriver:PerformActions", {"actions": [drag(points)]})

    def type(self, text: str) -> None:
        self._send("WebDriver:PerformActions", {"actions": [keys(text)]})

    def close(self) -> None:
        self.stream.close()
        self.socket.close()

    def _send(self, command: str, parameters: object) -> Any:
        message = json.dumps([0, 1, command, parameters]).encode()
        self.socket.sendall(b"%d:%b" % (len(message), message))
        _, _, error, result = self._receive()
        assert error is None, error
        return result

    def _receive(self) -> Any:
        length = b""
        while (byte := self.stream.read(1)) != b":":
            length += byte
        return json.loads(self.stream.read(int(length)))


def drag(points: Sequence[tuple[float, float]]) -> dict[str, object]:
    """Return the WebDriver actions of a mouse that presses, moves and releases."""
    moves: list[dict[str, object]] = [
        {"type": "pointerMove", "duration": 10, "x": round(x), "y": round(y)} for x, y in points
    ]
    press = {"type": "pointerDown", "button": 0}
    release = {"type": "pointerUp", "button": 0}
    actions = [moves[0], press, *moves[1:], release]
    return {"type": "pointer", "id": "mouse", "actions": actions}


def keys(text: str) -> dict[str, object]:
    """Return the WebDriver actions of a keyboard that types a text."""
    actions = [{"type": f"key{move}", "value": key} for key in text for move in ("Down", "Up")]
    return {"type": "key", "id": "keyboard", "actions": actions}


@contextmanager
def launch_webkit(folder: Path) -> Iterator[OtherBrowser]:
    """Run WebKitGTK's browser on a virtual screen; raise UnavailableError if it is missing."""
    executables = [*Path("/usr/lib").glob(f"*/{MINI_BROWSER}")]
    if not executables or not shutil.which("WebKitWebDriver") or not shutil.which("Xvfb"):
        raise UnavailableError("WebKit is missing: install webkit2gtk-driver and xvfb.")
    display = folder / "display"
    with running(["Xvfb", "-displayfd", "1", "-screen", "0", "1400x1000x24"], log=display):
        number = wait_until(lambda: display.exists() and display.read_text().strip())
        port = free_port()
        # Its sandbox cannot start as root in a container.
        environment = {
            "DISPLAY": f":{number}",
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
        }
        driver = ["WebKitWebDriver", f"--port={port}"]
        with running(driver, f"http://127.0.0.1:{port}/status", environment):
            browser = WebKit(port, str(executables[0]))
            yield browser
            browser.close()


@contextmanager
def launch_firefox(folder: Path) -> Iterator[OtherBrowser]:
    """Run Firefox without a screen; raise UnavailableError if it is missing."""
    executable = shutil.which("firefox-esr") or shutil.which("firefox")
    if executable is None:
        raise UnavailableError("Firefox is missing: install firefox-esr.")
    port = free_port()
    (folder / "user.js").write_text(f'user_pref("marionette.port", {port});')
    command = [executable, "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
    with running(command, env={"HOME": str(folder)}):
        wait_until(lambda: listens(port))
        browser = Firefox(port)
        yield browser
        browser.close()


def listens(port: int) -> bool:
    """Return whether a program listens on a port."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
