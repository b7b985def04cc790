"""An extract is a true piece of the text, and shows why it was found."""

from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.core.config import ROOT
from portal.search import analysis
from portal.search.extracts import LENGTH, Run, extract

ANYTHING = st.text(st.characters(), max_size=400)


def looked_for(text: str, tells: float = 1.0) -> dict[str, float]:
    return dict.fromkeys(analysis.stems(text), tells)


def marked(runs: list[Run]) -> list[str]:
    return [words for words, matched in runs if matched]


def shown(text: str, runs: list[Run]) -> str:
    """Return the piece that is shown; fail unless it is one, cut only where … says so."""
    whole = "".join(words for words, _ in runs)
    for before, after in product(("", "… "), ("", " …")):
        piece = whole.removeprefix(before).removesuffix(after)
        begins, ends = before or text.startswith(piece), after or text.endswith(piece)
        if before + piece + after == whole and piece in text and begins and ends:
            return piece
    raise AssertionError(f"{whole!r} is no piece of the text")


TEXT = (
    "Nobody knew at first. "
    + "Something else was said. " * 30
    + "The boy’s passport was given up. "
    + "More was said. " * 30
    + "His passport came back."
)


def test_an_extract_shows_the_place_that_matched_and_marks_the_words() -> None:
    runs = extract(TEXT, looked_for("passports given"), length=120)
    assert marked(runs) == ["passport", "given"]
    assert runs[0][0].startswith("… ")
    assert runs[-1][0].endswith(" …")
    assert len(shown(TEXT, runs)) <= 120


def test_an_extract_of_a_text_that_fits_is_the_text() -> None:
    assert extract("A passport.", looked_for("passport")) == [
        ("A ", False),
        ("passport", True),
        (".", False),
    ]


def test_an_extract_without_a_match_is_the_beginning() -> None:
    for stems in (looked_for("laptop"), {}):
        ((words, matched),) = extract(TEXT, stems, length=60)
        assert not matched
        assert words.startswith("Nobody knew at first.")
        assert words.endswith(" …")


def test_an_empty_text_has_an_empty_extract() -> None:
    assert extract("", looked_for("passport")) == []


def test_markup_in_a_text_is_left_to_the_template() -> None:
    text = "<b>a & b</b> <script>passport</script>"
    assert "".join(words for words, _ in extract(text, looked_for("passport"))) == text


def test_what_tells_more_is_shown_rather_than_what_stands_often() -> None:
    text = "school " * 60 + "and nothing " * 30 + "a passport came." + " And nothing." * 30
    assert marked(extract(text, {"school": 0.1, "passport": 3.0})) == ["passport"]


@settings(max_examples=200, deadline=None)
@given(gap=st.integers(1, LENGTH - 20), before=st.integers(0, 200))
def test_two_matches_that_fit_into_one_extract_are_both_shown(gap: int, before: int) -> None:
    text = ". " * before + "passport" + "." * gap + "mentor" + " ." * 300
    assert marked(extract(text, looked_for("passport mentor"))) == ["passport", "mentor"]


PLAIN = [
    "the",
    "child",
    "met",
    "somebody",
    "there.",
    "and",
    "then",
    "nothing",
    "passing",
    "mention",
]
MATCHING = ["passport", "passport,", "mentor", "mentor’s", "s.47", "M.A.S.H."]


@settings(max_examples=300, deadline=None)
@given(
    words=st.lists(st.sampled_from([*PLAIN * 3, *MATCHING]), max_size=150),
    length=st.integers(40, 300),
)
def test_an_extract_is_a_piece_of_the_text_with_its_matches_marked(
    words: list[str], length: int
) -> None:
    text = " ".join(words)
    stems = looked_for("passport mentor mash section 47")
    runs = extract(text, stems, length)
    piece = shown(text, runs)
    assert len(piece) <= length
    said = [
        piece[token.start : token.end] for token in analysis.tokens(piece) if token.stem in stems
    ]
    assert marked(runs) == said
    assert bool(marked(runs)) == any(word in MATCHING for word in words)
    assert all(run for run, _ in runs)


@settings(max_examples=300, deadline=None)
@given(text=ANYTHING, query=ANYTHING, length=st.integers(40, 300))
def test_any_text_has_an_extract_in_which_only_what_was_looked_for_is_marked(
    text: str, query: str, length: int
) -> None:
    asked = looked_for(query) | looked_for(text[:20])
    runs = extract(text, asked, length)
    assert len(shown(text, runs)) <= length
    assert all(analysis.stem(word) in asked for word in marked(runs))


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.sampled_from("abs4.7 '’_-SE\u0301é"), max_size=40))
@example(text="section 47 and 47 others")
@example(text="a M.A.S.H. team and A.S.H.")
def test_each_word_that_was_looked_for_is_marked_and_no_other(text: str) -> None:
    for asked in analysis.stems(text):
        places = [text[t.start : t.end] for t in analysis.tokens(text) if t.stem == asked]
        assert marked(extract(text, {asked: 1.0})) == places


def test_every_word_of_the_library_is_marked_when_it_is_looked_for() -> None:
    files = [*(ROOT / "content").rglob("*.md"), ROOT / "content" / "search-words.yaml"]
    written = {
        text[token.start : token.end]
        for text in (file.read_text(encoding="utf-8") for file in files)
        for token in analysis.tokens(text)
    }
    assert len(written) > 2000
    missed = [word for word in written if marked(extract(word, looked_for(word))) != [word]]
    assert sorted(missed) == []


@pytest.mark.parametrize(
    ("looked", "stands"),
    [
        ("man", "men"),
        ("woman", "women"),
        ("child", "children"),
        ("lie", "lying"),
        ("die", "dying"),
        ("taken", "took"),
        ("given", "gave"),
        ("think", "thought"),
        ("judgment", "judgement"),
        ("paediatric", "pediatric"),
        ("neighbourhood", "neighborhood"),
        ("mum", "mom"),
        ("referral", "refer"),
        ("laboratory", "laboratories"),
        ("section 47", "s.47"),
        ("s47", "Section 47"),
        ("MASH", "M.A.S.H."),
        ("m.a.s.h.", "MASH"),
    ],
)
def test_a_word_is_marked_in_each_form_in_which_it_is_found(looked: str, stands: str) -> None:
    assert analysis.stems(looked) == analysis.stems(stands)
    assert extract(f"“{stands}”, they said.", looked_for(looked)) == [
        ("“", False),
        (stands, True),
        ("”, they said.", False),
    ]
