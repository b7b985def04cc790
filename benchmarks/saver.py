"""A process that saves records into an index one after the other, and says of each when it is done.

Run as `python -m benchmarks.saver`: reads what to do as JSON from standard input. It writes a line
before each save (`start`) and one after `apply` has returned (`done`), until its time is up or it
is killed. What a save holds follows from its line, so that whoever reads it knows what must be
found.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from time import monotonic, sleep

from benchmarks import library
from benchmarks.texts import Text, Writer
from portal.search.port import Record
from portal.search.whoosh_engine import WhooshEngine

AUDIENCES = tuple(library.AUDIENCES)
"""From the widest to the narrowest: who belongs to one belongs to those before it."""
TEXTS = 500
"""Different texts; each save has a word of its own besides."""
NEW, CHANGED = 0.4, 0.5
"""How many saves are of new records and of known ones; the others take a record away."""


@dataclass(frozen=True)
class Save:
    """What was saved: a record with a word of its own, or, without an audience, that it is gone."""

    number: int
    """0 for a record that was there from the beginning."""
    id: int
    audience: str

    @property
    def gone(self) -> bool:
        return not self.audience

    @property
    def word(self) -> str:
        """The word that stands in this state of the record and nowhere else."""
        return f"q{self.id:07}v{self.number:07}"

    @property
    def line(self) -> str:
        return f"start {self.number} {self.id} {self.audience or '-'} {monotonic()}"


def read(line: str) -> tuple[Save | int, float]:
    """Read a line of the log: a save that was started or the number of one that is done."""
    what, number, *said = line.split()
    if what == "done":
        return int(number), float(said[0])
    id_, audience, when = said
    return Save(int(number), int(id_), "" if audience == "-" else audience), float(when)


class Records:
    """What each save holds."""

    def __init__(self) -> None:
        writer = Writer(library.SEED)
        self.texts: list[Text] = [writer.text() for _ in range(TEXTS)]

    def record(self, save: Save) -> Record:
        text = self.texts[(save.id + save.number) % TEXTS]
        return Record(
            id=save.id,
            audience=save.audience,
            title=text.title,
            reference=f"case-{save.id:06}",
            summary=text.summary,
            body=f"{text.plain}\n{save.word}",
        )


def first_audience(id_: int) -> str:
    """Return the audience that a record has from the beginning."""
    weights = list(library.AUDIENCES.values())
    return Random(id_).choices(AUDIENCES, weights)[0]


def begin(folder: Path, size: int, records: Records) -> dict[int, Save]:
    """Build an index of `size` records, and return their states."""
    states = {id_: Save(0, id_, first_audience(id_)) for id_ in range(1, size + 1)}
    engine = WhooshEngine(folder)
    with engine.writing():
        engine.rebuild(map(records.record, states.values()), generation=0)
    return states


@dataclass
class Work:
    """Where the index is, the records in it, and where to go on."""

    index: str
    ids: list[int]
    next_id: int
    next_number: int = 1
    seconds: float = 3600.0
    pause: float = 0.0
    seed: int = field(default=library.SEED)


class Saver:
    """Decides what is saved next."""

    def __init__(self, work: Work) -> None:
        self._random = Random(f"{work.seed} {work.next_number}")
        self._ids = work.ids
        self._next_id = work.next_id
        self._number = work.next_number - 1

    def next(self) -> Save:
        self._number += 1
        kind = self._random.random()
        if kind < NEW or len(self._ids) < 2:
            self._ids.append(self._next_id)
            self._next_id += 1
            return Save(self._number, self._ids[-1], self._audience())
        place = self._random.randrange(len(self._ids))
        if kind < NEW + CHANGED:
            return Save(self._number, self._ids[place], self._audience())
        return Save(self._number, self._ids.pop(place), "")

    def _audience(self) -> str:
        return self._random.choice(AUDIENCES)


def apply(engine: WhooshEngine, records: Records, save: Save) -> None:
    """Save as the portal's own indexer does."""
    with engine.writing():
        given = [] if save.gone else [records.record(save)]
        engine.apply(given, [save.id] if save.gone else [], generation=save.number)


def say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)


def run(work: Work) -> None:
    records, engine, saver = Records(), WhooshEngine(Path(work.index)), Saver(work)
    say(["ready"])
    end = monotonic() + work.seconds
    while monotonic() < end:
        save = saver.next()
        say([save.line])
        apply(engine, records, save)
        say([f"done {save.number} {monotonic()}"])
        sleep(work.pause)


def request(work: Work) -> str:
    """Return what is to be written to the process."""
    return json.dumps(asdict(work))


if __name__ == "__main__":
    run(Work(**json.load(sys.stdin)))
