"""Real workers: `flask worker` in processes of their own, over an application's database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from portal.core.config import ROOT, Settings
from tests.databases import SECRET
from tests.e2e.servers import environment

PATIENCE = 120
"""Seconds for a process to start, work or end; far more than it needs."""
GREETING = "The worker begins (threads: {}); Ctrl+C ends it\n"
WITH_TEST_WORK = "tests.working"
"""The application that knows the work of tests besides its own."""


@dataclass(frozen=True)
class Worker:
    """A worker that runs."""

    process: "subprocess.Popen[bytes]"
    log: Path
    threads: int

    def said(self) -> str:
        """Return what it said after its greeting."""
        return self.log.read_text(encoding="utf-8").removeprefix(GREETING.format(self.threads))

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def end(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; return its exit code."""
        self.process.send_signal(with_signal)
        return self.process.wait(PATIENCE)


def settings_of(app: Flask) -> dict[str, str]:
    """Return the environment in which a process works with the database of `app`."""
    settings: Settings = app.extensions["settings"]
    given = {
        "PORTAL_SECRET_KEY": SECRET,
        "PORTAL_INSTANCE": str(settings.instance),
        "PORTAL_HOSTS": "localhost",
    }
    return given | ({"DATABASE_URL": settings.database_url} if settings.database_url else {})


@contextmanager
def worker(
    given: Mapping[str, str], *, app: str = "app", threads: int = 2, name: str = "worker"
) -> Iterator[Worker]:
    """Run a worker with the settings `given` until the end of the block, or earlier."""
    log = Path(given["PORTAL_INSTANCE"]) / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", app, "worker", "--threads", str(threads)],
            cwd=ROOT,
            env=environment(given) | {"PYTHONPATH": str(ROOT)},
            stdout=output,
            stderr=output,
        )
    try:
        yield Worker(process, log, threads)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise


def until(happened: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until something has happened; fail when it takes far longer than it should."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def runs(pid: int) -> bool:
    """Tell whether a process is still there; one that has ended and waits to be noticed is not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
