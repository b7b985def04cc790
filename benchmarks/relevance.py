"""How good the ranking is on judged collections, and whether other constants would be better.

A collection is a folder with `documents.jsonl`, `queries.tsv` and `qrels.txt`, as `flask search
evaluate` takes them. To tune is to look for constants on some data and to measure on other:
collection by collection, and within each collection on parts of its queries.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from random import Random
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any

import ir_measures
from ir_measures import RR, R, nDCG

from benchmarks import library
from benchmarks.pages import say
from benchmarks.servers import ROOT
from portal.search import evaluation, scoring, thesaurus
from portal.search.port import Query, Record
from portal.search.whoosh_engine import WhooshEngine

MEASURES = {"ndcg@10": nDCG @ 10, "recall@100": R @ 100, "mrr@10": RR @ 10}
AIM = "ndcg@10"
"""The measure by which constants are chosen."""
GRID: Mapping[str, Sequence[float]] = {
    "K1": (1.2, 1.5, 2.0),
    "B": (0.6, 0.7, 0.8),
    "PAIRS": (0.0, 0.3),
    "FEEDBACK": (0.0, 0.5, 1.0),
}
"""Constants of `portal.search.scoring` that count when an index is searched."""
TITLES = (1.0, 3.0)
"""Values of `WEIGHTS["title"]`, which counts when an index is built."""
FOLDS = 5
DEPTH = 100
"""Records of each ranking that the measures look at."""
Constants = tuple[tuple[str, float], ...]
"""Names with values; the weight of the title is called `title`."""
Figures = dict[str, float]
"""By measure."""
ByQuery = dict[str, Figures]


@dataclass(frozen=True)
class Collection:
    """Documents, queries and judgements."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def qrels(self) -> Path:
        return self.folder / "qrels.txt"

    def documents(self) -> Iterator[tuple[str, str, str]]:
        return evaluation.documents(self.folder / "documents.jsonl")

    def queries(self) -> dict[str, str]:
        return evaluation.queries(self.folder / "queries.tsv")


@dataclass
class Tuned:
    """What other constants give on one collection, by query."""

    name: str
    tried: dict[Constants, ByQuery] = field(default_factory=dict)

    def mean(self, constants: Constants, queries: Iterable[str] | None = None) -> Figures:
        """Return the means over all queries or some."""
        of = self.tried[constants]
        chosen = list(of if queries is None else queries)
        return {name: fmean(of[query][name] for query in chosen) for name in MEASURES}


@dataclass(frozen=True)
class Choice:
    """Figures on data that had no part in the choice of the constants."""

    figures: Figures
    chosen: list[Constants]


@dataclass
class Result:
    """What was measured on one collection."""

    name: str
    queries: int
    portal: Figures
    others: Choice | None = None
    """With the constants that are best on the other collections."""
    folds: Choice | None = None
    """With those that are best on the other queries of this one."""


def measure(folders: Sequence[Path], *, tune: bool) -> list[Result]:
    """Measure the portal's settings, and with `tune` others."""
    collections = [Collection(folder.resolve()) for folder in folders]
    words = thesaurus.read(ROOT / "content" / "search-words.yaml")
    results = []
    for collection in collections:
        say(f"{collection.name}, as the portal is")
        found = evaluation.evaluate(
            collection.documents(), collection.queries(), collection.qrels, words
        )
        results.append(Result(collection.name, int(found.pop("queries")), found))
    if tune:
        tuned = [_tuned(collection, words) for collection in collections]
        for place, result in enumerate(results):
            others = [one for n, one in enumerate(tuned) if n != place]
            result.others = _chosen_elsewhere(tuned[place], others) if others else None
            result.folds = _cross_validated(tuned[place])
    return results


@contextmanager
def _constants(title: float, own: Mapping[str, float]) -> Iterator[None]:
    """Let the scoring have other constants for a while."""
    values: dict[str, Any] = {**own, "WEIGHTS": {**scoring.WEIGHTS, "title": title}}
    before = {name: getattr(scoring, name) for name in values}
    try:
        for name, value in values.items():
            setattr(scoring, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(scoring, name, value)


def _tuned(collection: Collection, words: thesaurus.Thesaurus) -> Tuned:
    made = Tuned(collection.name)
    judged = list(ir_measures.read_trec_qrels(str(collection.qrels)))  # type: ignore[no-untyped-call]
    with_judgement = {entry.query_id for entry in judged}
    asked = {id_: text for id_, text in collection.queries().items() if id_ in with_judgement}
    evaluator = ir_measures.evaluator(
        list(MEASURES.values()), [entry for entry in judged if entry.query_id in asked]
    )
    for title in TITLES:
        say(f"{collection.name}, a word of the title counts {title:g} times")
        with TemporaryDirectory() as folder:
            names: list[str] = []
            with _constants(title, {}):
                _build(Path(folder), collection, names)
            for values in product(*GRID.values()):
                own = dict(zip(GRID, values, strict=True))
                with _constants(title, own):
                    # opened anew: some of the constants are worked into what an open index keeps
                    run = _run(WhooshEngine(Path(folder), words), asked, names)
                constants = (("title", title), *own.items())
                made.tried[constants] = _by_query(evaluator, run, asked)
    return made


def _build(folder: Path, collection: Collection, names: list[str]) -> None:
    def records() -> Iterator[Record]:
        for id_, title, text in collection.documents():
            names.append(id_)
            yield Record(id=len(names), audience=evaluation.AUDIENCE, title=title, body=text)

    engine = WhooshEngine(folder)
    with engine.writing():
        engine.rebuild(records(), generation=1)


def _run(
    engine: WhooshEngine, asked: Mapping[str, str], names: Sequence[str]
) -> list[ir_measures.ScoredDoc]:
    audiences = frozenset({evaluation.AUDIENCE})
    return [
        ir_measures.ScoredDoc(id_, names[number - 1], float(-rank))
        for id_, text in asked.items()
        for rank, number in enumerate(engine.search(Query(text, audiences)).ids[:DEPTH].tolist())
    ]


def _by_query(
    evaluator: Any, run: list[ir_measures.ScoredDoc], asked: Mapping[str, str]
) -> ByQuery:
    names = {measure: name for name, measure in MEASURES.items()}
    found: ByQuery = {id_: dict.fromkeys(MEASURES, 0.0) for id_ in asked}
    for value in evaluator.iter_calc(run):
        found[value.query_id][names[value.measure]] = value.value
    return found


def _best(tuned: Sequence[Tuned], queries: Mapping[str, Sequence[str]] | None = None) -> Constants:
    """Return the constants with the best mean of the collections' means."""

    def mean(constants: Constants) -> float:
        return fmean(
            one.mean(constants, queries[one.name] if queries else None)[AIM] for one in tuned
        )

    return max(tuned[0].tried, key=mean)


def _chosen_elsewhere(own: Tuned, others: Sequence[Tuned]) -> Choice:
    chosen = _best(others)
    return Choice(own.mean(chosen), [chosen])


def _cross_validated(own: Tuned) -> Choice:
    queries = sorted(next(iter(own.tried.values())))
    Random(library.SEED).shuffle(queries)
    chosen, by_query = [], []
    for fold in range(FOLDS):
        held = queries[fold::FOLDS]
        if not held:
            continue
        rest = [query for query in queries if query not in held]
        chosen.append(_best([own], {own.name: rest}))
        by_query += [own.tried[chosen[-1]][query] for query in held]
    figures = {name: fmean(of[name] for of in by_query) for name in MEASURES}
    return Choice(figures, chosen)
