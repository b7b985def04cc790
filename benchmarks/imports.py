"""What the web application takes before its first request, in a fresh process."""

import json
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.servers import ROOT, plain

TIMES = 7
_PROGRAM = """
import json, os, sys, time
sys.path.insert(0, "")
from benchmarks.memory import memory
before, start = memory(os.getpid()), time.perf_counter()
import app
took, after = time.perf_counter() - start, memory(os.getpid())
print(json.dumps([before.rss, after.rss, took]))
"""


@dataclass(frozen=True)
class Imports:
    """Medians over fresh processes; megabytes are 10⁶ bytes."""

    interpreter_mb: float
    application_mb: float
    """All of the process after `app` was imported and made its application."""
    seconds: float


def measure() -> Imports:
    """Import `app` in fresh processes."""
    with TemporaryDirectory() as folder:
        runs = [_run(Path(folder)) for _ in range(TIMES)]
    before, after, took = (median(values) for values in zip(*runs, strict=True))
    return Imports(before, after, took)


def _run(folder: Path) -> list[float]:
    own = {"PORTAL_SECRET_KEY": secrets.token_hex(), "PORTAL_INSTANCE": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        cwd=ROOT,
        env=plain() | own,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    values: list[float] = json.loads(done.stdout)
    return values
