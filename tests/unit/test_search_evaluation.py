"""Relevance is measured as it is defined, and a file that can't be read is named by its line."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from portal.search import evaluation
from portal.search.thesaurus import Thesaurus

DOCUMENTS = [
    {"id": "title", "title": "A passport", "text": "It was given up."},
    {"id": "text", "title": "", "text": "There was some talk of a passport and of a mentor."},
    {"id": 3, "title": None, "text": "A masjid."},
    {"id": "empty"},
]


def lines(path: Path, values: Sequence[Any]) -> Path:
    said = (value if isinstance(value, str) else json.dumps(value) for value in values)
    path.write_text("\n".join(said), encoding="utf-8")
    return path


def measure(
    folder: Path, queries: dict[str, str], qrels: list[str], thesaurus: Thesaurus | None = None
) -> dict[str, Any]:
    return evaluation.evaluate(
        evaluation.documents(lines(folder / "documents.jsonl", DOCUMENTS)),
        queries,
        lines(folder / "qrels.txt", qrels),
        thesaurus or Thesaurus(),
    )


def test_the_measures_are_those_worked_out_by_hand(tmp_path: Path) -> None:
    queries = {"one": "passport", "two": "zebra"}
    qrels = ["one 0 title 1", "one 0 text 3", "one 0 3 1", "one 0 empty 0", "two 0 title 1"]
    # found: title, text; best: text, title, 3; nothing is found for the second query
    gained = 1 / 1 + 3 / 1.58496
    ideal = 3 / 1 + 1 / 1.58496 + 1 / 2
    assert measure(tmp_path, queries, qrels) == {
        "queries": 2,
        "ndcg@10": round(gained / ideal / 2, 4),
        "recall@100": round(2 / 3 / 2, 4),
        "mrr@10": 0.5,
    }


def test_a_query_without_a_judgement_and_a_judgement_without_a_query_are_left_out(
    tmp_path: Path,
) -> None:
    queries = {"one": "passport", "unjudged": "mentor"}
    qrels = ["one 0 title 1", "unasked 0 text 1"]
    best = {"queries": 1, "ndcg@10": 1.0, "recall@100": 1.0, "mrr@10": 1.0}
    assert measure(tmp_path, queries, qrels) == best


def test_without_any_judgement_there_is_nothing_to_measure(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no query has a judgement"):
        measure(tmp_path, {"one": "passport"}, ["two 0 title 1"])


def test_the_curated_words_are_used(tmp_path: Path) -> None:
    words = Thesaurus(same=[["mosque", "masjid"]])
    asked, qrels = {"one": "mosque"}, ["one 0 3 1"]
    assert measure(tmp_path, asked, qrels)["mrr@10"] == 0
    assert measure(tmp_path, asked, qrels, words)["mrr@10"] == 1


def test_json_lines_are_read_whatever_they_leave_out(tmp_path: Path) -> None:
    path = lines(tmp_path / "documents.jsonl", [DOCUMENTS[2], "", " ", DOCUMENTS[3]])
    assert list(evaluation.documents(path)) == [("3", "", "A masjid."), ("empty", "", "")]


def test_a_folder_of_markdown_is_read_by_name_with_the_first_heading_as_title(
    tmp_path: Path,
) -> None:
    (tmp_path / "deeper").mkdir()
    lines(tmp_path / "two.md", ["Before it.", "## What was done", "", "# Later"])
    lines(tmp_path / "deeper" / "one.md", ["No heading, only a # in the text."])
    lines(tmp_path / "other.txt", ["# Not Markdown"])
    assert list(evaluation.documents(tmp_path)) == [
        ("one", "", "No heading, only a # in the text."),
        ("two", "What was done", "Before it.\n## What was done\n\n# Later"),
    ]


@pytest.mark.parametrize(
    "line",
    ["passport", "[1]", "5", '{"title": "A passport"}', '{"id": 1, "title": 5}', '{"id": 1,'],
)
def test_a_document_that_cannot_be_read_is_named_by_its_line(tmp_path: Path, line: str) -> None:
    path = lines(tmp_path / "documents.jsonl", [DOCUMENTS[0], "", line])
    with pytest.raises(ValueError, match=r"documents\.jsonl, line 3: "):
        list(evaluation.documents(path))


def test_queries_are_read_with_all_their_signs(tmp_path: Path) -> None:
    path = lines(tmp_path / "queries.tsv", ["q1\tearly help", "", 'q2\t"a\tb" -c'])
    assert evaluation.queries(path) == {"q1": "early help", "q2": '"a\tb" -c'}


def test_a_query_without_a_tab_is_named_by_its_line(tmp_path: Path) -> None:
    path = lines(tmp_path / "queries.tsv", ["q1\tearly help", "", "q2 early help"])
    with pytest.raises(ValueError, match=r"queries\.tsv, line 3: "):
        evaluation.queries(path)


@pytest.mark.parametrize("line", ["q1 0 title", "q1 0 title good", "q1"])
def test_a_judgement_that_cannot_be_read_is_no_crash(tmp_path: Path, line: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        measure(tmp_path, {"q1": "passport"}, ["q1 0 title 1", line])
