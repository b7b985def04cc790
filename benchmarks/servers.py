"""Starting gunicorn as in production, on loopback, and reading what its processes use."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlencode

from benchmarks.memory import Memory, memory

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2
START_SECONDS = 300
TICKS = os.sysconf("SC_CLK_TCK")
BROWSER = {"Accept": "text/html", "Accept-Encoding": "gzip, deflate, br"}


@dataclass(frozen=True)
class Answer:
    """An answer as it came over the wire."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def size(self) -> int:
        """Bytes transferred: the body as encoded, and the headers."""
        return len(self.body) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def header(self, name: str) -> str:
        return next((v for k, v in self.headers if k.lower() == name.lower()), "")


class Server:
    """A gunicorn with its workers."""

    def __init__(self, application: str, environment: dict[str, str]) -> None:
        self.port = _free_port()
        self.cookie = ""
        self.started = monotonic()
        command = [sys.executable, "-m", "gunicorn", "--log-level", "warning", application]
        own = {"PORTAL_BIND": f"127.0.0.1:{self.port}", "WEB_CONCURRENCY": str(WORKERS)}
        self._process = subprocess.Popen(command, cwd=ROOT, env=plain() | own | environment)

    def get(self, path: str, accept_encoding: str | None = None) -> Answer:
        headers = self.headers
        if accept_encoding is not None:
            headers = headers | {"Accept-Encoding": accept_encoding}
        return self._send("GET", path, headers)

    @property
    def headers(self) -> dict[str, str]:
        """Headers of a signed-in browser; the cookie is `Secure`, so nothing else would send it."""
        return BROWSER | ({"Cookie": self.cookie} if self.cookie else {})

    def _send(
        self, method: str, path: str, headers: dict[str, str], body: str | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    def until_answer(self, path: str) -> float:
        """Return the seconds from the start of the process to the first 200 from `path`."""
        while monotonic() - self.started < START_SECONDS:
            if self._process.poll() is not None:
                raise RuntimeError("gunicorn stopped at once: see its messages above")
            try:
                if self.get(path).status == 200:
                    return monotonic() - self.started
            except OSError:
                sleep(0.005)
        raise RuntimeError(f"no answer from {path} within {START_SECONDS} seconds")

    def sign_in(self, email: str, password: str) -> None:
        """Sign in through the form, and keep the cookie."""
        self.until_answer("/sign-in")
        page = self.get("/sign-in", accept_encoding="identity")
        cookie = page.header("Set-Cookie").partition(";")[0]
        field = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.body.decode())
        if field is None:
            raise RuntimeError("the sign-in page has no token")
        data = {"csrf_token": unescape(field[1]), "email": email, "password": password}
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        answer = self._send("POST", "/sign-in", headers, urlencode(data))
        if answer.status != 302:
            raise RuntimeError(f"signing in answered {answer.status}")
        self.cookie = answer.header("Set-Cookie").partition(";")[0]

    @property
    def workers(self) -> list[int]:
        """Process ids of the workers."""
        return [pid for pid in _processes() if _parent(pid) == self._process.pid]

    def cpu(self) -> float:
        """Return the CPU seconds, user and system, that the workers have used so far."""
        return sum(_cpu(pid) for pid in self.workers)

    def memory(self) -> Memory:
        """Return the memory of the largest worker."""
        return max((memory(pid) for pid in self.workers), key=lambda m: m.rss)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def plain() -> dict[str, str]:
    """Return the environment without settings that a server would not have."""
    leave_out = ("PORTAL_", "GUNICORN_", "PYTHON", "DATABASE_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(leave_out)}


@contextmanager
def serving(application: str, environment: dict[str, str]) -> Iterator[Server]:
    """Run gunicorn with `application` for a while."""
    server = Server(application, environment)
    try:
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat that follow the name, the state first."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:  # ended meanwhile
        return []
    return text.rpartition(")")[2].split()


def _parent(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def _cpu(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS
