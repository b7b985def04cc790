"""How a profile is shown: answers in words, how far each section is, who said it and as what."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from portal.authorities import answers
from portal.authorities.models import Capacity, Origin
from portal.authorities.profiles import Answer, Profile
from portal.authorities.questions import QUESTIONS, Question, Section
from portal.core.permissions import Actor

AS: Mapping[Capacity, str] = {
    Capacity.LEAD: "A strategic lead",
    Capacity.CURATOR: "A curator",
    Capacity.OPERATOR: "Loaded from a file",
}


def who(answer: Answer, names: Mapping[int, str]) -> str:
    """Return who gave an answer: by name as long as that is kept, else as what."""
    name = names.get(answer.by_id or 0)
    return f"{name} ({AS[answer.capacity].lower()})" if name else AS[answer.capacity]


def area_of(actor: Actor, authority_id: int) -> str:
    """Return the part of the navigation that somebody comes from to an authority."""
    own = {place for _, place in actor.memberships}
    return "authority" if authority_id in own else "authorities"


@dataclass(frozen=True)
class SectionState:
    """How far a section is."""

    section: Section
    missing: list[str]
    """Questions without an answer of the authority's own, those that may be left out aside."""
    asked: int

    @property
    def answered(self) -> int:
        """How many questions have an answer."""
        return self.asked - len(self.missing)


def state_of(section: Section, profile: Profile) -> SectionState:
    """Return how far a section is."""
    needed = [question for question in section.questions if not question.optional]
    missing = [question.label for question in needed if question.key not in profile.stated]
    return SectionState(section, missing, len(needed))


@dataclass(frozen=True)
class Shown:
    """An answer in words."""

    lines: list[str]
    answer: Answer

    @property
    def inferred(self) -> bool:
        """Whether it is inferred."""
        return self.answer.origin == Origin.INFERRED


def shown(answer: Answer, names: Mapping[int, str]) -> Shown:
    """Return an answer in words; `names` are those of authorities by id."""
    return Shown(answers.in_words(QUESTIONS[answer.question], answer.said, names), answer)


@dataclass(frozen=True)
class Told:
    """A question with what is known in answer to it: stated first, then inferred."""

    question: Question
    known: list[Shown]


def told(
    sections: Collection[Section], profile: Profile, names: Mapping[int, str]
) -> list[tuple[Section, list[Told]]]:
    """Return what is known in answer to the questions of sections."""
    return [
        (section, [_of_question(question, profile, names) for question in section.questions])
        for section in sections
    ]


def _of_question(question: Question, profile: Profile, names: Mapping[int, str]) -> Told:
    found = (profile.stated.get(question.key), profile.inferred.get(question.key))
    return Told(question, [shown(one, names) for one in found if one])
