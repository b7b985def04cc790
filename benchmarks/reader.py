"""A process that searches an index from several threads, and checks what it is answered.

Run as `python -m benchmarks.reader`: reads what to do as JSON from standard input, writes what it
saw. It follows the log of the process that saves (`benchmarks.saver`), so that it knows which
states of a record a search may see: the last one that was acknowledged before the search began, and
those that were started since.
"""

import json
import sys
from bisect import bisect_left
from dataclasses import asdict, dataclass, field
from itertools import count, pairwise
from pathlib import Path
from random import Random
from threading import Lock, Thread
from time import monotonic

import numpy as np

from benchmarks import library, saver
from benchmarks.saver import AUDIENCES, Save
from benchmarks.texts import Writer
from portal.search import analysis
from portal.search.port import Query
from portal.search.whoosh_engine import WhooshEngine

THREADS = 4
PATIENCE = 1.0
"""Seconds after which a save that was acknowledged has to be found."""
SHOWN = 20
"""Problems that are told of in words."""
NEVER = float("inf")


@dataclass(frozen=True)
class Work:
    """Where the index and the log are, how many records there were, and how long to go on."""

    index: str
    log: str
    size: int
    seconds: float
    seed: int


@dataclass
class Seen:
    """What came of the searches."""

    searches: int = 0
    checks: int = 0
    """Searches for the word of one save."""
    errors: int = 0
    stale: int = 0
    outside: int = 0
    """Records that were found by people outside their audience."""
    problems: list[str] = field(default_factory=list)


@dataclass
class _State:
    """A state of a record, when it was started and when it was acknowledged."""

    save: Save
    started: float
    done: float = NEVER


class _Log:
    """What has been saved so far."""

    def __init__(self, path: Path) -> None:
        self._file = path.open(encoding="ascii")
        self._reading = Lock()
        self._half = ""
        self.done: list[_State] = []
        """In the order in which they were acknowledged."""
        self._open: dict[int, _State] = {}
        self._of: dict[int, list[_State]] = {}

    def follow(self) -> None:
        """Read what has been written since."""
        with self._reading:
            lines = (self._half + self._file.read()).splitlines(keepends=True)
            self._half = lines.pop() if lines and not lines[-1].endswith("\n") else ""
            for line in lines:
                if line != "ready\n":
                    self._note(*saver.read(line))

    def _note(self, found: Save | int, when: float) -> None:
        if isinstance(found, int):
            state = self._open.pop(found)
            state.done = when
            self.done.append(state)
        else:
            state = self._open[found.number] = _State(found, when)
            self._of.setdefault(found.id, []).append(state)

    def changed(self) -> list[int]:
        """Return the ids of records that were saved."""
        return list(self._of)

    def possible(self, id_: int, before: float, after: float) -> list[Save]:
        """Return the states in which a search from `before` to `after` may have seen a record."""
        first = Save(0, id_, saver.first_audience(id_))
        states = [_State(first, 0.0, 0.0), *self._of.get(id_, [])]
        known = max(n for n, state in enumerate(states) if state.done < before)
        return [state.save for state in states[known:] if state.started < after]

    def pairs(self, id_: int) -> list[tuple[_State, _State]]:
        """Return each state of a record with the one that came in its place."""
        return list(pairwise(self._of.get(id_, [])))


class _Run:
    def __init__(self, work: Work) -> None:
        self.seen = Seen()
        self._work = work
        self._engine = WhooshEngine(Path(work.index))
        self._log = _Log(Path(work.log))
        self._noting = Lock()
        self._numbers = count()
        self._writing = Lock()
        self._writer = Writer(library.SEED, stream=work.seed)
        # of each record, the place of its first audience; ids begin with 1
        firsts = [AUDIENCES.index(saver.first_audience(id_)) for id_ in range(1, work.size + 1)]
        self._firsts = np.array([len(AUDIENCES), *firsts])

    def go(self) -> Seen:
        end = monotonic() + self._work.seconds
        threads = [Thread(target=self._thread, args=(end,)) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.seen

    def _thread(self, end: float) -> None:
        random = Random(f"{self._work.seed} {next(self._numbers)}")
        while monotonic() < end:
            try:
                if random.random() < 0.5:
                    self._ask(random)
                elif random.random() < 0.5:
                    self._look_for_a_save(random)
                else:
                    self._look_for_what_was(random)
            except Exception as error:  # whatever it is, a reader would have seen it
                self._note("errors", f"{type(error).__name__}: {error}")

    def _note(self, what: str, said: str = "") -> None:
        with self._noting:
            setattr(self.seen, what, getattr(self.seen, what) + 1)
            if said and len(self.seen.problems) < SHOWN:
                self.seen.problems.append(f"{what}: {said}")

    def _ask(self, random: Random) -> None:
        """Search as anybody would, and look at the audience of everything that was found."""
        with self._writing:
            words = [word for _, word in analysis.words(self._writer.text().plain)]
        start = random.randrange(len(words) - 3)
        some = words[start : start + 3]
        text = random.choice((some[0], " ".join(some), f'"{some[0]} {some[1]}"', " ".join(words)))
        rank = random.randrange(len(AUDIENCES))
        self._checked(Query(text, frozenset(AUDIENCES[: rank + 1])), rank)

    def _checked(self, query: Query, rank: int) -> list[int]:
        """Search, and note what the person must not see."""
        before = monotonic()
        ids = self._engine.search(query).ids
        after = monotonic()
        self._log.follow()
        self._note("searches")
        changed = np.isin(ids, np.array(self._log.changed(), np.int64)) | (ids > self._work.size)
        for id_ in ids[~changed][self._firsts[ids[~changed]] > rank].tolist():
            self._note("outside", f"record {id_}, never changed, for {query.audiences}")
        for id_ in ids[changed].tolist():
            states = self._log.possible(id_, before, after)
            if all(state.gone for state in states):
                self._note("stale", f"record {id_} is found, and gone")
            elif not any(state.audience in query.audiences for state in states):
                self._note("outside", f"record {id_} for {sorted(query.audiences)}")
        if len(set(ids.tolist())) < len(ids):
            self._note("errors", "a record was found twice")
        return [int(id_) for id_ in ids]

    def _look_for_a_save(self, random: Random) -> None:
        """Search for a save that everybody has had time to see."""
        self._log.follow()
        before = monotonic()
        # half of the time one of the last
        upto = bisect_left(self._log.done, before - PATIENCE, key=lambda state: state.done)
        if not upto:
            return
        first = max(0, upto - 5) if random.random() < 0.5 else 0
        save = self._log.done[random.randrange(first, upto)].save
        if save.gone:
            return
        rank = AUDIENCES.index(save.audience)
        self._note("checks")
        found = self._checked(self._query(save, rank), rank)
        states = self._log.possible(save.id, before, monotonic())
        if states == [save] and found != [save.id]:
            self._note("stale", f"{save} is not found")

    def _look_for_what_was(self, random: Random) -> None:
        """Search for a state of a record that is no more, or for one as somebody who may not."""
        self._log.follow()
        before = monotonic()
        upto = len(self._log.done)
        if not upto:
            return
        first = max(0, upto - 5) if random.random() < 0.5 else 0
        state = self._log.done[random.randrange(first, upto)]
        save = state.save
        self._note("checks")
        for old, new in self._log.pairs(save.id):
            if new is state and not old.save.gone and new.done < before:
                everyone = len(AUDIENCES) - 1
                if self._checked(self._query(old.save, everyone), everyone):
                    self._note("stale", f"{old.save} is found after {save}")
        rank = 0 if save.gone else AUDIENCES.index(save.audience)
        if rank and self._checked(self._query(save, rank - 1), rank - 1):
            self._note("outside", f"{save} for {AUDIENCES[:rank]}")

    def _query(self, save: Save, rank: int) -> Query:
        # taken as plain words, the word of a save is nothing else's slip
        return Query(save.word, frozenset(AUDIENCES[: rank + 1]), literal=True)


if __name__ == "__main__":
    json.dump(asdict(_Run(Work(**json.load(sys.stdin))).go()), sys.stdout)
