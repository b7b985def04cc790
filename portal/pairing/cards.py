"""What may be seen of a host before both sides have accepted: a card that several share. Pure.

A card says less than a profile, so that k authorities of the register have it beside the one who
looks: a lead knows its own authority, which makes k + 1. All that a lead sees (bands, words, what
the slider does, the order) is worked out from its own profile and the cards, never from a host's
own answers: hosts with one card can't be told apart, whatever the lead asks or changes.

Authorities are put into groups, and all of a group get one card. The groups are kept from one time
to the next: one may take new members in, but its members are never parted or mixed with others. So
what was seen at several times, put together, still fits k others. Only if authorities leave the
register and a group becomes too small is it joined to another.

    made = cards(sides, before=groups)           # keep made.groups for the next time
    seen = offers(own, made, hosts, key=secret)  # what the lead sees
"""

import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from portal.assessment.agreement import theme_confidence
from portal.pairing import grouping
from portal.pairing.fields import SETS, scales
from portal.pairing.grouping import LEVELS, Value, Values, attributes, flag, said
from portal.pairing.matching import Band, band
from portal.pairing.parts import ALIKE, HELPS, UNLIKE
from portal.pairing.sides import Side
from portal.pairing.similarity import DIGITS, slider_factors
from portal.pairing.weights import DEFAULT, HANDLING, SITUATION, THEMES, Weights

K = 3
MOST_OFFERS = 10


@dataclass(frozen=True)
class Card:
    """What several authorities have in common: for each attribute, the answers they may have given.

    An attribute that isn't there is withheld, or none of them stated it: nobody can tell which.
    """

    values: tuple[tuple[str, Values], ...] = ()

    def of(self, attribute: str) -> Values | None:
        """Return the answers that may be theirs; `None` where the card says nothing."""
        return dict(self.values).get(attribute)

    def flags(self, key: str) -> dict[str, bool]:
        """Return the terms of a set of which the card says whether they apply."""
        known = dict(self.values)
        return {
            term: bool(known[name][0]) for term in SETS[key] if (name := flag(key, term)) in known
        }


@dataclass(frozen=True)
class Cards:
    """The cards of all authorities of the register in use."""

    of: Mapping[str, Card]
    """By code."""
    groups: tuple[frozenset[str], ...]
    """Who shares a card: to be kept, and given as `before` the next time. Whoever is in none has an
    empty card: nothing is stated, or it waits for others to share a card with."""
    lost: float
    """How much of what authorities stated isn't on their cards, weighted, 0 to 1."""


def cards(
    sides: Iterable[Side], k: int = K, before: Sequence[Collection[str]] | None = None
) -> Cards:
    """Make the cards of all authorities of the register in use.

    `before` has the groups of the time before. Without them groups are made afresh: that is safe
    only where nobody can put together what was seen before with what is seen from now on. While
    fewer than twice k + 1 authorities have stated anything, all cards are empty.
    """
    given = sorted(sides, key=lambda side: side.code)
    least = k + 1
    rows = grouping.bits(given)
    index = {side.code: i for i, side in enumerate(given)}
    earlier = [[index[code] for code in group if code in index] for group in before or ()]
    groups = grouping.kept(rows, earlier, least)
    of: dict[str, Card] = {side.code: Card() for side in given}
    for group in groups:
        card = _card(rows[group])
        of |= {given[i].code: card for i in group}
    named = sorted(sorted(given[i].code for i in group) for group in groups)
    return Cards(
        of,
        tuple(frozenset(group) for group in named),
        _lost(given, of),
    )


def _card(rows: grouping.Bits) -> Card:
    given = grouping.together(rows)[0].tolist()
    named = ((key, said(key, of_key)) for key, of_key in zip(attributes(), given, strict=True))
    return Card(tuple((key, values) for key, values in named if values is not None))


def _lost(sides: Sequence[Side], of: Mapping[str, Card]) -> float:
    points = grouping.importance()
    lost = stated = 0.0
    for side in sides:
        known = dict(of[side.code].values)
        for key, terms in attributes().items():
            if grouping.answer(side, key) is not None:
                stated += points[key]
                values = known.get(key, terms)
                lost += points[key] * (len(values) - 1) / (len(terms) - 1)
    return lost / stated if stated else 0.0


# ---- How well a card fits


@dataclass(frozen=True)
class CardFit:
    """How well hosts with a card would fit an asking authority, as far as the card says.

    Figures are for order and bands; bands and words are what a lead sees.
    """

    fit: float
    similarity: float
    known: float
    complementarity: float
    experience: float
    band: Band
    alike: tuple[str, ...]
    unlike: tuple[str, ...]
    not_compared: tuple[str, ...]
    can_help_with: tuple[str, ...]


def card_fit(
    own: Side, card: Card, *, weights: Weights = DEFAULT, handling: float | None = None
) -> CardFit:
    """Return how well a card fits, by the formulas of a fit.

    Where a card leaves several answers open, the mean over them counts, each as likely as another.
    A set is compared over the terms of which the card speaks, and weighs as much less as it leaves
    open. Region, published figures and neighbours, and the invented cases, are on no card.
    """
    slider = slider_factors(handling, weights)
    profiles = [own, _future(own)] if own.moving else [own]
    compared = [_compared(one, card, weights, slider) for one in profiles]
    knowns = [sum(weight for weight, _ in rows.values()) for rows in compared]
    similarity = sum(
        sum(weight * (1 - apart) for weight, apart in rows.values()) / known if known else 0.0
        for rows, known in zip(compared, knowns, strict=True)
    ) / len(profiles)
    gains = _gains(own, card, weights)
    total = sum(need for need, _ in gains.values())
    help_ = sum(need * gain for need, gain in gains.values()) / total if total else 0.0
    experience = sum(
        weights.of(key) * _experience(card.of(key), weights) for key in ("case_volume", "training")
    )
    fit = (
        weights.similarity * similarity
        + weights.complementarity * help_
        + weights.experience * experience
    )
    return CardFit(
        fit=round(fit, DIGITS),
        similarity=similarity,
        known=sum(knowns) / len(knowns),
        complementarity=help_,
        experience=experience,
        band=band(fit, weights),
        **_words(compared, gains),
    )


Compared = dict[str, tuple[float, float]]
"""By attribute: weight and distance."""


def _future(own: Side) -> Side:
    changes = {
        key: toward
        for key in ("tier", "holds", "mash", "route")
        if (toward := getattr(own, f"toward_{key}")) is not None
    }
    return replace(own, **changes)


def _compared(own: Side, card: Card, weights: Weights, slider: tuple[float, float]) -> Compared:
    found: Compared = {}
    for keys, factor in ((HANDLING, slider[0]), (SITUATION, slider[1])):
        for key in keys:
            one = _of_set(own, card, key) if key in SETS else _of_terms(own, card, key)
            if one is not None:
                found[key] = (factor * weights.of(key) * one[0], one[1])
    return found


def _of_terms(own: Side, card: Card, key: str) -> tuple[float, float] | None:
    values, mine = card.of(key), getattr(own, key)
    if values is None or mine is None:
        return None
    terms = list(attributes()[key])
    distances = scales()[key].distances[terms.index(mine)]
    return 1.0, float(np.mean([distances[terms.index(value)] for value in values]))


def _of_set(own: Side, card: Card, key: str) -> tuple[float, float] | None:
    flags, mine = card.flags(key), getattr(own, key)
    if mine is None:
        return None
    theirs = {term for term, applies in flags.items() if applies}
    mine = mine & flags.keys()
    if not theirs | mine:
        return None
    return len(flags) / len(SETS[key]), 1 - len(theirs & mine) / len(theirs | mine)


def _gains(own: Side, card: Card, weights: Weights) -> dict[str, tuple[float, float]]:
    """Return, by theme of which it is known, how much help is needed, and how much is given."""
    found = {}
    for theme in THEMES:
        mean, n = own.themes.get(theme, (0.0, 0))
        if n:
            mine = theme_confidence(mean, n)
            need = own.priorities.get(theme, 1) * max(0.0, weights.enough - mine)
            values = card.of(theme) or ()
            ahead = [min(1.0, max(0.0, LEVELS[str(v)] - mine) / weights.full_gain) for v in values]
            found[theme] = (need, sum(ahead) / len(ahead) if ahead else 0.0)
    return found


def _experience(values: Values | None, weights: Weights) -> float:
    if values is None:
        return weights.not_stated
    return sum(int(value) for value in values) / len(values) / 4


def _words(
    compared: Sequence[Compared], gains: Mapping[str, tuple[float, float]]
) -> dict[str, tuple[str, ...]]:
    """Return keys of attributes and themes, those that count most first."""
    apart = {
        key: float(np.mean([rows[key][1] for rows in compared if key in rows]))
        for key in (*HANDLING, *SITUATION)
        if any(key in rows for rows in compared)
    }
    heavy = sorted(apart, key=lambda key: -max(rows[key][0] for rows in compared if key in rows))
    helped = [theme for theme, (need, gain) in gains.items() if need > 0 and gain >= HELPS]
    return {
        "alike": tuple(key for key in heavy if apart[key] <= ALIKE),
        "unlike": tuple(key for key in heavy if apart[key] >= UNLIKE),
        "not_compared": tuple(key for key in (*HANDLING, *SITUATION) if key not in apart),
        "can_help_with": tuple(sorted(helped, key=lambda theme: -gains[theme][0])),
    }


# ---- What an asking lead sees


@dataclass(frozen=True)
class Offer:
    """A card that hosts have, as an asking lead sees it."""

    reference: str
    """Stands for the card in addresses and forms; says nothing, and is another for each lead."""
    card: Card
    fit: CardFit
    group: int
    """Offers of a group, from 1 on, are within noise of its best: they are not to be ranked."""


def offers(
    own: Side,
    made: Cards,
    hosts: Collection[str],
    *,
    key: bytes,
    weights: Weights = DEFAULT,
    handling: float | None = None,
    wanted: Mapping[str, Collection[Value]] | None = None,
    most: int = MOST_OFFERS,
) -> tuple[Offer, ...]:
    """Return what an asking lead sees: the cards that hosts have, best first.

    `hosts` has the codes of all that host, have a place left and a lead, whoever asks: nothing that
    is between this authority and a host (an earlier pair, a conflict, a refusal, a region) may be
    taken off it, since a card that then disappeared would say whose it was. Such rules are applied
    when a request is passed on: see `behind`. `wanted` is a filter: answers of which a card must
    leave one open at least. `key` is a secret of the portal, which shuffles within a group.

    Floors are those of a fit, but that less needs to be known.
    """
    found = []
    for card in {made.of[code] for code in hosts if code != own.code and code in made.of}:
        if _is_wanted(card, wanted or {}):
            fit = card_fit(own, card, weights=weights, handling=handling)
            if _is_close(fit, weights):
                found.append((card, fit, _reference(key, own.code, card)))
    found.sort(key=lambda one: (-one[1].fit, one[2]))
    grouped: list[Offer] = []
    best = number = 0.0
    for card, fit, reference in found:
        if not grouped or fit.fit <= best - weights.noise:
            best, number = fit.fit, number + 1
        grouped.append(Offer(reference, card, fit, int(number)))
    return tuple(sorted(grouped, key=lambda one: (one.group, one.reference))[:most])


def _is_wanted(card: Card, wanted: Mapping[str, Collection[Value]]) -> bool:
    return all(set(card.of(name) or ()) & set(values) for name, values in wanted.items())


def _is_close(fit: CardFit, weights: Weights) -> bool:
    tiny = 10.0**-DIGITS
    return (
        fit.known >= weights.least_known_of_card - tiny
        and fit.similarity >= weights.least_similarity - tiny
        and fit.complementarity >= weights.least_complementarity - tiny
    )


def _reference(key: bytes, asking: str, card: Card) -> str:
    return hmac.new(key, repr((asking, card.values)).encode(), "sha256").hexdigest()[:32]


def behind(
    reference: str, own: Side, made: Cards, hosts: Collection[str], *, key: bytes
) -> tuple[str, ...]:
    """Return the hosts with the card that a reference stands for, in the order of their codes.

    Never to be shown. Among them `portal.pairing.matching.shortlist` finds whom to ask. If rules
    leave nobody, the request waits and runs out like any other, so that it tells nothing.
    """
    return tuple(
        code
        for code in sorted(hosts)
        if code != own.code
        and code in made.of
        and hmac.compare_digest(_reference(key, own.code, made.of[code]), reference)
    )
