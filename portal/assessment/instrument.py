"""What the self-assessment asks, read from `content/assessment/`. Pure: no database, no Flask.

How the wordings were made, and what was not tested, is in `docs/self-assessment.md`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import ConfigDict, StringConstraints, TypeAdapter, ValidationError, with_config

DONT_KNOW = "dont-know"
DONT_KNOW_LABEL = "Don’t know"
NO_FURTHER_ACTION = "no-further-action"
NO_FURTHER_ACTION_LABEL = "No further action"

SCALE: tuple[tuple[int, str], ...] = (
    (1, "Strongly disagree"),
    (2, "Disagree"),
    (3, "Neither agree nor disagree"),
    (4, "Agree"),
    (5, "Strongly agree"),
)
"""The five points of an item, lowest first. "Don’t know" is offered beside them and is no point."""

SURENESS: tuple[tuple[int, str], ...] = (
    (1, "Not sure at all"),
    (2, "A little sure"),
    (3, "Fairly sure"),
    (4, "Sure"),
    (5, "Very sure"),
)
"""How sure someone is who placed a case; not asked of those who do not know."""

TIERS: tuple[tuple[str, str], ...] = (
    ("child-protection", "Child protection"),
    ("early-help", "Early help"),
    ("community-safety", "Community safety"),
    ("universal-services", "Universal services"),
    ("police-led", "Police-led"),
)
"""Who can hold a case: the response tiers of the library, in its order."""

PLACES: tuple[tuple[str, str], ...] = (
    *TIERS,
    (NO_FURTHER_ACTION, NO_FURTHER_ACTION_LABEL),
    (DONT_KNOW, DONT_KNOW_LABEL),
)
"""Everything that can be answered to a vignette: a tier, that nobody need hold it, or not known."""

THEMES = ("agreement", "families", "partners", "legitimacy")
ITEMS_IN_A_THEME = 3
VIGNETTES = range(4, 7)
WORDS_OF_A_VIGNETTE = range(60, 91)
MINUTES_OF_A_MEETING = 60

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]*$")]
Need = Annotated[str, StringConstraints(pattern=r"^N([1-9]|[1-6]\d|7[0-3])$")]
Reference = Annotated[str, StringConstraints(pattern=r"^(guidance|protocol)-\d{3,}$")]


@dataclass(frozen=True)
class Theme:
    """One of the four themes that items belong to."""

    key: Key
    label: Text
    about: Text


@dataclass(frozen=True)
class Item:
    """A statement that is answered on `SCALE`."""

    key: Key
    theme: Literal["agreement", "families", "partners", "legitimacy"]
    text: Text
    favourable: Literal["high", "low", "none"]
    """Whether agreeing means confidence, doubt, or neither: a position, of which none is better."""
    rests_on: tuple[Need, ...]
    prompts: tuple[Text, ...]
    position_text: Text = ""
    """The statement as a lead answers it for the authority."""

    def __post_init__(self) -> None:
        if not self.position_text:
            object.__setattr__(self, "position_text", self.text)


@dataclass(frozen=True)
class Vignette:
    """A short invented case that is put in one of `PLACES`. No answer is right."""

    key: Key
    title: Text
    text: Text
    source_of_harm: tuple[Key, ...]
    ideology: Text
    rests_on: tuple[Need, ...]
    prompts: tuple[Text, ...]


@dataclass(frozen=True)
class NextStep:
    """Something to do about a theme, with the reference of the document that helps."""

    text: Text
    reference: Reference


@dataclass(frozen=True)
class Step:
    """A part of the meeting."""

    minutes: int
    title: Text
    text: Text


@dataclass(frozen=True)
class Kit:
    """What someone needs to lead a meeting about the results."""

    purpose: Text
    before: tuple[Text, ...]
    agenda: tuple[Step, ...]
    ground_rules: tuple[Text, ...]
    record: tuple[Text, ...]


@dataclass(frozen=True)
class Instrument:
    """One edition of the self-assessment, in the order in which it is asked."""

    edition: Annotated[str, StringConstraints(pattern=r"^\d{4}-[1-9]$")]
    intro: Text
    position_intro: Text
    vignette_intro: Text
    vignette_question: Text
    sureness_question: Text
    themes: tuple[Theme, ...]
    items: tuple[Item, ...]
    vignettes: tuple[Vignette, ...]
    next_steps: Mapping[str, tuple[NextStep, ...]]
    kit: Kit


for _part in (Theme, Item, Vignette, NextStep, Step, Kit, Instrument):
    # a misspelt field would otherwise be dropped without a word
    with_config(ConfigDict(extra="forbid"))(_part)
_FORM = TypeAdapter(Instrument)


def read(path: Path) -> Instrument:
    """Read an edition.

    Raises `ValueError` with the file and everything that is wrong with it: a field that is missing,
    unknown or empty, or a rule of the instrument that does not hold.
    """
    with path.open(encoding="utf-8") as file:
        data = yaml.load(file, Loader=yaml.CSafeLoader)
    try:
        instrument = _FORM.validate_python(data)
    except ValidationError as error:
        said = "; ".join(_said(one) for one in error.errors())
        raise ValueError(f"{path}: {said}") from None
    problems = list(_problems(instrument))
    if problems:
        raise ValueError(f"{path}: {'; '.join(problems)}")
    return instrument


def _said(error: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"])
    return f"{where} {error['msg']}".strip()


def _problems(instrument: Instrument) -> Iterable[str]:
    yield from _problems_of_keys(instrument)
    yield from _problems_of_themes(instrument)
    yield from _problems_of_vignettes(instrument.vignettes)
    minutes = sum(step.minutes for step in instrument.kit.agenda)
    if minutes != MINUTES_OF_A_MEETING:
        yield f"the agenda takes {minutes} minutes and must take {MINUTES_OF_A_MEETING}"
    for one in _asked(instrument):
        if not one.prompts:
            yield f"give {one.key} a prompt for the meeting"
        if not one.rests_on:
            yield f"say what {one.key} rests on"


def _asked(instrument: Instrument) -> list[Item | Vignette]:
    return [*instrument.items, *instrument.vignettes]


def _problems_of_keys(instrument: Instrument) -> Iterable[str]:
    # items and vignettes stand in one form, so their keys may not meet either
    keys = Counter(one.key for one in _asked(instrument))
    for key, times in keys.items():
        if times > 1:
            yield f"the key {key} is used {times} times"


def _problems_of_themes(instrument: Instrument) -> Iterable[str]:
    if [theme.key for theme in instrument.themes] != list(THEMES):
        yield f"the themes must be {', '.join(THEMES)}, in this order"
    if set(instrument.next_steps) != set(THEMES) or not all(instrument.next_steps.values()):
        yield f"give next_steps for each of {', '.join(THEMES)}, and for no other theme"
    for theme in THEMES:
        directions = Counter(item.favourable for item in instrument.items if item.theme == theme)
        if directions.total() != ITEMS_IN_A_THEME:
            yield f"{theme} has {directions.total()} items and must have {ITEMS_IN_A_THEME}"
        # as many of each, so that saying yes to everything leaves a theme in the middle
        elif not directions["high"] == directions["low"] >= 1:
            yield f"{theme} must have as many favourable: high as favourable: low, at least one"


def _problems_of_vignettes(vignettes: tuple[Vignette, ...]) -> Iterable[str]:
    if len(vignettes) not in VIGNETTES:
        yield f"there are {len(vignettes)} vignettes and must be {VIGNETTES[0]} to {VIGNETTES[-1]}"
    for vignette in vignettes:
        words = len(re.findall(r"\S+", vignette.text))
        if words not in WORDS_OF_A_VIGNETTE:
            low, high = WORDS_OF_A_VIGNETTE[0], WORDS_OF_A_VIGNETTE[-1]
            yield f"{vignette.key} has {words} words and must have {low} to {high}"
