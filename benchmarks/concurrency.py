"""Many readers and one writer on one index, each checking what the others do."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import IO

from benchmarks import reader, saver
from benchmarks.pages import say
from benchmarks.reader import Seen
from benchmarks.servers import ROOT, plain

SIZE = 10_000
READERS = 3
PAUSE = 0.1
"""Seconds between two saves."""
LEAD = 5.0
"""Seconds by which the writer outlasts the readers, who begin later."""


@dataclass
class Result:
    """What all processes did and saw."""

    saves: int = 0
    seen: Seen = field(default_factory=Seen)

    @property
    def sound(self) -> bool:
        return not (self.seen.errors or self.seen.stale or self.seen.outside)


def measure(minutes: float) -> Result:
    """Search in several processes while another one saves."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        say(f"indexing {SIZE:,} records")
        states = saver.begin(folder / "search", SIZE, saver.Records())
        return _run(folder, list(states), minutes * 60)


def _run(folder: Path, ids: list[int], seconds: float) -> Result:
    log = folder / "log"
    work = saver.Work(
        str(folder / "search"), ids, len(ids) + 1, seconds=seconds + LEAD, pause=PAUSE
    )
    with log.open("w", encoding="ascii") as file:
        writer = _start("saver", saver.request(work), file)
        try:
            return _read(folder, log, len(ids), seconds, writer)
        finally:
            writer.terminate()
            writer.wait()


def _read(
    folder: Path, log: Path, size: int, seconds: float, writer: subprocess.Popen[str]
) -> Result:
    while log.stat().st_size == 0 and writer.poll() is None:
        sleep(0.05)
    say(f"searching for {seconds / 60:g} minutes")
    readers = []
    for number in range(READERS):
        own = reader.Work(str(folder / "search"), str(log), size, seconds, seed=number + 1)
        readers.append(_start("reader", json.dumps(asdict(own)), subprocess.PIPE))
    made = Result()
    for process in readers:
        said, _ = process.communicate()
        if process.returncode:
            raise RuntimeError("a process that searches has failed: see its messages above")
        _add(made.seen, Seen(**json.loads(said)))
    if writer.poll():
        made.seen.errors += 1
        made.seen.problems.append("the process that saves has failed: see its messages above")
    made.saves = log.read_text(encoding="ascii").count("done ")
    return made


def _start(module: str, request: str, stdout: int | IO[str]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{module}"],
        cwd=ROOT,
        env=plain(),
        stdin=subprocess.PIPE,
        stdout=stdout,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(request)
    process.stdin.close()
    process.stdin = None  # so that `communicate` does not write to it
    return process


def _add(all_seen: Seen, seen: Seen) -> None:
    for name in ("searches", "checks", "errors", "stale", "outside"):
        setattr(all_seen, name, getattr(all_seen, name) + getattr(seen, name))
    all_seen.problems += seen.problems
