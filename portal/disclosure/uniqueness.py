"""Which combinations of a case's fields single it out in the library, and what mends that. Pure.

Whom it guards against: somebody who knows of a child just what the case says in a few fields, and
looks for the cases that fit. A case fits if in each of these fields it says as much. An age fits if
the bands have one in common; ages of several children must each be met. A case is singled out if
fewer than `Rule.alike` fit, itself among them: of two, the author of one could tell the other.

A case that doesn't state a field can't be ruled out either, but it is poor cover: whoever looks by
that field is shown only those that state it, and in a large library a few silent cases would fit
every combination, so that nothing would ever be found. Their number is told and they don't count,
unless `Rule.silent_fits`.

It doesn't guard against somebody who knows more than the case says: that person may rule out
others. Every change that is proposed says less and nothing false: a term left out, an age widened
to the band beside it, a broader term.

    library = Library(others)                  # fields of all other cases; may be kept
    found = check(case, library, kinds=["religion"], words=words)
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import combinations
from typing import Final

NOT_STATED: Final = "not-stated"
Case = Mapping[str, Sequence[str]]
"""Field of the vocabulary → its terms, or its one term."""

KNOWN = (
    "area_type",
    "about",
    "age_band",
    "source_of_harm",
    "referred_by",
    "agencies",
    "interventions",
    "legal_route",
    "legal_result",
    "outcome",
)
"""Fields that a relative, neighbour, teacher or reporter may know the truth of.

The others are how professionals judged or filed the case (harm feared, stage, tier, consent, theme,
barriers, evidence): nobody outside can look a child up by those.
"""
SCALES: Mapping[str, tuple[str, ...]] = {
    "age_band": ("age-0-4", "age-5-10", "age-11-14", "age-15-17", "age-18-plus")
}
"""Fields whose terms have an order: neighbours together are one wider band."""
BROADER: Mapping[str, Mapping[str, str]] = {"agencies": {"counter-terrorism-police": "police"}}
"""Field → term → the term of the same field that is true whenever it is."""
DETAILS: Mapping[str, str] = {
    "exact-age": "exact age",
    "ethnicity-or-nationality": "ethnicity or nationality",
    "religion": "religion",
    "rare-condition": "rare condition",
    "occupation": "occupation",
    "place-below-region": "place smaller than a region",
    "exact-date": "exact date",
}
"""Quasi-identifiers: details that name nobody and together point at one child."""
EFFORT = 3000
"""States of a case that are tried for the least change before a good one has to do."""


@dataclass(frozen=True)
class Rule:
    """What counts as singled out.

    `together` is how many fields somebody may know at once, `alike` how many cases must fit, with
    the case itself, `details` how many quasi-identifiers a case may carry, `silent_fits` whether
    cases count as fitting that don't state a field. `counted` are fields of
    the vocabulary that state one: none by default, since it has area types in place of places and
    bands of three years or more.
    """

    fields: tuple[str, ...] = KNOWN
    together: int = 2
    alike: int = 3
    details: int = 2
    silent_fits: bool = False
    counted: Mapping[str, str] = field(default_factory=dict)
    scales: Mapping[str, Sequence[str]] = field(default_factory=lambda: SCALES)
    broader: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: BROADER)


DEFAULT = Rule()


@dataclass(frozen=True)
class Words:
    """Labels for readers: of fields, and of their terms. What has none is called by its key."""

    fields: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def field_of(self, key: str) -> str:
        """Return what a field is called."""
        return self.fields.get(key, key.replace("_", " ").capitalize())

    def term(self, key: str, term: str) -> str:
        """Return what a term is called."""
        return self.terms.get(key, {}).get(term, term.replace("-", " "))

    def listed(self, key: str, terms: Sequence[str]) -> str:
        """Return a field with terms."""
        return f"{self.field_of(key)}: {', '.join(self.term(key, term) for term in terms)}"


@dataclass(frozen=True)
class Combination:
    """A smallest combination that singles a case out.

    `others` is how many other cases say all of it, `silent` how many more might fit: they don't
    state some of it.
    """

    parts: tuple[tuple[str, tuple[str, ...]], ...]
    others: int
    silent: int
    why: str

    @property
    def unique(self) -> bool:
        """Whether no other case says all of it."""
        return self.others == 0


class Way(StrEnum):
    """How a change says less, the mildest first."""

    WIDEN = "widen"
    BROADER = "broader"
    LEAVE_OUT = "leave-out"
    NOT_STATED = "not-stated"


_LOSS = {Way.WIDEN: 0, Way.BROADER: 0, Way.LEAVE_OUT: 1, Way.NOT_STATED: 2}


@dataclass(frozen=True)
class Change:
    """One step that says less: `term` goes (`to` comes); `None` where there is no such term."""

    field: str
    way: Way
    term: str | None
    to: str | None
    why: str = ""


@dataclass(frozen=True)
class Mend:
    """The least change after which no combination singles the case out.

    `fields` are the changed fields whole, `steps` how many terms go, come or are replaced for that;
    a field that ends as "not stated" is told as one of the `changes`. `least` tells whether it is
    proved that fewer steps can't do. No change mends a case in a library that is too small
    (`possible`).
    """

    changes: tuple[Change, ...]
    fields: Mapping[str, tuple[str, ...]]
    steps: int
    least: bool
    possible: bool
    why: str


@dataclass(frozen=True)
class Details:
    """The quasi-identifiers of a case."""

    kinds: tuple[str, ...]
    too_many: bool
    why: str


@dataclass(frozen=True)
class Uniqueness:
    """What a curator is shown."""

    combinations: tuple[Combination, ...]
    details: Details
    mend: Mend
    why: str


Terms = tuple[str, ...]
_State = tuple[tuple[str, Terms], ...]


class Library:
    """The other cases, as one whole number for each term: bit i is set if case i has it.

    Leave out the case that is checked, and others about the same child: they would hide it.
    """

    def __init__(self, others: Iterable[Case], rule: Rule = DEFAULT) -> None:
        self.rule = rule
        cases = list(others)
        self.size = len(cases)
        self.everything = (1 << self.size) - 1
        self._having: dict[tuple[str, str], int] = {}
        self._silent: dict[str, int] = {}
        for key in rule.fields:
            self._read(key, cases)

    def _read(self, key: str, cases: Sequence[Case]) -> None:
        marks: dict[str, bytearray] = {}
        length = self.size // 8 + 1
        broader = self.rule.broader.get(key, {})
        for number, case in enumerate(cases):
            terms = stated(case.get(key, ())) or (NOT_STATED,)
            for term in {*terms, *(broader[term] for term in terms if term in broader)}:
                mark = marks.setdefault(term, bytearray(length))
                mark[number >> 3] |= 1 << (number & 7)
        for term, mark in marks.items():
            self._having[key, term] = int.from_bytes(mark, "little")
        self._silent[key] = self._having.pop((key, NOT_STATED), 0)

    def outright(self, key: str, terms: Terms, apart: bool) -> int:
        """Return the cases that say all of these terms; of a scale, one of each run of neighbours.

        `apart`: each term of a scale is another child's.
        """
        fits = self.everything
        for run in self._runs(key, terms, apart):
            some = 0
            for term in run:
                some |= self._having.get((key, term), 0)
            fits &= some
        return fits

    def fitting(self, key: str, terms: Terms, apart: bool) -> int:
        """Return the cases that say all of these terms, or don't say."""
        return self.outright(key, terms, apart) | self._silent.get(key, 0)

    def _runs(self, key: str, terms: Terms, apart: bool) -> list[Terms]:
        scale = self.rule.scales.get(key)
        if scale is None or apart:
            return [(term,) for term in terms]
        return runs(terms, scale)


def stated(terms: Sequence[str]) -> Terms:
    """Return the terms that say something, each once, in their order; a lone string is one term."""
    terms = [terms] if isinstance(terms, str) else terms
    return tuple(dict.fromkeys(term for term in terms if term not in ("", NOT_STATED)))


def runs(terms: Sequence[str], scale: Sequence[str]) -> list[Terms]:
    """Return the terms of a scale in runs of neighbours; terms not of the scale stand alone."""
    places = sorted(scale.index(term) for term in terms if term in scale)
    found: list[list[str]] = []
    for number, place in enumerate(places):
        if number and places[number - 1] == place - 1:
            found[-1].append(scale[place])
        else:
            found.append([scale[place]])
    return [*map(tuple, found), *((term,) for term in terms if term not in scale)]


def check(
    case: Case,
    library: Library | Iterable[Case],
    *,
    kinds: Iterable[str] = (),
    words: Words | None = None,
) -> Uniqueness:
    """Return what singles a case out, its quasi-identifiers and the least change that mends it.

    `library` are the other cases; a `Library` brings its own rule. `kinds` are the `DETAILS` that
    the text of the case carries.
    """
    if not isinstance(library, Library):
        library = Library(library)
    looking = _Looking(case, library, words or Words())
    found = looking.combinations()
    return Uniqueness(
        found,
        details_of(case, kinds, library.rule),
        _Mending(looking).mend(),
        _summary(found, library.rule),
    )


def details_of(case: Case, kinds: Iterable[str], rule: Rule = DEFAULT) -> Details:
    """Return the quasi-identifiers of a case: kinds found in its text, and counted fields."""
    fields = (kind for key, kind in rule.counted.items() if stated(case.get(key, ())))
    carried = tuple(sorted({*kinds, *fields}))
    too_many = len(carried) > rule.details
    names = ", ".join(DETAILS.get(kind, kind.replace("-", " ")) for kind in carried)
    if not carried:
        why = "The case carries none of the details that could together point at one child."
    elif too_many:
        why = (
            f"The case carries {len(carried)} details that together could point at one child: "
            f"{names}. At most {rule.details} may stay. Make the others more general."
        )
    else:
        why = f"The case carries {names}. Up to {rule.details} such details may stay."
    return Details(carried, too_many, why)


def _summary(found: Sequence[Combination], rule: Rule) -> str:
    if not found:
        return (
            f"For every {rule.together} things that somebody might know of this child, "
            f"at least {rule.alike} cases fit, this one among them."
        )
    number = f"{len(found)} combinations" if len(found) > 1 else "One combination"
    return (
        f"{number} of details could be enough to pick this case out from all others in the "
        "library. That does not mean that anybody can name the child. Please look at them."
    )


class _Looking:
    """One case beside the library: what fits any state of it."""

    def __init__(self, case: Case, library: Library, words: Words) -> None:
        self.library, self.words, self.rule = library, words, library.rule
        self.apart = "siblings" in stated(case.get("about", ()))
        self.start: _State = tuple(
            (key, terms) for key in self.rule.fields if (terms := stated(case.get(key, ())))
        )
        self._kept: dict[tuple[str, Terms], int] = {}

    def fits(self, part: tuple[str, Terms]) -> int:
        """Return the other cases that fit one field."""
        if part not in self._kept:
            find = self.library.fitting if self.rule.silent_fits else self.library.outright
            self._kept[part] = find(*part, self.apart)
        return self._kept[part]

    def others(self, parts: Iterable[tuple[str, Terms]]) -> int:
        """Return how many other cases fit all of these fields."""
        fits = self.library.everything
        for part in parts:
            fits &= self.fits(part)
        return fits.bit_count()

    def few(self, parts: Iterable[tuple[str, Terms]]) -> bool:
        """Tell whether these fields single the case out."""
        return self.others(parts) + 1 < self.rule.alike

    def singling(self, state: _State) -> Iterator[_State]:
        """Yield the combinations of fields that single it out, small ones first."""
        parts = [part for part in state if part[1]]
        for size in range(1, self.rule.together + 1):
            yield from (some for some in combinations(parts, size) if self.few(some))

    def combinations(self) -> tuple[Combination, ...]:
        """Return the smallest combinations, those that fewest cases fit first."""
        smallest: list[_State] = []
        for parts in self.singling(self.start):
            keys = {key for key, _ in parts}
            if not any({key for key, _ in one} <= keys for one in smallest):
                smallest.append(parts)
        found = [self._told(self._shrunk(parts)) for parts in smallest]
        return tuple(sorted(found, key=lambda one: (one.others, len(one.parts))))

    def _shrunk(self, parts: _State) -> _State:
        """Leave out the terms that aren't needed to single it out."""
        kept = dict(parts)
        for key, terms in parts:
            for term in terms if key not in self.rule.scales else ():
                fewer = tuple(one for one in kept[key] if one != term)
                if fewer and self.few({**kept, key: fewer}.items()):
                    kept[key] = fewer
        return tuple(kept.items())

    def _told(self, parts: _State) -> Combination:
        library = self.library
        outright = fitting = library.everything
        for part in parts:
            outright &= library.outright(*part, self.apart)
            fitting &= library.fitting(*part, self.apart)
        others, silent = outright.bit_count(), (fitting & ~outright).bit_count()
        listed = "; ".join(self.words.listed(*part) for part in parts)
        return Combination(parts, others, silent, f"{listed}. {_fitting(others, silent)}")


def _fitting(others: int, silent: int) -> str:
    if not others:
        said = "No other case in the library says this."
    elif others == 1:
        said = "Only one other case says this."
    else:
        said = f"Only {others} other cases say this."
    if not silent:
        return said
    if silent == 1:
        return f"{said} One more might fit, because it does not say."
    return f"{said} {silent} more might fit, because they do not say."


class _Mending:
    """The search for the least change."""

    def __init__(self, looking: _Looking) -> None:
        self.looking, self.rule = looking, looking.rule

    def mend(self) -> Mend:
        """Return the least change, or what is good enough where there are too many to try."""
        if self._first(self.looking.start) is None:
            return Mend((), {}, 0, True, True, "Nothing has to be changed.")
        if self.looking.library.size + 1 < self.rule.alike:
            why = "The library has too few cases for any of them to be like others."
            return Mend((), {}, 0, True, False, why)
        changes = self._fewest()
        least = changes is not None
        return self._told(self._greedy() if changes is None else changes, least)

    def _first(self, state: _State) -> _State | None:
        return next(self.looking.singling(state), None)

    def _fewest(self) -> tuple[Change, ...] | None:
        """Return the fewest changes; of equally few those that lose least, then the first.

        Something in each combination that singles the case out has to change: so only changes to
        the first such combination are tried, to all states with one change, then two, and so on.
        """
        layer: dict[_State, tuple[Change, ...]] = {self.looking.start: ()}
        tried = 0
        while True:
            following: dict[_State, tuple[Change, ...]] = {}
            solved = []
            for state, changes in layer.items():
                tried += 1
                if tried > EFFORT:
                    return None
                parts = self._first(state)
                if parts is None:
                    solved.append(changes)
                    continue
                for change in self._changes(state, {key for key, _ in parts}):
                    following.setdefault(_changed(state, change), (*changes, change))
            if solved:
                return min(solved, key=self._rank)
            layer = following

    def _rank(self, changes: tuple[Change, ...]) -> tuple[int, list[tuple[int, str, str]]]:
        order = {key: number for number, key in enumerate(self.rule.fields)}
        return (
            sum(_LOSS[change.way] for change in changes),
            sorted((order[one.field], one.term or "", one.to or "") for one in changes),
        )

    def _changes(self, state: _State, keys: set[str]) -> Iterator[Change]:
        """Yield all single changes to some fields."""
        for key, terms in state:
            if key not in keys or not terms:
                continue
            if key in self.rule.scales:
                yield from self._wider(key, terms)
                yield Change(key, Way.NOT_STATED, None, None)
                continue
            yield from self._broader(key, terms)
            if len(terms) == 1:
                yield Change(key, Way.NOT_STATED, terms[0], None)
            else:
                yield from (Change(key, Way.LEAVE_OUT, term, None) for term in terms)

    def _wider(self, key: str, terms: Terms) -> Iterator[Change]:
        scale = self.rule.scales[key]
        if self.looking.apart or not all(term in scale for term in terms):
            return
        places = [scale.index(term) for term in terms]
        beside = {place + step for place in places for step in (-1, 1)} - set(places)
        for place in sorted(beside):
            if 0 <= place < len(scale):
                yield Change(key, Way.WIDEN, None, scale[place])

    def _broader(self, key: str, terms: Terms) -> Iterator[Change]:
        broader = self.rule.broader.get(key, {})
        for term in terms:
            if term in broader and broader[term] not in terms:
                yield Change(key, Way.BROADER, term, broader[term])

    def _greedy(self) -> tuple[Change, ...]:
        """Return changes found one by one, each the one after which least is left to mend."""
        state, made = self.looking.start, list[Change]()
        while True:
            singling = list(self.looking.singling(state))
            if not singling:
                break
            keys = {key for parts in singling for key, _ in parts}
            options = [(change, _changed(state, change)) for change in self._changes(state, keys)]
            change, state = min(
                options, key=lambda one: (self._left(one[1]), self._rank((one[0],)))
            )
            made.append(change)
        for change in tuple(made):
            fewer = [one for one in made if one is not change]
            if self._first(_all_changed(self.looking.start, fewer)) is None:
                made = fewer
        return tuple(made)

    def _left(self, state: _State) -> int:
        """Return how many cases are missing in all combinations together."""
        return sum(
            self.rule.alike - 1 - self.looking.others(parts)
            for parts in self.looking.singling(state)
        )

    def _told(self, changes: tuple[Change, ...], least: bool) -> Mend:
        after = _all_changed(self.looking.start, changes)
        before = dict(self.looking.start)
        fields = {key: terms or (NOT_STATED,) for key, terms in after if terms != before[key]}
        told = tuple(
            replace(change, why=self._why(change))
            for key, terms in fields.items()
            for change in self._of_field(key, terms, changes)
        )
        number = "This change is" if len(told) == 1 else f"These {len(told)} changes are"
        proof = " Leaving out less would not be enough." if least else ""
        why = (
            f"{number} enough for at least {self.rule.alike} cases to fit, whichever "
            f"{self.rule.together} of these things somebody knows.{proof} "
            "The case then says less, and nothing that is untrue."
        )
        return Mend(told, fields, len(changes), least, True, why)

    @staticmethod
    def _of_field(key: str, terms: Terms, changes: Iterable[Change]) -> list[Change]:
        """Return the changes to a field; one, if nothing of it is left."""
        if terms == (NOT_STATED,):
            return [Change(key, Way.NOT_STATED, None, None)]
        return [change for change in changes if change.field == key]

    def _why(self, change: Change) -> str:
        words, key = self.looking.words, change.field
        name = words.field_of(key)
        if change.way is Way.WIDEN and change.to:
            return f"{name}: add “{words.term(key, change.to)}”, so that the band is wider."
        if change.way is Way.BROADER and change.to and change.term:
            new, old = words.term(key, change.to), words.term(key, change.term)
            return f"{name}: say “{new}” instead of “{old}”."
        if change.way is Way.LEAVE_OUT and change.term:
            return f"{name}: leave out “{words.term(key, change.term)}”."
        return f"{name}: set to “{words.term(key, NOT_STATED)}”."


def _changed(state: _State, change: Change) -> _State:
    return tuple(
        (key, _less(terms, change) if key == change.field else terms) for key, terms in state
    )


def _all_changed(state: _State, changes: Iterable[Change]) -> _State:
    for change in changes:
        state = _changed(state, change)
    return state


def _less(terms: Terms, change: Change) -> Terms:
    """Return terms after a change; in alphabetical order, so that equal states are the same."""
    if change.way is Way.NOT_STATED:
        return ()
    kept = {term for term in terms if term != change.term}
    return tuple(sorted(kept | {change.to} if change.to else kept))
