"""The figures of the check say what was found, what was missed and what was flagged for nothing."""

import json

import pytest

from portal.disclosure.evaluation import NAMES, PLACES, STRUCTURED, Share, evaluate, judged


def marks(text: str, said: tuple[tuple[str, str], ...]) -> list[dict[str, object]]:
    return [
        {"type": type_, "start": text.index(words), "end": text.index(words) + len(words)}
        for type_, words in said
    ]


def line(
    kind: str, text: str, *entities: tuple[str, str], debatable: tuple[tuple[str, str], ...] = ()
) -> str:
    told = {"id": "one", "kind": kind, "text": text, "entities": marks(text, entities)}
    return json.dumps(told | {"open": marks(text, debatable)} if debatable else told) + "\n"


def test_recall_and_precision_are_counted_by_overlap(tmp_path) -> None:
    path = tmp_path / "set.jsonl"
    found = ("NAME", "Kayleigh Thornbury"), ("POSTCODE", "WF13 4PQ"), ("PLACE", "the blue door")
    path.write_text(
        line("seeded", "Kayleigh Thornbury of WF13 4PQ lives by the blue door.", *found)
        + line("clean", "The social worker wrote it down.")
        + line("clean", "Then Zxqvor came by."),
        encoding="utf-8",
    )
    measured = evaluate(judged(path))
    assert measured.recall == Share(2, 3)
    assert measured.recall_by_group == {
        NAMES: Share(1, 1),
        STRUCTURED: Share(1, 1),
        PLACES: Share(0, 1),
    }
    assert measured.precision == Share(2, 3)
    assert measured.clean_texts == Share(1, 2)
    assert measured.flags_per_thousand == pytest.approx(100)
    assert "recall" in measured.table()
    json.dumps(measured.as_json())


def test_what_judges_may_differ_about_counts_neither_way(tmp_path) -> None:
    path = tmp_path / "set.jsonl"
    text = "Kayleigh Thornbury said that Zxqvor rang."
    path.write_text(
        line("seeded", text, ("NAME", "Kayleigh Thornbury"), debatable=(("NAME", "Zxqvor"),))
        + line("clean", "Then Zxqvor came by.", debatable=(("NAME", "Zxqvor"),)),
        encoding="utf-8",
    )
    measured = evaluate(judged(path))
    assert measured.recall == Share(1, 1)
    assert measured.precision.value == 1
    assert measured.clean_flags == 0
    assert measured.clean_texts == Share(1, 1)


def test_a_line_that_is_no_judged_text_is_named(tmp_path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(line("clean", "Fine.") + "{}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 2"):
        list(judged(path))
