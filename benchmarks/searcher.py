"""A fresh process that opens an index and searches it: what that takes of the memory.

Run as `python -m benchmarks.searcher`: reads what to do as JSON from standard input, writes what
was seen. The whole application is imported, as in a worker, but none is made.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.memory import memory
from portal.search import thesaurus
from portal.search.port import Query
from portal.search.whoosh_engine import WhooshEngine

THREADS = 4


@dataclass(frozen=True)
class Work:
    """Where the index is, and what is looked for: (text, literal)."""

    index: str
    curated: str
    audiences: list[str]
    searches: list[tuple[str, bool]]


@dataclass(frozen=True)
class Taken:
    """Megabytes (10⁶ bytes) before the index was opened, and after all searches."""

    rss_before: float
    rss: float
    pss_before: float
    pss: float
    found: int


def run(work: Work) -> Taken:
    words = thesaurus.read(Path(work.curated))
    before = memory(os.getpid())
    engine = WhooshEngine(Path(work.index), words)
    audiences = frozenset(work.audiences)

    def search(asked: tuple[str, bool]) -> int:
        text, literal = asked
        return len(engine.search(Query(text, audiences, literal=literal)).ids)

    with ThreadPoolExecutor(THREADS) as threads:
        found = sum(threads.map(search, work.searches))
    after = memory(os.getpid())
    return Taken(before.rss, after.rss, before.pss, after.pss, found)


if __name__ == "__main__":
    json.dump(asdict(run(Work(**json.load(sys.stdin)))), sys.stdout)
