"""What staff are asked favours no position, and a file that breaks its rules is refused."""

import copy
import hashlib
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from portal.assessment import instrument
from portal.assessment.instrument import PLACES, SCALE, SURENESS, THEMES, TIERS, Instrument
from portal.core.config import ROOT
from portal.library import content, vocabularies

CONTENT = ROOT / "content"
EDITIONS = sorted((CONTENT / "assessment").glob("*.yaml"))
REAL = EDITIONS[-1]
"""The edition in use."""
PINNED = {"2026-1": "2b95b71a2f6b"}
"""What each edition asks, in twelve digits of a hash."""
READ = instrument.read(REAL)
DATA: dict[str, Any] = yaml.safe_load(REAL.read_text(encoding="utf-8"))
WORDS = vocabularies.read(CONTENT / "vocabularies.yaml")
ASKED = [*READ.items, *READ.vignettes]


@pytest.fixture
def data() -> dict[str, Any]:
    """The real file, to be broken."""
    return copy.deepcopy(DATA)


def refused(data: object, folder: Path) -> str:
    path = folder / "assessment.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ValueError, match=r"assessment\.yaml") as caught:
        instrument.read(path)
    return str(caught.value)


# ---- what is asked


def test_there_are_three_items_for_each_theme() -> None:
    assert len(READ.items) == 12
    for theme in THEMES:
        assert sum(item.theme == theme for item in READ.items) == 3


def test_saying_yes_or_no_to_everything_shows_no_confidence_in_any_theme() -> None:
    for theme in THEMES:
        for answer, _ in SCALE:
            turned = {"high": answer, "low": 6 - answer}
            counted = [
                turned[item.favourable]
                for item in READ.items
                if item.theme == theme and item.favourable != "none"
            ]
            assert sum(counted) / len(counted) == 3


def test_no_theme_and_no_direction_comes_twice_in_a_row() -> None:
    for one, other in zip(READ.items, READ.items[1:], strict=False):
        assert one.theme != other.theme
        assert one.favourable != other.favourable


def test_each_theme_asks_for_one_position_that_counts_for_nothing() -> None:
    for theme in THEMES:
        positions = [i for i in READ.items if i.theme == theme and i.favourable == "none"]
        assert len(positions) == 1
        # a position reads the same for staff and for the lead who signs it
        assert positions[0].position_text == positions[0].text
        assert "N2" in positions[0].rests_on or "N4" in positions[0].rests_on


def test_a_statement_about_oneself_is_turned_for_the_lead() -> None:
    for item in READ.items:
        assert not re.search(r"\b(?:I|my|me|myself)\b", item.position_text), item.key
        if re.search(r"\b(?:I|[Mm]y|me|myself)\b", item.text):
            assert item.position_text != item.text


@pytest.mark.parametrize(
    "needs",
    [{"N70"}, {"N16"}, {"N29", "N30"}, {"N3", "N8"}],
    ids=lambda needs: "-".join(sorted(needs)),
)
def test_what_the_research_asks_for_is_asked(needs: set[str]) -> None:
    assert any(needs <= set(item.rests_on) for item in READ.items)


def test_invented_cases_differ_in_their_sources_of_harm_and_in_ideology() -> None:
    known = set(WORDS["source_of_harm"].terms)
    for vignette in READ.vignettes:
        assert set(vignette.source_of_harm) <= known
    sources = {source for vignette in READ.vignettes for source in vignette.source_of_harm}
    assert {"online", "family-travel", "recruiter", "own-statements"} <= sources
    ideologies = [vignette.ideology for vignette in READ.vignettes]
    assert "Far right" in ideologies
    assert "Mixed or unclear" in ideologies
    assert len(set(ideologies)) == len(ideologies)


def test_readers_are_told_that_the_cases_are_invented_and_no_answer_is_right() -> None:
    assert "invented" in READ.vignette_intro
    assert "no right place" in READ.vignette_intro
    assert "No answer is right" in READ.intro


def test_nobody_in_an_invented_case_has_a_name() -> None:
    for vignette in READ.vignettes:
        inside = re.findall(r"(?<![.?!] )(?<!^)\b[A-Z][a-z]+", vignette.text)
        assert inside == [], vignette.key


def test_sentences_are_short() -> None:
    for sentence in re.split(r"(?<=[.?!])\s", " ".join(_texts(asdict(READ)))):
        assert len(sentence.split()) <= 25, sentence


def test_places_are_those_of_the_library_and_two_more() -> None:
    terms = WORDS["response_tier"].terms
    unlike = {"not-settled", "not-stated"}  # what a document says of a source, no place
    assert dict(TIERS) == {key: label for key, label in terms.items() if key not in unlike}
    assert dict(PLACES) == {
        **dict(TIERS),
        "no-further-action": "No further action",
        "dont-know": "Don’t know",
    }


def test_themes_are_called_what_the_library_calls_them() -> None:
    terms = WORDS["themes"].terms
    assert {theme.key: theme.label for theme in READ.themes} == {
        key: label for key, label in terms.items() if key != "not-stated"
    }


@pytest.mark.parametrize("scale", [SCALE, SURENESS], ids=["agree", "sure"])
def test_scales_have_five_points_that_read_differently(
    scale: tuple[tuple[int, str], ...],
) -> None:
    assert [point for point, _ in scale] == [1, 2, 3, 4, 5]
    assert len({label for _, label in scale}) == 5


def test_next_steps_lead_to_documents_that_every_reader_may_read() -> None:
    items, problems = content.read_folder(CONTENT, WORDS, [])
    published = {item.id: item for item in items}
    for theme in THEMES:
        for step in READ.next_steps[theme]:
            assert step.reference in published, f"{step.reference}: {problems}"
            assert published[step.reference].fields["audience"] == "readers"


def test_the_meeting_takes_an_hour_and_says_what_is_kept_private() -> None:
    assert sum(step.minutes for step in READ.kit.agenda) == 60
    rules = " ".join(READ.kit.ground_rules)
    for said in ("open and honest", "private", "Debate is healthy"):
        assert said in rules
    for vignette in READ.vignettes:
        assert vignette.prompts[0] == "What would make you place it elsewhere?"


@pytest.mark.parametrize("path", EDITIONS, ids=lambda path: path.stem)
def test_what_an_edition_asks_never_changes(path: Path) -> None:
    edition = instrument.read(path)
    asked = [
        [[one.key, one.text, one.theme, one.favourable] for one in edition.items],
        [one.position_text for one in edition.items],
        [[one.key, one.title, one.text] for one in edition.vignettes],
        [edition.intro, edition.position_intro, edition.vignette_intro],
        [edition.vignette_question, edition.sureness_question],
        [SCALE, SURENESS, PLACES],
    ]
    digest = hashlib.sha256(json.dumps(asked, ensure_ascii=False).encode()).hexdigest()[:12]
    assert edition.edition == path.stem
    assert PINNED.get(edition.edition) == digest, (
        "to change what is asked, add a file with a new edition, and write its digest here"
    )


def test_the_documentation_says_what_every_wording_rests_on() -> None:
    text = (ROOT / "docs" / "self-assessment.md").read_text(encoding="utf-8")
    for one in ASKED:
        row = next(line for line in text.splitlines() if line.startswith(f"| `{one.key}` |"))
        assert set(re.findall(r"N\d+", row)) == set(one.rests_on), one.key


# ---- a file that breaks the rules


def test_an_unknown_field_is_refused_by_name(data: dict[str, Any], tmp_path: Path) -> None:
    data["items"][0]["favorable"] = "high"
    assert "items.0.favorable" in refused(data, tmp_path)


@pytest.mark.parametrize("field", ["edition", "items", "vignettes", "themes", "next_steps", "kit"])
def test_a_missing_part_is_refused_by_name(
    data: dict[str, Any], tmp_path: Path, field: str
) -> None:
    del data[field]
    assert field in refused(data, tmp_path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", "   "),
        ("theme", "money"),
        ("favourable", "yes"),
        ("rests_on", ["N74"]),
        ("rests_on", []),
        ("prompts", []),
        ("key", "Who to call"),
    ],
)
def test_a_wrong_value_is_refused_by_name(
    data: dict[str, Any], tmp_path: Path, field: str, value: object
) -> None:
    data["items"][0][field] = value
    said = refused(data, tmp_path)
    assert field in said or data["items"][0]["key"] in said


def test_everything_that_is_wrong_is_said_at_once(data: dict[str, Any], tmp_path: Path) -> None:
    data["kit"]["agenda"][0]["minutes"] += 5
    data["vignettes"][1]["text"] = "Too short."
    said = refused(data, tmp_path)
    assert "the agenda takes 65 minutes and must take 60" in said
    assert "clips has 2 words and must have 60 to 90" in said


def test_an_item_too_few_is_refused(data: dict[str, Any], tmp_path: Path) -> None:
    gone = data["items"].pop()
    assert f"{gone['theme']} has 2 items and must have 3" in refused(data, tmp_path)


def test_a_theme_that_agreeing_alone_would_lift_is_refused(
    data: dict[str, Any], tmp_path: Path
) -> None:
    for item in data["items"]:
        if item["key"] == "blame":
            item["favourable"] = "high"
    assert "legitimacy must have as many favourable: high as" in refused(data, tmp_path)


def test_an_item_and_a_case_of_one_key_are_refused(data: dict[str, Any], tmp_path: Path) -> None:
    data["vignettes"][0]["key"] = data["items"][0]["key"]
    assert "the key training is used 2 times" in refused(data, tmp_path)


@pytest.mark.parametrize("number", [3, 7])
def test_too_few_and_too_many_cases_are_refused(
    data: dict[str, Any], tmp_path: Path, number: int
) -> None:
    one = data["vignettes"][0]
    data["vignettes"] = [{**one, "key": f"case-{chr(97 + at)}"} for at in range(number)]
    assert f"there are {number} vignettes and must be 4 to 6" in refused(data, tmp_path)


def test_next_steps_of_an_unknown_theme_are_refused(data: dict[str, Any], tmp_path: Path) -> None:
    data["next_steps"]["money"] = data["next_steps"].pop("partners")
    assert "give next_steps for each of agreement, families" in refused(data, tmp_path)


def test_themes_in_another_order_are_refused(data: dict[str, Any], tmp_path: Path) -> None:
    data["themes"].reverse()
    assert "the themes must be agreement, families" in refused(data, tmp_path)


@pytest.mark.parametrize("nothing", [None, [], "words"])
def test_a_file_that_is_no_instrument_is_refused(nothing: object, tmp_path: Path) -> None:
    assert refused(nothing, tmp_path)


def test_an_edition_cannot_be_changed_once_read() -> None:
    assert isinstance(READ, Instrument)
    with pytest.raises(AttributeError):
        READ.items[0].text = "other words"  # type: ignore[misc]


def _texts(part: object) -> list[str]:
    match part:
        case str():
            return [part]
        case dict():
            return [text for value in part.values() for text in _texts(value)]
        case list() | tuple():
            return [text for value in part for text in _texts(value)]
    return []
