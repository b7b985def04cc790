"""A reader of two versions sees every change, nothing that is none, and each in one piece."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.publishing.difference import FieldChange, Piece, compare, compare_documents

WORDS = st.sampled_from(
    ["the", "child", "was", "seen", "Police", "told", ".", ",", "**", " ", " ", "  ", "\n", "\n\n"]
) | st.sampled_from(["\r\n", "- ", "## ", "| a | b |\n", "[a](doc:case-003)", "é", "\u2028", "’"])
TEXTS = st.lists(WORDS, max_size=60).map("".join) | st.text(max_size=80)


def shown(pieces: list[Piece] | tuple[Piece, ...]) -> str:
    signs = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]"}
    return "".join(signs[piece.kind].format(piece.text) for piece in pieces)


def read(pieces: list[Piece], without: str) -> str:
    return "".join(piece.text for piece in pieces if piece.kind != without)


@given(TEXTS, TEXTS)
@settings(max_examples=400, deadline=None)
def test_both_versions_can_be_read_from_the_difference_to_the_character(a: str, b: str) -> None:
    pieces = compare(a, b)
    assert read(pieces, "added") == a
    assert read(pieces, "removed") == b


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_no_piece_is_empty_and_what_went_stands_before_what_came(a: str, b: str) -> None:
    kinds = [piece.kind for piece in compare(a, b)]
    assert all(piece.text for piece in compare(a, b))
    assert all(
        pair in {("same", "removed"), ("same", "added"), ("removed", "added")}
        or pair[1] == "same" != pair[0]
        for pair in pairwise(kinds)
    )


@given(TEXTS)
@settings(deadline=None)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert {piece.kind for piece in compare(text, text)} <= {"same"}


@pytest.mark.parametrize(
    ("before", "after", "seen"),
    [
        ("He was not seen.", "He was seen.", "He was [-not -]seen."),
        ("On 3 March he left.", "On 4 March he left.", "On [-3-][+4+] March he left."),
        ("The red car stopped.", "The blue bike stopped.", "The [-red car-][+blue bike+] stopped."),
        (
            "See [it](doc:case-003) now",
            "See [it](doc:case-004) now",
            "See [it](doc:[-case-003-][+case-004+]) now",
        ),
        ("- a\n- b\n- c\n", "- a\n- c\n- d\n", "- a\n[-- b\n-]- c\n[+- d\n+]"),
    ],
    ids=["word taken out", "number", "two words", "link leads elsewhere", "entry of a list"],
)
def test_a_change_is_shown_where_it_is(before: str, after: str, seen: str) -> None:
    assert shown(compare(before, after)) == seen


def test_a_paragraph_put_in_leaves_its_neighbours_as_they_were() -> None:
    first, second = "Police told the school.\n\n", "The family was visited later.\n"
    new = "Nobody had asked the parents.\n\n"
    assert compare(first + second, first + new + second) == [
        Piece("same", first),
        Piece("added", new),
        Piece("same", second),
    ]


def test_a_paragraph_that_was_changed_is_beside_itself_and_not_beside_a_new_one() -> None:
    before = "The worker met the boy at home in May.\n\nThe panel closed the case."
    after = (
        "A new start of other content altogether.\n\n"
        "The worker met the boy at school in May.\n\nThe panel closed the case."
    )
    assert shown(compare(before, after)) == (
        "[+A new start of other content altogether.\n\n+]"
        "The worker met the boy at [-home-][+school+] in May.\n\nThe panel closed the case."
    )


def test_a_paragraph_written_anew_is_not_shown_as_scraps() -> None:
    before = "Social care staff visited the family and found that the boy had watched films."
    after = "Police told a school nurse about the films that he had seen with an older friend."
    assert compare(before, after) == [Piece("removed", before), Piece("added", after)]


def test_the_words_of_a_text_in_one_long_paragraph_are_still_compared() -> None:
    words = [f"word{n % 900}" for n in range(8_000)]
    after = [*words[:4_000], "more", *words[4_000:]]
    assert compare(" ".join(words), " ".join(after)) == [
        Piece("same", " ".join(words[:4_000]) + " "),
        Piece("added", "more "),
        Piece("same", " ".join(words[4_000:])),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a " * 25_000, "a b " * 12_500),
        ("- a\n" * 12_500, "- b\n- a\n" * 6_000),
        ("." * 50_000, ".," * 25_000),
        ("\n" * 50_000, "\n \n" * 17_000),
    ],
    ids=["one letter", "one entry", "full stops", "blank lines"],
)
def test_a_text_made_to_be_slow_is_exact_too(before: str, after: str) -> None:
    # what repeats one word takes `difflib` minutes, so a slip back to it shows as a hung run
    pieces = compare(before, after)
    assert read(pieces, "added") == before
    assert read(pieces, "removed") == after


def test_those_who_hear_the_page_are_told_what_happened_to_a_piece() -> None:
    assert [piece.said for piece in compare("old same", "new same")] == ["removed", "added", ""]


# ---- Documents

CASE = {
    "title": "A boy asks about travel",
    "stage": ["referral", "assessment"],
    "practice_year": 2016,
    "sources": [{"title": "Safeguarding and radicalisation", "year": 2017}],
    "body": "The school called.",
}


def changed(**fields: object) -> list[FieldChange]:
    return compare_documents(CASE, {**CASE, **fields})


def test_only_fields_that_differ_are_shown() -> None:
    assert changed() == []
    assert [change.field for change in changed(title="A boy asks about school")] == ["title"]


def test_a_term_is_shown_whole_in_words() -> None:
    words = {
        "referral": "Referral and triage",
        "assessment": "Assessment",
        "court": "Going to court",
    }
    (change,) = compare_documents(
        CASE,
        {**CASE, "stage": ["referral", "court"]},
        labels={"stage": "Stage"},
        term_label=lambda field, term: words[term],
    )
    assert (change.label, change.form) == ("Stage", "terms")
    assert change.pieces == (
        Piece("same", "Referral and triage"),
        Piece("removed", "Assessment"),
        Piece("added", "Going to court"),
    )


def test_a_source_is_a_line_and_its_year_a_change_in_it() -> None:
    (change,) = changed(sources=[{"title": "Safeguarding and radicalisation", "year": 2018}])
    assert change.form == "lines"
    assert shown(change.pieces) == (
        "title: Safeguarding and radicalisation; year: [-2017-][+2018+]\n"
    )


def test_a_field_that_is_new_or_gone_is_shown_as_a_whole() -> None:
    (change,) = changed(law_as_at=date(2026, 11, 23))
    assert change.pieces == (Piece("added", "2026-11-23"),)
    (change,) = compare_documents(CASE, {k: v for k, v in CASE.items() if k != "stage"})
    assert change.pieces == (Piece("removed", "referral"), Piece("removed", "assessment"))


def test_a_nested_value_that_changes_deep_inside_is_not_missed() -> None:
    before = {"pathway": {"steps": [{"name": "Call", "within": {"hours": 4}}]}}
    after = {"pathway": {"steps": [{"name": "Call", "within": {"hours": 24}}]}}
    (change,) = compare_documents(before, after)
    assert "[-4-][+24+]" in shown(change.pieces)


def test_the_text_comes_after_the_fields() -> None:
    found = changed(body="The school wrote.", title="A boy asks", question="end it well")
    assert [change.field for change in found] == ["title", "question", "body"]
