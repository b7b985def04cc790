"""What could be plainer is marked at its place with a reason; what is plain is left alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.publishing.marks import TITLES, Kind, Mark
from portal.publishing.plain_language import mark, reading_age

GLOSSARY = ["MASH", "Multi-agency safeguarding hub", "British values", "CIN", "s47"]
LONG = "The worker went " + "and went " * 12 + "home."


def marks(text: str, kind: Kind) -> list[Mark]:
    return [one for one in mark(text, glossary=GLOSSARY) if one.kind == kind]


def marked(text: str, kind: Kind) -> list[str]:
    return [text[one.start : one.end] for one in marks(text, kind)]


SIGNS = st.sampled_from(
    ["the", "DSL", "extremist", "It was decided that", LONG, "strategy discussions", "https://x.uk"]
) | st.sampled_from(
    [
        ". ",
        " ",
        "\n",
        "\n\n",
        "- ",
        "| ",
        "|---|---|\n",
        "[",
        "](doc:case-003)",
        "`",
        "**",
        "“",
        "”",
    ]
)


@given(st.lists(SIGNS, max_size=40).map("".join) | st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_a_mark_is_always_at_words_of_the_text_itself(text: str) -> None:
    for one in mark(text, glossary=[]):
        assert text[one.start : one.end].strip() == text[one.start : one.end] != ""
        assert one.why
        assert one.hint


def test_every_kind_of_mark_has_a_name_for_the_page() -> None:
    assert set(TITLES) == set(Kind)


# ---- Sentences


def test_a_sentence_of_more_than_25_words_is_marked_with_its_number_of_words() -> None:
    text = f"He came. {LONG} She left."
    (found,) = marks(text, Kind.LONG_SENTENCE)
    assert text[found.start : found.end] == LONG
    assert "28 words" in found.why


def test_a_sentence_of_25_words_is_left_alone() -> None:
    assert marked("word " * 24 + "word.", Kind.LONG_SENTENCE) == []


@pytest.mark.parametrize(
    "text",
    [
        "# " + LONG,
        "- a few words of an entry\n" * 10,
        "| a few words | of a cell |\n|---|---|\n" + "| a few words | of a cell |\n" * 10,
        "Three words here.\n\n" * 12,
        "See [the guide](https://example.org/a/very/long/address/of/many/words/and/more/of/them).",
        "    " + LONG,
    ],
    ids=["heading", "entries", "cells", "paragraphs", "address", "code"],
)
def test_what_is_no_long_sentence_is_not_counted_as_one(text: str) -> None:
    assert marked(text, Kind.LONG_SENTENCE) == []


def test_a_short_form_and_an_initial_end_no_sentence() -> None:
    start = "Bring what you have, e.g. The list, for Dr. J. Smith and others"
    text = f"{start} {'and others ' * 10}here."
    assert marked(text, Kind.LONG_SENTENCE) == [text]


def test_the_place_of_a_sentence_is_that_in_the_markdown() -> None:
    text = f"## Heading\r\n\r\n> **Look:** see [it](doc:case-003). {LONG}\r\n"
    assert marked(text, Kind.LONG_SENTENCE) == [LONG]


# ---- Abbreviations and words of the trade


def test_an_abbreviation_that_nobody_explains_is_marked_once() -> None:
    assert marked("The DSL rang. The DSL wrote.", Kind.ABBREVIATION) == ["DSL"]


@pytest.mark.parametrize(
    "text",
    [
        "The MASH called. All MASHs do.",
        "The designated safeguarding lead (DSL) rang. The DSL wrote.",
        "The DSL (designated safeguarding lead) rang.",
        "The Department for Education (DfE) wrote.",
        "The NHS and a GP in the UK, at GOV.UK, on TV.",
        "Report DFE-RR555 of the Department, part II.",
        "Do NOT ring home. You MUST ask first.",
        "The note was headed “TERRORISM CONCERN”.",
        "## WHO TO CALL TODAY",
        "Write to `ABC` or to [us](https://example.org/ABC/DEF).",
    ],
    ids=[
        "glossary",
        "explained before",
        "explained behind",
        "small letters",
        "everyday",
        "number of a report",
        "stress",
        "words told",
        "heading in capitals",
        "code and address",
    ],
)
def test_an_abbreviation_that_needs_no_words_is_left_alone(text: str) -> None:
    assert marked(text, Kind.ABBREVIATION) == []


def test_brackets_with_something_else_in_them_explain_nothing() -> None:
    assert marked("The DSL (a kind man) rang.", Kind.ABBREVIATION) == ["DSL"]


def test_a_word_of_the_trade_is_marked_with_plain_words_unless_the_glossary_has_it() -> None:
    text = "They held strategy discussions. A strategy discussion is quick."
    (found,) = marks(text, Kind.JARGON)
    assert text[found.start : found.end] == "strategy discussions"
    assert "talk between social care" in found.hint
    assert not [one for one in mark(text, glossary=["Strategy discussion"]) if one.kind == "jargon"]


# ---- Contested words


@pytest.mark.parametrize(
    "text",
    [
        "He was radicalised.",
        "An extremist wrote to her.",
        "They thought he was a terrorist.",
        "A jihadi called.",
        "Lessons about British values.",
        "She is at risk of radicalisation.",
        "A vulnerable child.",
        "This group is hard to reach.",
        "Prevent is toxic there.",
        "The family failed to engage.",
    ],
)
def test_a_contested_word_is_marked_once_with_why_and_what_to_think_about(text: str) -> None:
    (found,) = marks(text, Kind.CONTESTED)
    assert found.why.endswith(".")
    assert found.hint


def test_a_contested_word_is_marked_at_its_first_use_with_how_often_it_stands_there() -> None:
    text = "A vulnerable boy. A vulnerable girl."
    (found,) = marks(text, Kind.CONTESTED)
    assert found.start == text.index("vulnerable")
    assert "2 times" in found.why


@pytest.mark.parametrize(
    "text",
    [
        "Some staff disliked “British values” as a name.",
        "He feared being called a terrorist.",
        "Views that people call [extremist](doc:term-002) can be lawful.",
        "[Extremist](doc:term-002) is a word with two definitions.",
        "The Safeguarding Vulnerable Groups Act 2006 applies.",
        "Terrorist content can be reported.",
        "A word on radicalisation and counter-terrorism police.",
        "The child had been talking about extremes.",
    ],
    ids=["quoted", "called", "call", "linked", "Act", "in law", "subject", "other word"],
)
def test_a_word_that_is_told_or_a_name_is_left_alone(text: str) -> None:
    assert marked(text, Kind.CONTESTED) == []


def test_a_phrase_is_marked_once_and_not_for_the_word_inside_it() -> None:
    text = "A child at risk of being radicalised."
    assert marked(text, Kind.CONTESTED) == ["at risk of being radicalised"]


# ---- Who


def test_a_decision_that_nobody_took_is_marked() -> None:
    assert marked("It was decided that he could stay.", Kind.NOBODY_NAMED) == ["It was decided"]


@pytest.mark.parametrize(
    "text",
    ["The panel decided that he could stay.", "It was raining.", "The case was closed in May."],
)
def test_a_sentence_that_hides_no_decision_is_left_alone(text: str) -> None:
    assert marked(text, Kind.NOBODY_NAMED) == []


# ---- Reading age


def test_the_reading_age_is_that_of_the_published_formula() -> None:
    # 4 letters a word, 10 words a sentence: 18.84 + 5 - 21.43 = 2.41, rounded up 3, and 4
    text = ("This word " * 5).strip() + ". "
    found = reading_age(text * 10)
    assert found is not None
    assert (found.age, found.words, found.sentences) == (7, 100, 10)


def test_a_few_words_have_no_reading_age() -> None:
    assert reading_age("Call the police. " * 20) is None


def test_headings_tables_and_addresses_do_not_make_a_text_look_harder() -> None:
    text = "We went home at noon and ate. " * 20
    more = (
        "\n\n## Notwithstanding\n\n| Administration | Considerations |\n|---|---|\n| x | y |\n\n"
        "See [us](https://example.org/internationalisation-considerations)."
    )
    plain, longer = reading_age(text), reading_age(text + more)
    assert plain is not None
    assert longer is not None
    assert plain.age == longer.age
