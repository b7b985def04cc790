"""A process that saves is killed again and again; whatever it had acknowledged must be there."""

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import sleep

from benchmarks import library, saver
from benchmarks.pages import say
from benchmarks.saver import AUDIENCES, Records, Save, Work
from benchmarks.servers import ROOT, plain
from portal.search.port import NotReady, Query, mark
from portal.search.whoosh_engine import WhooshEngine

SIZE = 1000
LONGEST = 1.0
"""Seconds after which a process that saves is killed at the latest."""
EVERYONE = frozenset(AUDIENCES)


@dataclass
class Result:
    """What was seen."""

    kills: int = 0
    saves: int = 0
    """Acknowledged by processes that were killed."""
    under_way: int = 0
    """Saves that a kill met between their start and their acknowledgement."""
    kept: int = 0
    """Those of them that are in the index."""
    losses: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    """Names of files that nobody needs, left behind by killed processes."""


def measure(kills: int) -> Result:
    """Kill a process that saves, check the index, and go on with the next."""
    with TemporaryDirectory() as folder:
        trial = _Trial(Path(folder) / "search")
        for number in range(kills):
            trial.kill()
            if number % 10 == 9:
                say(f"{number + 1} of {kills} kills, {len(trial.result.losses)} losses")
        trial.look_for_strays()
        return trial.result


class _Trial:
    def __init__(self, folder: Path) -> None:
        self.result = Result()
        self._folder = folder
        self._random = Random(library.SEED)
        self._records = Records()
        self._states = saver.begin(folder, SIZE, self._records)
        self._gone: list[Save] = []
        """The last states of records that were taken away."""
        self._number = 0
        self._next_id = SIZE + 1

    def kill(self) -> None:
        """Let a process save, kill it at a random moment, and check what it left."""
        started, done = self._killed()
        self.result.kills += 1
        open_ = None
        for save in started:
            self._number = save.number
            self._next_id = max(self._next_id, save.id + 1)
            if save.number in done:
                self._take(save)
                self.result.saves += 1
            else:
                open_ = save  # the last one
        try:
            self._check(open_)
            self._next_writer()
        except (OSError, NotReady, ValueError, KeyError, TypeError) as error:
            self.result.losses.append(f"the index is broken: {type(error).__name__}: {error}")

    def _killed(self) -> tuple[list[Save], set[int]]:
        """Return what a process started, and the numbers of what it acknowledged."""
        work = Work(str(self._folder), list(self._states), self._next_id, self._number + 1)
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.saver"],
            cwd=ROOT,
            env=plain(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(saver.request(work))
        process.stdin.close()
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("the process that saves has not begun")
        sleep(self._random.uniform(0, LONGEST))
        process.kill()
        said = process.stdout.read()
        if process.wait() >= 0:
            raise RuntimeError("the process that saves ended by itself")
        started: list[Save] = []
        done: set[int] = set()
        for line in said.splitlines(keepends=True):
            if line.endswith("\n"):
                found, _ = saver.read(line)
                done.add(found) if isinstance(found, int) else started.append(found)
        return started, done

    def _take(self, save: Save) -> None:
        if save.id in self._states:
            self._gone.append(self._states.pop(save.id))
        if not save.gone:
            self._states[save.id] = save

    def _check(self, open_: Save | None) -> None:
        engine = WhooshEngine(self._folder)
        contents = dict(engine.contents())
        if open_ is not None:
            # nothing was promised: it may be there or not, but nothing else may be
            self.result.under_way += 1
            if contents.get(open_.id, 0) == self._mark(open_):
                self.result.kept += 1
                self._take(open_)
        wanted = {id_: self._mark(save) for id_, save in self._states.items()}
        for id_ in sorted(wanted.keys() | contents.keys()):
            if wanted.get(id_) != contents.get(id_):
                self.result.losses.append(f"record {id_} is not as it was saved last")
        for save in self._states.values():
            self._expect(engine, save, [save.id])
        for save in self._gone:
            self._expect(engine, save, [])

    def _mark(self, save: Save) -> int:
        return 0 if save.gone else mark(self._records.record(save))

    def _expect(self, engine: WhooshEngine, save: Save, ids: list[int]) -> None:
        found = engine.search(Query(save.word, EVERYONE, literal=True)).ids.tolist()
        if found != ids:
            self.result.losses.append(f"{save} finds {found}, not {ids}")

    def _next_writer(self) -> None:
        """Save in this process."""
        self._number += 1
        save = Save(self._number, self._next_id, AUDIENCES[0])
        self._next_id += 1
        engine = WhooshEngine(self._folder)
        saver.apply(engine, self._records, save)
        self._take(save)
        self._expect(engine, save, [save.id])
        if engine.generation() != self._number:
            self.result.losses.append(f"the generation is {engine.generation()}")

    def look_for_strays(self) -> None:
        """Note what lies in the folder besides the index, its name and the lock."""
        name = (self._folder / "current").read_text(encoding="ascii").split()[0]
        expected = {"current", "lock", name}
        self.result.strays = sorted(
            p.name for p in self._folder.iterdir() if p.name not in expected
        )
