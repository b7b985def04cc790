"""What a closed round says, made of released counts alone: rounded figures, words, pictures.

Everything that a page, a print or a file shows comes from an `Outcome`; nothing else reads counts.
"""

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.assessment import agreement, charts, release, subjects, waves
from portal.assessment.answer_forms import choices
from portal.assessment.editions import Editions
from portal.assessment.forms import stateable_choices
from portal.assessment.instrument import Instrument, Item, NextStep, Theme, Vignette
from portal.assessment.models import Position, Wave
from portal.assessment.release import Release, Shown, Withheld
from portal.assessment.subjects import Kind, Subject

WIDEST = 3
"""Questions that are named as those to talk about first."""
_WORDS = ((0.8, "much alike"), (0.6, "mostly alike"), (0.45, "in different ways"))
"""Words for agreement, from a value on. About .43 is what evenly spread answers give."""
_WORDS_OF_TIERS = ((0.85, "much alike"), (0.65, "mostly alike"), (0.4, "in different ways"))
"""The same for tiers, whose measure runs lower: evenly spread answers give .04, and half at each of
two tiers from .66 (child protection, early help) down to .16 (child protection, police-led)."""
_FARTHEST = "very differently"
BANDS = (*(words for _, words in _WORDS), _FARTHEST)
_INSIDE = dict(zip(BANDS, (0.9, 0.7, 0.5, 0.2), strict=True))
"""A value inside each band: all that is gone on with of a question that is told in words alone."""


def band(value: float, kind: Kind = Kind.ITEM) -> str:
    """Return agreement in words that finish "Staff answered …": one of `BANDS`."""
    words_from = _WORDS_OF_TIERS if kind == Kind.TIER else _WORDS
    return next((words for least, words in words_from if value >= least), _FARTHEST)


@dataclass(frozen=True)
class Figure:
    """Agreement on one question."""

    subject: Subject
    text: str
    value: float
    """Agreement from 0 to 1, in twentieths; one value for its whole band where `rough`."""
    low: float | None
    high: float | None
    """The interval around it, in twentieths, rounded outwards; `None` where `rough`."""
    stated: str | None
    """The words of the stated position."""
    steps: float | None
    """The mean distance from it, in steps of the scale; `None` without one or for a tier."""
    chance: agreement.Chance | None
    bars: tuple[charts.Bar, ...]
    """The distribution, where it may be shown."""
    apart: tuple[str, ...]
    """What is said of the answers beside the scale, where it may be."""

    @property
    def rough(self) -> bool:
        """Whether it is told in words alone: figures of so few would tell how each answered."""
        return self.low is None

    @property
    def words(self) -> str:
        """The agreement in words that finish "Staff answered …"."""
        return band(self.value, self.subject.kind)

    @property
    def id(self) -> str:
        """What names the question in a page."""
        return self.subject.name.replace(".", "-")

    @property
    def picture(self) -> Markup | None:
        """The distribution drawn, where it may be shown."""
        if not self.bars:
            return None
        return charts.distribution(self.bars, id=f"chart-{self.id}", title="How staff answered")

    @property
    def table(self) -> charts.Table | None:
        """The distribution as a table, where it may be shown."""
        return charts.distribution_table(self.bars) if self.bars else None

    @property
    def distance(self) -> str | None:
        """The distance to the stated position, in words; `None` without one."""
        if self.stated is None or self.chance is None:
            return None
        chance = _CHANCE[self.chance]
        if self.steps is None:
            return f"Answers lie {chance}."
        return f"Answers lie {_steps(self.steps)} from the stated position on average, {chance}."


_CHANCE: Mapping[agreement.Chance, str] = {
    agreement.Chance.CLOSER: "closer to it than chance would bring them",
    agreement.Chance.LIKE: "about as far from it as chance would bring them",
    agreement.Chance.FURTHER: "further from it than chance would bring them",
}


def _steps(steps: float) -> str:
    return f"{steps:.1f} step" if steps == 1 else f"{steps:.1f} steps"


@dataclass(frozen=True)
class Held:
    """A question of which nothing is shown, and why."""

    subject: Subject
    text: str
    why: str


@dataclass(frozen=True)
class ThemeOutcome:
    """A theme: its own agreement, and its questions."""

    theme: Theme
    estimate: charts.Estimate
    words: str | None
    """Finish "Staff answered …"; `None` where nothing may be shown."""
    questions: tuple[Figure | Held, ...]
    next_steps: tuple[NextStep, ...]


@dataclass(frozen=True)
class CaseOutcome:
    """A vignette: where staff would hold it, and how sure they were."""

    vignette: Vignette
    tier: Figure | Held
    sure: str | None


@dataclass(frozen=True)
class Outcome:
    """All that may be said about a round that is closed."""

    wave: Wave
    instrument: Instrument
    people: int
    """At least so many answered: a multiple of five; 0 says fewer than five."""
    themes: tuple[ThemeOutcome, ...]
    cases: tuple[CaseOutcome, ...]
    position: bool
    """Whether there was a signed position to compare the answers with."""
    rounds: tuple[tuple[int, tuple[charts.Estimate, ...]], ...]
    """Agreement by theme in this round and those before it: number, one estimate for each theme."""

    @property
    def about(self) -> str:
        """How many answered, in words."""
        return release.about(self.people)

    @property
    def figures(self) -> list[Figure]:
        """The questions that are shown, in the order of the instrument."""
        asked = [q for theme in self.themes for q in theme.questions]
        order = [subject.name for subject in subjects.of(self.instrument)]
        shown = [q for q in (*asked, *(case.tier for case in self.cases)) if isinstance(q, Figure)]
        return sorted(shown, key=lambda figure: order.index(figure.subject.name))

    @property
    def widest(self) -> list[Figure]:
        """The statements to talk about first: far from the stated position, or answered unalike.

        Goes by the figures that are shown, so that an order tells nothing more.
        """
        items = [figure for figure in self.figures if figure.subject.kind == Kind.ITEM]
        return sorted(items, key=lambda one: (-(one.steps or 0), one.value))[:WIDEST]

    @property
    def unalike_cases(self) -> list[CaseOutcome]:
        """The invented cases to talk about first, those shown before those that are not."""
        return sorted(
            self.cases,
            key=lambda case: case.tier.value if isinstance(case.tier, Figure) else 2.0,
        )[:2]

    @property
    def in_figures(self) -> bool:
        """Whether any theme has a figure: with few people there are words alone."""
        return any(estimate.value is not None for estimate in self._estimates)

    @property
    def picture(self) -> Markup:
        """Agreement by theme, drawn."""
        return charts.agreement(self._estimates, id="chart-themes", title="Agreement by theme")

    @property
    def table(self) -> charts.Table:
        """Agreement by theme as a table."""
        return charts.agreement_table(self._estimates)

    @property
    def _estimates(self) -> list[charts.Estimate]:
        return [theme.estimate for theme in self.themes]

    @property
    def courses(self) -> list[tuple[Theme, Markup, charts.Table]]:
        """Each theme over the rounds, drawn and as a table; none for a first round."""
        drawn = []
        for at, theme in enumerate(self.themes):
            course = [
                charts.Estimate(f"Round {number}", one.value, one.low, one.high)
                for number, estimates in self.rounds
                for one in (estimates[at],)
            ][-charts.MOST_WAVES :]
            if len(course) > 1 and any(one.value is not None for one in course):
                picture = charts.waves(
                    course, id=f"chart-rounds-{theme.theme.key}", title=theme.theme.label
                )
                drawn.append((theme.theme, picture, charts.waves_table(course)))
        return drawn


def outcome(session: Session, editions: Editions, wave: Wave) -> Outcome:
    """Return what may be said about a closed wave. Raises `NotFound` without its edition."""
    instrument = editions.of(wave.edition)
    closed = [
        one
        for one in waves.all_of(session, wave.authority_id)
        if not one.is_open and one.number <= wave.number
    ]
    counts = waves.counts_of(session, closed)
    released = release.releases(list(subjects.of(instrument)), [counts[one.id] for one in closed])
    position = session.get(Position, wave.position_id) if wave.position_id else None
    stated = position.stated if position else {}
    made = released[-1]
    return Outcome(
        wave=wave,
        instrument=instrument,
        people=made.people,
        themes=tuple(_theme(instrument, theme, made, stated) for theme in instrument.themes),
        cases=tuple(_case(instrument, one, made, stated) for one in instrument.vignettes),
        position=position is not None,
        rounds=tuple(
            (one.number, tuple(_estimate(instrument, theme, its) for theme in instrument.themes))
            for one, its in zip(closed, released, strict=True)
        ),
    )


# ---- One question


def _text(instrument: Instrument, subject: Subject) -> str:
    if subject.kind == Kind.ITEM:
        return _item(instrument, subject).text
    return next(v.title for v in instrument.vignettes if v.key == subject.key)


def _item(instrument: Instrument, subject: Subject) -> Item:
    return next(item for item in instrument.items if item.key == subject.key)


def _question(
    instrument: Instrument, subject: Subject, made: Release, stated: Mapping[str, str]
) -> Figure | Held:
    found = made.questions.get(subject.name, Withheld.FEW)
    text = _text(instrument, subject)
    if isinstance(found, Withheld):
        return Held(subject, text, found.value)
    position = stated.get(subject.name)
    value, low, high = _agreement(found)
    chance = _chance(found, position) if found.has_distribution else None
    return Figure(
        subject,
        text,
        value,
        low,
        high,
        stated=dict(stateable_choices(subject)).get(position) if position else None,
        steps=_distance(found, position),
        chance=chance,
        bars=_bars(found, position),
        apart=_apart(found),
    )


def _by_tier(found: Shown) -> dict[str, int]:
    return dict(zip(found.subject.on_scale, found.on_scale, strict=True))


def _agreement(found: Shown) -> tuple[float, float | None, float | None]:
    if found.subject.kind == Kind.TIER:
        value = agreement.tier_agreement(_by_tier(found))
    else:
        value = agreement.consensus(found.on_scale)
    if not found.has_distribution:
        return _INSIDE[band(_twentieth(value))], None, None
    if found.subject.kind == Kind.TIER:
        interval = agreement.tier_interval(_by_tier(found))
    else:
        interval = agreement.consensus_interval(found.on_scale)
    return _twentieths(value, interval)


def _twentieth(value: float) -> float:
    return round(value * 20) / 20


def _twentieths(value: float, interval: agreement.Interval) -> tuple[float, float, float]:
    """Round so that nobody works the counts out again; an interval never narrower than it is."""
    low = math.floor(interval.low * 20 + 1e-9) / 20
    high = math.ceil(interval.high * 20 - 1e-9) / 20
    value = _twentieth(value)
    return value, max(min(low, value), 0.0), min(max(high, value), 1.0)


def _chance(found: Shown, position: str | None) -> agreement.Chance | None:
    if position is None or position not in found.subject.on_scale:
        return None
    if found.subject.kind == Kind.TIER:
        return agreement.tier_against_chance(_by_tier(found), position)
    return agreement.against_chance(found.on_scale, int(position))


def _distance(found: Shown, position: str | None) -> float | None:
    if position is None or found.subject.kind != Kind.ITEM or not found.has_distribution:
        return None
    return round(agreement.steps(found.on_scale, int(position)), 1)


def _bars(found: Shown, position: str | None) -> tuple[charts.Bar, ...]:
    if found.tenths is None:
        return ()
    labels = dict(choices(found.subject))
    return tuple(
        charts.Bar(labels[answer], tenth / 10, _tenth(tenth), stated=answer == position)
        for answer, tenth in zip(found.subject.on_scale, found.tenths, strict=True)
    )


def _tenth(tenth: int) -> str:
    if tenth in {0, 10}:
        return "almost nobody" if tenth == 0 else "almost everybody"
    return f"about {tenth} in 10"


def _apart(found: Shown) -> tuple[str, ...]:
    labels = dict(choices(found.subject))
    return tuple(f"Five people or more said “{labels[answer]}”." for answer in found.apart)


# ---- A theme, a case


def _theme(
    instrument: Instrument, theme: Theme, made: Release, stated: Mapping[str, str]
) -> ThemeOutcome:
    questions = [_question(instrument, s, made, stated) for s in _of_theme(instrument, theme)]
    estimate = _estimate(instrument, theme, made)
    value = estimate.value
    shown = [one.value for one in questions if isinstance(one, Figure)]
    if value is None and shown:  # each of them in words alone
        value = _twentieth(sum(shown) / len(shown))
    return ThemeOutcome(
        theme,
        estimate,
        None if value is None else band(value),
        tuple(questions),
        instrument.next_steps[theme.key],
    )


def _of_theme(instrument: Instrument, theme: Theme) -> list[Subject]:
    return [
        subject
        for subject in subjects.of(instrument)
        if subject.kind == Kind.ITEM and _item(instrument, subject).theme == theme.key
    ]


def _estimate(instrument: Instrument, theme: Theme, made: Release) -> charts.Estimate:
    """Return a theme's agreement over the questions that have figures, and over no others."""
    asked = [made.shown.get(subject.name) for subject in _of_theme(instrument, theme)]
    shown = [one for one in asked if one is not None and one.has_distribution]
    if not shown:
        return charts.Estimate(theme.label)
    found = agreement.theme_consensus([one.on_scale for one in shown])
    value, low, high = _twentieths(found.value, found.interval)
    return charts.Estimate(theme.label, value, low, high)


def _case(
    instrument: Instrument, vignette: Vignette, made: Release, stated: Mapping[str, str]
) -> CaseOutcome:
    tier = Subject(subjects.tier_of(vignette.key), Kind.TIER, vignette.key)
    sure = made.shown.get(subjects.sure_of(vignette.key))
    words = None
    if sure is not None and sure.has_distribution:
        point = round(agreement.mean(sure.on_scale))
        words = dict(choices(sure.subject))[str(point)].lower()
    return CaseOutcome(vignette, _question(instrument, tier, made, stated), words)


# ---- As a file


HEADER = (
    "kind",
    "theme_or_case",
    "question",
    "staff_answered",
    "agreement",
    "low",
    "high",
    "stated_position",
    "steps_from_it",
    "against_chance",
    "distribution",
)


def as_csv(found: Outcome) -> str:
    """Return the figures of an outcome as CSV (RFC 4180), one line for each question."""
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    for theme in found.themes:
        estimate = theme.estimate
        writer.writerow(
            ["theme", theme.theme.label, "", theme.words or "not shown"]
            + _numbers(estimate.value, estimate.low, estimate.high)
            + [""] * 4
        )
        writer.writerows(_rows("statement", theme.theme.label, theme.questions))
    for case in found.cases:
        writer.writerows(_rows("case", case.vignette.title, [case.tier]))
    return out.getvalue()


def _rows(kind: str, of: str, questions: Iterable[Figure | Held]) -> Iterable[list[str]]:
    for one in questions:
        if isinstance(one, Held):
            yield [kind, of, one.text, *[f"not shown: {one.why}"] * 4, "", "", "", ""]
            continue
        yield [
            kind,
            of,
            one.text,
            one.words,
            *_numbers(None if one.rough else one.value, one.low, one.high),
            one.stated or "not stated",
            "" if one.steps is None else f"{one.steps:.1f}",
            one.chance.value if one.chance else "",
            "; ".join(f"{bar.label}: {bar.words}" for bar in one.bars),
        ]


def _numbers(*values: float | None) -> list[str]:
    return ["not shown" if value is None else f"{value:.2f}" for value in values]


# ---- Signed positions


@dataclass(frozen=True)
class Signed:
    """A signed position in words, and what it changed."""

    position: Position
    by: str
    stated: tuple[tuple[str, str], ...]
    """Question and answer."""
    changed: tuple[str, ...]
    """The questions on which it differs from the one before; all of them for the first."""


def signed(session: Session, editions: Editions, every: Sequence[Position]) -> list[Signed]:
    """Return signed positions, the newest first as given, in words."""
    ids = {one.by_id for one in every if one.by_id}
    names = dict(session.execute(select(User.id, User.name).where(User.id.in_(ids))).all())
    made = []
    for at, position in enumerate(every):
        instrument = editions.of(position.edition)
        former = every[at + 1].stated if at + 1 < len(every) else {}
        rows, changed = [], []
        for subject in subjects.stated(instrument):
            text = _text(instrument, subject)
            answer = position.stated.get(subject.name)
            rows.append((text, dict(stateable_choices(subject)).get(answer or "", "Not settled")))
            if answer != former.get(subject.name):
                changed.append(text)
        name = names.get(position.by_id or 0, "Somebody who has left")
        made.append(Signed(position, name, tuple(rows), tuple(changed)))
    return made
