"""What is compared, and what cards say, in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from portal.authorities.questions import QUESTIONS, TOPICS
from portal.pairing.parts import rounded

ATTRIBUTES: Mapping[str, str] = {
    "tier": "where most cases are held",
    "other_tiers": "other tiers used",
    "holds": "who holds cases",
    "mash": "having a MASH",
    "route": "the way a referral takes",
    "vignettes": "where staff would place cases",
    "prevalence": "how often cases come up",
    "prevent": "Prevent priority status",
    "circumstances": "local circumstances",
    "two_tier": "having two tiers of councils",
    "extremism": "kinds of extremism seen",
    "comparables": "published figures",
    "case_volume": "experience of cases",
    "training": "training of staff",
    "similarity": "likeness",
    "region": "being in one region",
}
"""What is compared, in words that follow "alike on"."""

NOBODY: Mapping[str, str] = {
    "not_asking": "Your profile doesn’t say that you would like to be paired. Say so under "
    "“Helping and being helped”.",
    "asking_unled": "Your profile has not been confirmed in the last year. Look through it and "
    "confirm it.",
    "no_answers": "Nothing is known of how sure your staff are. Ask them in the self-assessment: "
    "hosts are found by what you would like help with.",
    "little_need": "By their answers your staff are sure enough in all four themes. You could host "
    "another authority instead.",
    "requests_open": "You have three requests open. Wait for an answer, or withdraw one.",
    "nobody_fits": "No authority that hosts at the moment is alike enough, and surer where you are "
    "unsure, as far as can be shown without giving one away. The fewer have described themselves, "
    "the less can be shown. Curators see more, and can propose a pairing to both sides.",
}
"""Why a list is empty, by the reason kept with it. Nothing here tells of one other authority."""

_YES = {False: "no", True: "yes"}


def account(kept: Mapping[str, Any] | None, figure: str) -> list[tuple[str, str, str]]:
    """Return what a figure is made of, as part, points and most; the points add up to it."""
    given = (kept or {}).get(figure, [])
    shown = rounded([part["points"] for part in given], 1)
    rows = []
    for part, points in zip(given, shown, strict=True):
        name = TOPICS.get(part["key"]) or ATTRIBUTES.get(part["key"], part["key"])
        most = f"{part['most']:.1f}" if part["most"] else "not compared"
        note = "" if part["stated"] else " (not stated)"
        rows.append((f"{name[0].upper()}{name[1:]}{note}", f"{points:.1f}", most))
    return rows


def listed(keys: Iterable[str]) -> str:
    """Return attributes and themes as a list in a sentence; nothing for none."""
    words = [
        (TOPICS[key][0].lower() + TOPICS[key][1:]) if key in TOPICS else ATTRIBUTES.get(key, key)
        for key in keys
    ]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def card_rows(values: Mapping[str, list[Any]]) -> list[tuple[str, str]]:
    """Return what a card says, as name and words; what is withheld is left out."""
    rows = []
    flags: dict[str, list[str]] = {}
    for key, some in values.items():
        if ":" in key:
            question, term = key.split(":")
            if some == [True]:
                flags.setdefault(question, []).append(QUESTIONS[question].terms[term])
        else:
            rows.append((_name(key), " or ".join(_value(key, one) for one in some)))
    rows += [(_name(key), "; ".join(terms)) for key, terms in flags.items()]
    return rows


def _name(key: str) -> str:
    if key in TOPICS:
        return f"{TOPICS[key]}: staff are"
    words = ATTRIBUTES.get(key, key)
    return words[0].upper() + words[1:]


def _value(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return _YES[value]
    terms = QUESTIONS[key].terms if key in QUESTIONS else {}
    return terms.get(str(value), str(value))
