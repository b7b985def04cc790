"""What may be answered to a question of a profile, and how it is kept and said."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.authorities.answers import (
    UNANSWERED,
    Said,
    check,
    contact_problems,
    in_words,
    without_person,
)
from portal.authorities.models import State
from portal.authorities.questions import QUESTIONS, Kind
from portal.core.errors import DomainError

NOT_SETTLED, KEPT = Said(State.NOT_SETTLED), Said(State.PREFER_NOT_TO_SAY)
OWN, OTHERS = 1, {1, 2, 3}


def kept(key: str, value: Any) -> Said:
    return check(QUESTIONS[key], Said(State.GIVEN, value), authority_id=OWN, places=OTHERS)


@pytest.mark.parametrize(
    ("key", "value", "as_kept"),
    [
        ("tier", "early-help", "early-help"),
        ("circumstances", ["online", "home-education"], ["home-education", "online"]),
        ("circumstances", ["none"], ["none"]),
        ("capacity", 0, 0),
        ("capacity", 5, 5),
        ("handling_note", "  Two\r\nlines ", "Two\nlines"),
        ("conflicts", [3, 2, 3], [2, 3]),
    ],
)
def test_an_answer_has_one_form(key: str, value: Any, as_kept: Any) -> None:
    assert kept(key, value) == Said(State.GIVEN, as_kept)


@pytest.mark.parametrize(
    ("key", "value"),
    [("circumstances", []), ("handling_note", " \n "), ("conflicts", []), ("contacts", [{}])],
)
def test_nothing_is_no_answer(key: str, value: Any) -> None:
    assert kept(key, value) == UNANSWERED


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("tier", "not-settled"),
        ("tier", "unheard-of"),
        ("circumstances", ["online", "none"]),
        ("circumstances", ["unheard-of"]),
        ("capacity", 6),
        ("capacity", -1),
        ("capacity", "2"),
        ("capacity", True),
        ("handling_note", "a" * 501),
        ("conflicts", [OWN]),
        ("conflicts", [4]),
        ("contacts", [{"name": "Ann"}]),
        ("contacts", [{"name": f"Ann {n}", "phone": "1"} for n in range(4)]),
    ],
)
def test_what_cannot_be_answered_is_refused(key: str, value: Any) -> None:
    with pytest.raises(DomainError):
        kept(key, value)


def test_states_are_answers_where_they_are_offered() -> None:
    for question in QUESTIONS.values():
        for said, offered in ((NOT_SETTLED, question.may_be_open), (KEPT, question.may_be_kept)):
            if offered:
                assert check(question, said, authority_id=OWN) == said
            else:
                with pytest.raises(DomainError):
                    check(question, said, authority_id=OWN)


@given(st.sets(st.sampled_from(sorted(QUESTIONS["extremism"].terms.keys() - {"none"}))))
def test_the_order_of_ticks_means_nothing(chosen: set[str]) -> None:
    one, other = kept("extremism", sorted(chosen)), kept("extremism", sorted(chosen)[::-1])
    assert one == other


def test_answers_in_words() -> None:
    names = {2: "Leeds"}
    assert in_words(QUESTIONS["tier"], kept("tier", "early-help"), names) == ["Early help"]
    assert in_words(QUESTIONS["tier"], NOT_SETTLED, names) == ["Not settled"]
    assert in_words(QUESTIONS["tier"], KEPT, names) == ["Prefer not to say"]
    assert in_words(QUESTIONS["tier"], UNANSWERED, names) == ["No answer"]
    assert in_words(QUESTIONS["tier"], Said(State.GIVEN, "former"), names) == ["former"]
    both = in_words(QUESTIONS["conflicts"], Said(State.GIVEN, [2, 9]), names)
    assert both == ["Leeds", "Authority 9"]
    people = [{"name": "Ann", "job": "", "email": "ann@example.gov.uk", "phone": "1"}]
    said = Said(State.GIVEN, people)
    assert in_words(QUESTIONS["contacts"], said, names) == ["Ann, ann@example.gov.uk, 1"]


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=lambda question: question.key)
def test_every_state_can_be_said_of_every_question(question: Any) -> None:
    for state in State:
        if state != State.GIVEN:
            assert len(in_words(question, Said(state), {})) == 1
    assert isinstance(question.kind, Kind)


@pytest.mark.parametrize(
    ("person", "fields"),
    [
        ({"name": "Ann", "email": "ann@example.gov.uk"}, set()),
        ({"name": "Ann", "phone": "+44 (0)1632 960001 ext 3"}, set()),
        ({"name": "Ann", "phone": "ask me"}, {"phone"}),
        ({"name": "Ann", "email": "ann at example"}, {"email"}),
        ({"job": "Head"}, {"name", "email"}),
        ({"name": "A" * 101, "phone": "1"}, {"name"}),
    ],
)
def test_what_is_wrong_with_a_contact_is_said_by_field(
    person: dict[str, str], fields: set[str]
) -> None:
    assert contact_problems(person).keys() == fields


def test_a_person_is_known_by_address_and_by_name_at_their_own_domain_alone() -> None:
    def contact(name: str, email: str) -> dict[str, str]:
        return {"name": name, "job": "", "email": email, "phone": "1"}

    theirs = [
        contact("A. Smith", "ann@example.gov.uk"),
        contact("ann smith", ""),
        contact("Ann Smith", "team@example.gov.uk"),
    ]
    others = [contact("Ann Smith", "ann@elsewhere.gov.uk"), contact("Bo", "bo@example.gov.uk")]
    assert without_person([*theirs, *others], ["Ann@example.gov.uk"], "Ann Smith") == others
