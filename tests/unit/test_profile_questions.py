"""The questions of a profile: keys that never change, and words that agree with the library's."""

from portal.authorities.forms import NO_ANSWER
from portal.authorities.models import State
from portal.authorities.questions import (
    CONTACTS,
    HELPING,
    MINUTES,
    NOTHING,
    QUESTIONS,
    SECTIONS,
    TIERS,
    TOPICS,
    Kind,
)
from portal.core.config import ROOT
from portal.library import vocabularies

KEYS = {
    "handling": [
        "tier",
        "other_tiers",
        "holds",
        "dedicated_team",
        "mash",
        "route",
        "handling_note",
    ],
    "situation": [
        *("prevalence", "prevent", "two_tier", "circumstances", "extremism"),
        *("case_volume", "training"),
    ],
    "moving": ["toward_tier", "toward_holds", "toward_mash", "toward_route", "moving_note"],
    "helping": ["hosting", "capacity", "offers", "asks_for_pairing", "wants", "conflicts"],
    "contacts": ["contacts"],
}
TERMS = {
    "tier": "child-protection early-help community-safety universal-services police-led",
    "holds": "spread named-lead dedicated-team",
    "mash": "yes no planned",
    "route": "front-door channel-panel prevent-police several",
    "prevalence": "low moderate high",
    "prevent": "yes no",
    "two_tier": "yes no",
    "circumstances": "asylum-seeking-children independent-faith-schools home-education "
    "travel-cases cross-border-schooling online diverse none",
    "case_volume": "0 1 2 3 4",
    "training": "0 1 2 3 4",
    "toward_tier": "no-change child-protection early-help community-safety universal-services "
    "police-led",
    "toward_holds": "no-change spread named-lead dedicated-team",
    "toward_mash": "no-change yes no",
    "toward_route": "no-change front-door channel-panel prevent-police several",
    "hosting": "yes not-now no",
    "asks_for_pairing": "yes not-now no",
}
"""What compares authorities rests on these words: whoever changes one migrates the answers."""


def test_keys_stay_as_they_are() -> None:
    found = {key: [q.key for q in one.questions] for key, one in SECTIONS.items()}
    assert found == KEYS
    assert {key: " ".join(QUESTIONS[key].terms) for key in TERMS} == TERMS


def test_a_key_stands_once_and_fits_its_column() -> None:
    assert len(QUESTIONS) == sum(len(one.questions) for one in SECTIONS.values())
    assert max(map(len, QUESTIONS)) <= 40


def test_tiers_and_themes_are_called_as_in_the_library() -> None:
    words = vocabularies.read(ROOT / "content" / "vocabularies.yaml")
    for ours, theirs in ((TIERS, "response_tier"), (TOPICS, "themes")):
        shared = ours.keys() & words[theirs].terms.keys()
        assert len(shared) >= 4
        assert {key: ours[key] for key in shared} == {
            key: words[theirs].terms[key] for key in shared
        }
    assert TIERS.keys() <= words["response_tier"].terms.keys()


def test_no_term_can_be_taken_for_a_state() -> None:
    states = {state.value for state in State} | {NO_ANSWER}
    for question in QUESTIONS.values():
        assert not states & question.terms.keys(), question.key


def test_a_list_that_can_be_empty_says_so() -> None:
    for question in QUESTIONS.values():
        if question.kind == Kind.MANY:
            assert NOTHING in question.terms, question.key


def test_it_takes_no_more_than_a_quarter_of_an_hour() -> None:
    assert MINUTES <= 15


def test_who_helps_and_contacts_are_neither_read_by_staff_nor_inferred() -> None:
    for section in (HELPING, CONTACTS):
        assert not section.read_by_staff
        assert not section.may_be_inferred
