"""Measuring relevance on a judged collection, with the settings that the portal itself uses."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from portal.search.port import Query, Record
from portal.search.thesaurus import Thesaurus
from portal.search.whoosh_engine import WhooshEngine

AUDIENCE = "readers"
DEPTH = 1000
"""Records of each query's ranking that are measured."""


def documents(path: Path) -> Iterator[tuple[str, str, str]]:
    """Give (id, title, text) of JSON lines with those keys, or of a folder of Markdown files.

    A Markdown file's id is its name without the ending, its title the first line that starts with
    `#`. Raises `ValueError` with the line that could not be read.
    """
    if path.is_dir():
        for file in sorted(path.rglob("*.md")):
            text = file.read_text(encoding="utf-8")
            heading = next((line for line in text.splitlines() if line.startswith("#")), "")
            yield file.stem, heading.lstrip("# "), text
        return
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            parts = str(said["id"]), said.get("title") or "", said.get("text") or ""
            readable = isinstance(parts[1], str) and isinstance(parts[2], str)
        except (ValueError, KeyError, TypeError, AttributeError):
            readable = False
        if not readable:
            raise ValueError(f"{path}, line {number}: this is no object with id, title and text")
        yield parts


def _lines(path: Path) -> Iterator[str]:
    """Give the lines of a text; raises `ValueError` for what is none."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            yield from lines
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: save the file as UTF-8 text") from error


def queries(path: Path) -> dict[str, str]:
    """Return the queries of a file with `id<TAB>text` on each line, by id."""
    made = {}
    for number, line in enumerate(_lines(path), start=1):
        if line.strip():
            id_, separator, text = line.rstrip("\n").partition("\t")
            if not separator:
                raise ValueError(f"{path}, line {number}: there is no tab after the query's id")
            made[id_] = text
    return made


def evaluate(
    found: Iterator[tuple[str, str, str]], asked: dict[str, str], qrels: Path, thesaurus: Thesaurus
) -> dict[str, Any]:
    """Index a collection in a folder of its own, ask, and measure against TREC judgements.

    Returns the number of judged queries and the means of nDCG@10, recall@100 and MRR@10, as
    `ir_measures` defines them; queries without a judgement are left out.
    """
    # brings compiled parts that no web page needs
    import ir_measures
    from ir_measures import RR, R, nDCG

    try:
        judged = list(ir_measures.read_trec_qrels(str(qrels)))  # type: ignore[no-untyped-call]
    except (ValueError, UnicodeDecodeError) as error:
        raise ValueError(f"{qrels}: these are no judgements in the form of TREC") from error
    with_judgement = {entry.query_id for entry in judged}
    left = {id_: text for id_, text in asked.items() if id_ in with_judgement}
    if not left:
        raise ValueError("no query has a judgement")
    run = [
        ir_measures.ScoredDoc(query, document, float(-rank))
        for query, ranking in rankings(found, left, thesaurus).items()
        for rank, document in enumerate(ranking)
    ]
    measures = {"ndcg@10": nDCG @ 10, "recall@100": R @ 100, "mrr@10": RR @ 10}
    judged = [entry for entry in judged if entry.query_id in left]
    values = ir_measures.calc_aggregate(measures.values(), judged, run)
    return {"queries": len(left)} | {
        name: round(float(values[measure]), 4) for name, measure in measures.items()
    }


def rankings(
    found: Iterator[tuple[str, str, str]], asked: dict[str, str], thesaurus: Thesaurus
) -> dict[str, list[str]]:
    """Return the ids that each query finds, best first."""
    names: list[str] = []

    def records() -> Iterator[Record]:
        for id_, title, text in found:
            names.append(id_)
            yield Record(id=len(names), audience=AUDIENCE, title=title, body=text)

    with TemporaryDirectory() as folder:
        engine = WhooshEngine(Path(folder), thesaurus)
        with engine.writing():
            engine.rebuild(records(), generation=1)
        audiences = frozenset({AUDIENCE})
        made = {}
        for id_, text in asked.items():
            ids = engine.search(Query(text, audiences)).ids[:DEPTH]
            made[id_] = [names[number - 1] for number in ids.tolist()]
    return made
