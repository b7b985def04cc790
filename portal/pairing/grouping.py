"""Groups of authorities whose answers, made coarser until they are equal, lose least. Pure.

Each answer is one bit of its attribute, and a group's bits say which answers occur in it. From
these follow what a card of the group may say, and how much it holds back.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from portal.assessment.agreement import theme_confidence
from portal.pairing.fields import SETS, TERMS
from portal.pairing.sides import Side
from portal.pairing.weights import DEFAULT, HANDLING, SITUATION, THEMES

Value = str | bool | int
Values = tuple[Value, ...]
Bits = npt.NDArray[np.int64]
"""By authority and attribute: a bit for the answer that was given, or the bit of an unknown one."""

LESS_SURE, BETWEEN, SURE = "less sure", "in between", "sure"
LEVELS: Mapping[str, float] = {LESS_SURE: 0.4, BETWEEN: 0.6, SURE: 0.8}
"""How sure staff are about a theme (below .5, below .7, from there on), and what each counts as."""
_LEVELS_FROM = ((0.7, SURE), (0.5, BETWEEN))

COARSER: Mapping[str, tuple[Values, ...]] = {
    "tier": (("child-protection", "early-help"), ("community-safety", "police-led")),
    "holds": (("named-lead", "dedicated-team"),),
    "route": (("channel-panel", "prevent-police"),),
    "prevalence": (("moderate", "high"),),
    "case_volume": ((0, 1), (2, 3, 4)),
    "training": ((0, 1, 2), (3, 4)),
    **{theme: ((LESS_SURE, BETWEEN),) for theme in THEMES},
}
"""Answers that a card may hold together. What goes beyond is withheld, as is a mixed yes or no."""


def flag(key: str, term: str) -> str:
    """Return the name of the yes or no that a term of a set is on a card."""
    return f"{key}:{term}"


@lru_cache(maxsize=1)
def attributes() -> dict[str, Values]:
    """Return what a card may say, and the answers to each; each term of a set is a yes or no."""
    found: dict[str, Values] = {key: tuple(terms) for key, terms in TERMS.items()}
    found |= {"case_volume": tuple(range(5)), "training": tuple(range(5))}
    found |= {theme: tuple(LEVELS) for theme in THEMES}
    flags = {flag(key, term): (False, True) for key, terms in SETS.items() for term in terms}
    return found | flags


def importance() -> dict[str, float]:
    """Return how much each attribute matters: its points of a fit, a set's shared by its terms."""
    points: dict[str, float] = {}
    for key in (*HANDLING, *SITUATION):
        weight = DEFAULT.similarity * DEFAULT.of(key)
        terms = SETS.get(key)
        names = [flag(key, term) for term in terms] if terms else [key]
        points |= {name: weight / len(names) for name in names}
    for key in ("case_volume", "training"):
        points[key] = DEFAULT.experience * DEFAULT.of(key)
    return points | {theme: DEFAULT.complementarity / len(THEMES) for theme in THEMES}


def level(side: Side, theme: str) -> str | None:
    """Return how sure staff are about a theme, in three levels; `None` where nobody knows."""
    mean, n = side.themes.get(theme, (0.0, 0))
    if not n:
        return None
    confidence = theme_confidence(mean, n)
    return next((name for least, name in _LEVELS_FROM if confidence >= least), LESS_SURE)


def answer(side: Side, attribute: str) -> Value | None:
    """Return what an authority's own answer to an attribute of a card is."""
    if attribute in THEMES:
        return level(side, attribute)
    if ":" in attribute:
        key, term = attribute.split(":")
        terms = getattr(side, key)
        return None if terms is None else term in terms
    found: Value | None = getattr(side, attribute)
    return found


def bits(sides: Sequence[Side]) -> Bits:
    """Return the answers of authorities as bits."""
    rows = np.zeros((len(sides), len(attributes())), dtype=np.int64)
    for a, (key, terms) in enumerate(attributes().items()):
        for i, side in enumerate(sides):
            value = answer(side, key)
            rows[i, a] = 1 << (len(terms) if value is None else terms.index(value))
    return rows


def said(attribute: str, given: int) -> Values | None:
    """Return what a card may say where these answers occur: the narrowest that holds them all."""
    terms = attributes()[attribute]
    if given >> len(terms):
        return None
    values = tuple(term for v, term in enumerate(terms) if given >> v & 1)
    if len(values) == 1:
        return values
    return next((one for one in COARSER.get(attribute, ()) if set(values) <= set(one)), None)


@lru_cache(maxsize=1)
def _losses() -> tuple[npt.NDArray[np.float64], ...]:
    """Return, by attribute, how much is lost where these answers occur together."""
    made = []
    for key, terms in attributes().items():
        unknown = 1 << len(terms)
        lost = np.ones(2 * unknown)
        for given in range(1, unknown):
            values = said(key, given)
            if values is not None:
                lost[given] = (len(values) - 1) / (len(terms) - 1)
        lost[0] = lost[unknown] = 0
        made.append(lost * importance()[key])
    return tuple(made)


def loss(given: Bits) -> npt.NDArray[np.float64]:
    """Return how many points an authority's card loses, for each row of bits of a group."""
    total = np.zeros(len(given))
    for a, lost in enumerate(_losses()):
        total += lost[given[:, a]]
    return np.round(total, 9)


def together(given: Bits) -> Bits:
    """Return which answers occur in a group, as one row."""
    found: Bits = np.bitwise_or.reduce(given, axis=0)[None]
    return found


Group = list[int]
"""Rows of bits."""


def fresh(given: Bits, members: Group, least: int) -> list[Group]:
    """Put authorities into groups of `least` and more; all into one where they are too few.

    First greedily (Byun and others 2007, "Efficient k-anonymization using clustering techniques"):
    each group starts with the one that would lose most beside the last, and takes in one by one
    whom it can with the least loss; who is left over joins where that loses least. Then authorities
    change group, or places with another, as long as that loses less. Earlier rows win ties.
    """
    left = np.array(sorted(members))
    groups: list[Group] = []
    last = together(given[left]) if len(left) else given[:0]
    while len(left) >= 2 * least or (len(left) >= least and not groups):
        at = int(np.argmax(loss(given[left] | last)))
        group, left = [int(left[at])], np.delete(left, at)
        row = given[group]
        while len(group) < least:
            at = int(np.argmin(loss(given[left] | row)))
            group.append(int(left[at]))
            row = row | given[left[at]]
            left = np.delete(left, at)
        groups.append(group)
        last = row
    if len(left) >= least or not groups:
        groups.append(left.tolist())
    else:
        for one in left.tolist():
            join(given, groups, one)
    return _improved(given, [group for group in groups if group], least)


PASSES = 10
"""How often all authorities are tried in other groups at most; three or four are usual."""
MOST_IMPROVED = 1_000
"""Authorities up to which that is done: its time grows with their square."""


def _improved(given: Bits, groups: list[Group], least: int) -> list[Group]:
    """Move and swap authorities while that loses less."""
    members = sorted(one for group in groups for one in group)
    worth_it = len(groups) > 1 and len(members) <= MOST_IMPROVED
    for _ in range(PASSES if worth_it else 0):
        if not any([_moved(given, groups, members, one, least) for one in members]):
            break
    return groups


def _moved(given: Bits, groups: list[Group], members: Group, one: int, least: int) -> bool:
    """Put one authority where least is lost, in exchange for another if need be."""
    of = {member: g for g, group in enumerate(groups) for member in group}
    sizes = np.array([len(group) for group in groups])
    rows = np.concatenate([together(given[group]) for group in groups])
    costs = loss(rows) * sizes
    here = of[one]
    rest = [member for member in groups[here] if member != one]
    left = together(given[rest]) if rest else np.zeros_like(given[:1])
    moves = loss(rows | given[one]) * (sizes + 1) - costs + loss(left) * len(rest) - costs[here]
    moves[here] = 0
    if len(rest) < least:
        moves[:] = 0
    there = np.array([of[member] for member in members])
    others = np.concatenate([_without(given, groups[of[member]], member) for member in members])
    swaps = loss(left | given[members]) * sizes[here] + loss(others | given[one]) * sizes[there]
    swaps -= costs[here] + costs[there]
    swaps[there == here] = 0
    move, swap = int(np.argmin(moves)), int(np.argmin(swaps))
    if min(moves[move], swaps[swap]) > -1e-6:
        return False
    groups[here].remove(one)
    if moves[move] <= swaps[swap]:
        groups[move].append(one)
    else:
        other = members[swap]
        groups[of[other]].remove(other)
        groups[of[other]].append(one)
        groups[here].append(other)
    return True


def _without(given: Bits, group: Group, one: int) -> Bits:
    return together(given[[member for member in group if member != one]])


def join(given: Bits, groups: list[Group], *some: int) -> None:
    """Add authorities to the group that loses least by it, the first of equal ones."""
    costs = []
    for group in groups:
        before = float(loss(together(given[group]))[0]) * len(group)
        after = float(loss(together(given[[*group, *some]]))[0]) * (len(group) + len(some))
        costs.append(round(after - before, 9))
    groups[int(np.argmin(costs))].extend(some)


LOST_BY_JOINING = 2.0
"""Points that a card may lose when somebody joins its group. Who would cost more waits."""


def kept(given: Bits, before: Sequence[Group], least: int) -> list[Group]:
    """Return groups that mix no two of `before`, except for those that became too small.

    Whoever is in none and stated something joins a group whose card loses little by it. Those who
    wait make groups of their own once there are twice `least`: with fewer there is no choice of who
    is like whom, and groups last. Whoever is in no group has nothing on the card.
    """
    groups = [sorted(group) for group in before if len(group) >= least]
    small = [sorted(group) for group in before if 0 < len(group) < least]
    if groups:
        for group in sorted(small):
            join(given, groups, *group)
    inside = {one for group in groups for one in group}
    waiting = [one for one in _stated(given) if one not in inside]
    waiting = [one for one in waiting if not _joined(given, groups, one)]
    return groups + (fresh(given, waiting, least) if len(waiting) >= 2 * least else [])


def _stated(given: Bits) -> list[int]:
    unknown = [1 << len(terms) for terms in attributes().values()]
    return [int(row) for row in np.flatnonzero((given != unknown).any(axis=1))]


def _joined(given: Bits, groups: list[Group], one: int) -> bool:
    for group in groups:
        row = together(given[group])
        if loss(row | given[one])[0] <= loss(row)[0] + LOST_BY_JOINING:
            join(given, groups, one)
            return True
    return False
