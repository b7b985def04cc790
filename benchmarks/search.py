"""Results pages of the portal beside those of SQLite's FTS5, on the same documents.

Everything is asked in one process, the two systems by turns, so that what else the machine does
meets both alike. Times are CPU times of the process.
"""

import hashlib
import json
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from random import Random
from statistics import median, quantiles
from threading import Event, Thread
from time import perf_counter, process_time, process_time_ns, sleep

from flask import Flask
from sqlalchemy import select

from benchmarks import fts, library
from benchmarks.asking import FACET, LIKE, ONE, PHRASE, THREE, Asked, Asker
from benchmarks.pages import say
from benchmarks.searcher import Taken, Work
from benchmarks.servers import ROOT, plain
from benchmarks.texts import Writer
from portal import create_app
from portal.core import clock
from portal.core.database import db, reading
from portal.core.permissions import Actor
from portal.core.roles import Role
from portal.library import service, similar
from portal.library.catalogue import BEST, Catalogue, Key, generation_of
from portal.library.indexing import record_of
from portal.library.models import Document
from portal.library.policy import audiences_of
from portal.library.views import Library
from portal.search import analysis, extracts
from portal.search.port import Query, Record, Results
from portal.search.whoosh_engine import WhooshEngine

CASES = "the same as /find-a-case/describe shows it"
KINDS = (ONE, THREE, PHRASE, FACET, LIKE, CASES)
OF_A_ROUND = 30
"""Questions of each kind in a round."""
WARM_UP = 10
SAVES = 100
MIXED = 500
POLLING = 0.001
AS_A_WORKER = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_TRIM_THRESHOLD_": str(128 * 1024),
    "OPENBLAS_NUM_THREADS": "1",
}
"""How `gunicorn.conf.py` has memory handled."""
GIVE_UP = 60.0
"""Seconds until a save that is not found is a failure."""
ACTOR = Actor(name="benchmark", roles=frozenset({Role.PRACTITIONER.value}))
OURS, FTS5 = "portal", "FTS5"
COUNTING = {OURS: "listing and facet counts", FTS5: "facet counts"}


@dataclass(frozen=True)
class Page:
    """CPU milliseconds of one results page, in all and by part, and what it said."""

    total: float
    parts: dict[str, float]
    found: int


@dataclass(frozen=True)
class Built:
    """What building an index took, the reading of the documents not counted."""

    documents: int
    cpu: float
    elapsed: float
    megabytes: float


@dataclass
class Result:
    """What one library's search costs."""

    size: int
    built: dict[str, Built] = field(default_factory=dict)
    rounds: dict[str, list[list[tuple[Page, Page]]]] = field(default_factory=dict)
    """By kind, for each round, the portal's pages, each with FTS5's for the same question."""
    first: list[tuple[float, float]] = field(default_factory=list)
    """Milliseconds of the first page after opening the index."""
    catalogue: float = 0.0
    """CPU seconds in which a process reads the catalogue, once."""
    saves: list[float] = field(default_factory=list)
    """Seconds from the start of a save until a search found it."""
    memory: Taken | None = None

    def middle(self, kind: str, system: str) -> float:
        """Return the median of a page's CPU time."""
        return median(page.total for page in self.pages(kind, system))

    def part(self, kind: str, system: str, name: str) -> float:
        return median(page.parts[name] for page in self.pages(kind, system))

    def pages(self, kind: str, system: str) -> list[Page]:
        place = (OURS, FTS5).index(system)
        return [pair[place] for pairs in self.rounds[kind] for pair in pairs]

    def ratio(self, kind: str, *, without_counting: bool = False) -> float:
        """Return the median over the rounds of one system's median by the other's.

        `without_counting` leaves the part out that works out facet counts.
        """

        def cost(page: Page) -> float:
            if not without_counting:
                return page.total
            return page.total - sum(page.parts.get(name, 0.0) for name in COUNTING.values())

        return median(
            median(cost(ours) for ours, _ in pairs) / median(cost(theirs) for _, theirs in pairs)
            for pairs in self.rounds[kind]
        )

    def save(self, share: int) -> float:
        """Return a percentile of the seconds until a save was found."""
        return quantiles(self.saves, n=100)[share - 1]


class _Laps:
    """Measures CPU time, part by part."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self._last = self._start = process_time_ns()

    def __call__(self, part: str) -> None:
        now = process_time_ns()
        self.parts[part] = (now - self._last) / 1e6
        self._last = now

    def page(self, found: int) -> Page:
        return Page((self._last - self._start) / 1e6, self.parts, found)


class Place:
    """One library in both systems."""

    def __init__(self, folder: Path, size: int) -> None:
        self.result = Result(size)
        self.folder = folder
        self.app: Flask = create_app(library.settings(folder, secrets.token_hex()))
        self.library: Library = self.app.extensions["library"]
        self.engine: WhooshEngine = WhooshEngine(folder / "search", self.library.thesaurus)
        self.audiences = audiences_of(ACTOR)
        self.fts: fts.Index | None = None
        self.asker: Asker | None = None

    @property
    def catalogue(self) -> Catalogue:
        return self.library.catalogue

    def open(self) -> None:
        """Open both indexes, and read the catalogue."""
        self.fts = fts.Index(self.folder / "fts.sqlite")
        # an engine of its own, so that no word has been looked up before it is asked for
        other = WhooshEngine(self.folder / "search", self.library.thesaurus)

        def telling(text: str) -> Collection[str]:
            return other.search(Query(text, self.audiences, literal=True)).stems

        self.asker = Asker(self.folder / "portal.sqlite", telling)
        with self.app.app_context(), reading():
            start = process_time()
            self.catalogue.current(db.session)
            self.result.catalogue = process_time() - start

    def questions(self, kind: str, count: int) -> list[Asked]:
        assert self.asker is not None
        return self.asker.questions(LIKE if kind == CASES else kind, count)

    def ours(self, asked: Asked) -> Page:
        """Make a results page as `portal.library.views.browse` does, without the HTML."""
        laps = _Laps()
        results = self._searched(asked)
        laps("search")
        snapshot = self.catalogue.current(db.session)
        laps("generation")
        found = snapshot.listing(
            audiences=self.audiences,
            filters=asked.filters,
            order=BEST,
            ranked=results.ids,
            limit=fts.HITS,
        )
        laps(COUNTING[OURS])
        rows = service.listed(db.session, actor=ACTOR, ids=found.ids, texts=True)
        laps("ten texts")
        shown = {row.id: extracts.extract(row.plain, results.stems) for row in rows}
        laps("extracts")
        if len(shown) != min(found.total, fts.HITS):
            raise RuntimeError("a page of the portal has not the documents that it counted")
        return laps.page(found.total)

    def _searched(self, asked: Asked) -> Results:
        today = clock.today().toordinal()
        return self.engine.search(Query(asked.text, self.audiences, today, asked.literal))

    def cases(self, asked: Asked) -> Page:
        """Find cases like a situation as `portal.library.views.describe` does."""
        laps = _Laps()
        results = self._searched(asked)
        laps("search")
        words = self.library.thesaurus.signs_in(analysis.stems(asked.text))
        found = similar.similar(
            results,
            snapshot=self.catalogue.current(db.session),
            audiences=self.audiences,
            signs=words,
        )
        laps("similar")
        ids = [case.id for case in found]
        asked_again = Query(asked.text, self.audiences, literal=True)
        self.engine.reasons(asked_again, ids, most=similar.MOST_WORDS)
        laps("reasons")
        rows = service.listed(db.session, actor=ACTOR, ids=ids)
        laps("ten rows")
        if len(rows) != len(ids):
            raise RuntimeError("a case that was found is not in the database")
        return laps.page(len(results.ids))

    def theirs(self, asked: Asked) -> Page:
        """Make the same page with FTS5."""
        assert self.fts is not None
        laps = _Laps()
        page = self.fts.page(asked.match, audiences=self.audiences, chosen=asked.chosen, lap=laps)
        if len(page.extracts) != min(page.total, fts.HITS):
            raise RuntimeError("a page of FTS5 has not the documents that it counted")
        return laps.page(page.total)

    def pair(self, asked: Asked, kind: str, ours_first: bool) -> tuple[Page, Page]:
        """Ask both systems the same, one after the other."""
        ours = self.cases if kind == CASES else self.ours
        if ours_first:
            made = ours(asked)
            return made, self.theirs(asked)
        theirs = self.theirs(asked)
        return ours(asked), theirs

    def first_pages(self) -> None:
        """Open both indexes anew, and make one page."""
        assert self.fts is not None
        (asked,) = self.questions(THREE, 1)
        self.fts.close()
        self.engine = WhooshEngine(self.folder / "search", self.library.thesaurus)
        ours = self.ours(asked)
        start = process_time_ns()
        self.fts = fts.Index(self.folder / "fts.sqlite")
        self.theirs(asked)
        self.result.first.append((ours.total, (process_time_ns() - start) / 1e6))


def measure(sizes: Sequence[int], *, rounds: int, folder: Path) -> list[Result]:
    """Measure both systems on libraries of `sizes`, round after round over all of them."""
    places = [prepare(folder, size) for size in sizes]
    for place in places:
        place.open()
    for number in range(rounds + 1):
        say("warming up" if not number else f"round {number} of {rounds}")
        for place in places if number % 2 else places[::-1]:
            with place.app.app_context(), reading():
                _round(place, counted=number > 0)
    for place in places:
        say(f"saves and memory with {place.result.size:,} documents")
        place.result.memory = _memory(place)
        place.result.saves = _saves(place)
    return [place.result for place in places]


def _round(place: Place, *, counted: bool) -> None:
    if counted:
        place.first_pages()
    # the first page after opening is counted there; these are of a process that has been at work
    for kind in KINDS:
        for number, asked in enumerate(place.questions(kind, WARM_UP // 2)):
            place.pair(asked, kind, ours_first=number % 2 == 0)
    if not counted:
        return
    for kind in KINDS:
        questions = enumerate(place.questions(kind, OF_A_ROUND))
        pairs = [place.pair(asked, kind, number % 2 == 0) for number, asked in questions]
        place.result.rounds.setdefault(kind, []).append(pairs)


def prepare(folder: Path, size: int) -> Place:
    """Return a library of `size` documents in both systems, made unless it is in `folder`."""
    home = folder / f"search-{size}"
    stamp, recipe = home / "made", library.recipe()
    if not stamp.exists() or stamp.read_text(encoding="ascii") != recipe:
        say(f"making a library of {size:,} documents")
        shutil.rmtree(home, ignore_errors=True)
        library.build(home, size, secrets.token_hex(), Writer(library.SEED))
        stamp.write_text(recipe, encoding="ascii")
    place = Place(home, size)
    for system, build, made in (
        (OURS, _build_ours, home / "search"),
        (FTS5, _build_theirs, home / "fts.sqlite"),
    ):
        place.result.built[system] = _built(place, system, build, made)
    return place


def _built(place: Place, system: str, build: Callable[[Place], Built], made: Path) -> Built:
    """Build an index, unless the one that is there follows from the same code."""
    stamp, recipe = made.with_name(f"built-{system}.json"), _recipe(system)
    if made.exists() and stamp.exists():
        kept = json.loads(stamp.read_text(encoding="utf-8"))
        if kept.pop("recipe") == recipe:
            return Built(**kept)
    say(f"indexing {place.result.size:,} documents: {system}")
    shutil.rmtree(made, ignore_errors=True)
    made.unlink(missing_ok=True)
    built = build(place)
    files = [made] if made.is_file() else [path for path in made.rglob("*") if path.is_file()]
    built = replace(built, megabytes=sum(path.stat().st_size for path in files) / 1e6)
    stamp.write_text(json.dumps(asdict(built) | {"recipe": recipe}), encoding="utf-8")
    return built


def _recipe(system: str) -> str:
    """Return a fingerprint of what an index follows from."""
    own = (ROOT / "portal" / "search").glob("*.py") if system == OURS else [Path(fts.__file__)]
    text = b"\0".join(path.read_bytes() for path in sorted(own))
    return hashlib.sha256(library.recipe().encode() + text).hexdigest()


class _Fed:
    """Gives what an index is made of, and measures the time that reading takes."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.cpu = self.elapsed = 0.0
        self.count = 0

    def __iter__(self) -> Iterator[tuple[Record, fts.Shown]]:
        vocabularies = self._place.library.vocabularies
        wanted = select(Document).order_by(Document.id)
        cpu, elapsed = process_time(), perf_counter()
        for document in db.session.scalars(wanted, execution_options={"yield_per": 500}):
            self.count += 1
            made = record_of(document, vocabularies), _shown(document)
            self.cpu += process_time() - cpu
            self.elapsed += perf_counter() - elapsed
            yield made
            cpu, elapsed = process_time(), perf_counter()


def _shown(document: Document) -> fts.Shown:
    keys: list[Key] = [("type", document.type)]
    keys += [("question", "yes")] * (document.question is not None)
    keys += [("reviewed", "yes")] * (document.reviewed_on > document.published_on)
    keys += [(name, term) for name, terms in document.terms.items() for term in terms]
    return fts.Shown(
        reference=document.reference,
        type=document.type,
        question=document.question,
        practice_year=document.practice_year,
        review_by=document.review_by.isoformat(),
        keys=keys,
    )


def _build_ours(place: Place) -> Built:
    def build(documents: Iterable[tuple[Record, fts.Shown]], generation: int) -> None:
        with place.engine.writing():
            place.engine.rebuild((record for record, _ in documents), generation)

    return _timed(place, build)


def _build_theirs(place: Place) -> Built:
    def build(documents: Iterable[tuple[Record, fts.Shown]], generation: int) -> None:
        fts.build(place.folder / "fts.sqlite", documents)

    return _timed(place, build)


def _timed(place: Place, build: Callable[[Iterable[tuple[Record, fts.Shown]], int], None]) -> Built:
    with place.app.app_context(), reading():
        fed = _Fed(place)
        cpu, elapsed = process_time(), perf_counter()
        build(fed, generation_of(db.session))
        cpu, elapsed = process_time() - cpu, perf_counter() - elapsed
    return Built(fed.count, cpu - fed.cpu, elapsed - fed.elapsed, 0.0)


def _memory(place: Place) -> Taken:
    """Search in a fresh process."""
    kinds = (ONE, THREE, PHRASE, LIKE)
    mixed = [one for kind in kinds for one in place.questions(kind, MIXED // len(kinds))]
    Random(library.SEED).shuffle(mixed)
    work = Work(
        index=str(place.folder / "search"),
        curated=str(ROOT / "content" / "search-words.yaml"),
        audiences=sorted(place.audiences),
        searches=[(asked.text, asked.literal) for asked in mixed],
    )
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.searcher"],
        cwd=ROOT,
        env=plain() | AS_A_WORKER,
        input=json.dumps(asdict(work)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Taken(**json.loads(done.stdout))


def _saves(place: Place) -> list[float]:
    """Save documents anew, one after the other, and search until each is found.

    The index is a copy: what is measured afterwards is not changed.
    """
    copied = place.folder / "saving"
    shutil.rmtree(copied, ignore_errors=True)
    shutil.copytree(place.folder / "search", copied)
    engine = WhooshEngine(copied, place.library.thesaurus)
    with place.app.app_context(), reading():
        ids = Random(library.SEED).sample(range(1, place.result.size + 1), SAVES)
        documents = db.session.scalars(select(Document).where(Document.id.in_(ids))).all()
        records = [record_of(d, place.library.vocabularies) for d in documents]
    try:
        engine.search(Query("case", place.audiences))  # the index is open, as in a process at work
        return [_until_found(engine, record, number) for number, record in enumerate(records)]
    finally:
        shutil.rmtree(copied)


def _until_found(engine: WhooshEngine, record: Record, number: int) -> float:
    marker = f"qualm{number:06}"
    changed = replace(record, body=f"{record.body}\n{marker}")
    wanted = Query(marker, frozenset({record.audience}), literal=True)
    failed: list[BaseException] = []
    started = Event()
    start = 0.0

    def save() -> None:
        nonlocal start
        try:
            generation = (engine.generation() or 0) + 1
            start = perf_counter()
            started.set()
            with engine.writing():
                engine.apply([changed], [], generation)
        except BaseException as error:
            failed.append(error)
            started.set()

    thread = Thread(target=save, name="indexer")
    thread.start()
    started.wait()
    while not failed and record.id not in engine.search(wanted).ids:
        if perf_counter() - start > GIVE_UP:
            raise RuntimeError("a save was not found")
        sleep(POLLING)
    took = perf_counter() - start
    thread.join()
    if failed:
        raise failed[0]
    return took
