"""Cases like a situation that someone describes: alike in words, alike in kind. Pure.

The score of a case is the share of the best text score that its own text reaches (see
`portal.search.scoring`) plus `BY_TERM` times the `RELATED_WEIGHTS` of each term that the
description gives a sign of (`signs` in `search-words.yaml`) and the case has.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from portal.library.catalogue import RELATED_WEIGHTS, Key, Snapshot
from portal.library.vocabularies import Vocabularies
from portal.search import analysis
from portal.search.port import Results

BY_TERM = 0.1
MOST = 10
MOST_WORDS, MOST_WORDS_WEIGHED = 4, 16

SAME: Mapping[str, str] = {
    "source_of_harm": "Same source of harm",
    "response_tier": "Same response tier",
    "referred_by": "Raised by the same kind of person",
    "age_band": "Same age",
    "stage": "Same stage",
    "outcome": "Same outcome",
    "interventions": "Same kind of help",
    "barriers": "Same difficulty",
}
"""How a term that both have is put into words; others are named by their vocabulary."""


@dataclass(frozen=True)
class Similar:
    """A case that is like the situation, with the terms that both have."""

    id: int
    shared: Sequence[Key]


def similar(
    results: Results,
    *,
    snapshot: Snapshot,
    audiences: Collection[str],
    signs: Collection[Key],
) -> list[Similar]:
    """Return the visible cases most like a situation, best first, at most `MOST`."""
    cases = snapshot.flags(snapshot.visible(audiences)) & snapshot.flags(
        snapshot.having("type", "case")
    )
    scores = np.zeros(len(cases), np.float32)
    slots, kept = snapshot.slots_of(results.ids)
    if len(slots):
        scores[slots] = results.scores[kept] / max(float(results.scores.max()), 1e-9)
    telling = [key for key in signs if key[0] in RELATED_WEIGHTS]
    having = {key: snapshot.flags(snapshot.having(*key)) for key in telling}
    for key, flags in having.items():
        scores[flags] += np.float32(BY_TERM * RELATED_WEIGHTS[key[0]])
    scores[~cases] = 0
    best = np.argsort(-scores, kind="stable")[:MOST]
    return [
        Similar(snapshot.id_at(int(slot)), [key for key in telling if having[key][slot]])
        for slot in best
        if scores[slot] > 0
    ]


def legible(words: Sequence[str], document: Any) -> list[str]:
    """Return those of `words` that a reader of the document meets, as many as are shown.

    A document is found by its search words too, which nobody reads.
    """
    seen = set(analysis.stems(f"{document.title}\n{document.summary}\n{document.plain}"))
    return [word for word in words if seen.issuperset(analysis.stems(word))][:MOST_WORDS]


def reasons(shared: Sequence[Key], words: Sequence[str], vocabularies: Vocabularies) -> list[str]:
    """Say why a case is like the situation, in words."""
    said: dict[str, list[str]] = {}
    for name, term in shared:
        label = SAME.get(name, f"Same {vocabularies[name].label.lower()}")
        said.setdefault(label, []).append(vocabularies[name].terms[term].lower())
    made = [f"{label}: {', '.join(terms)}" for label, terms in said.items()]
    if words:
        made.append(f"Words in both: {', '.join(words)}")
    if not made:
        made.append("Found by words that people use for such a case")
    return made
