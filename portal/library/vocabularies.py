"""The controlled words that documents are described with, read from `content/vocabularies.yaml`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

NOT_STATED = "not-stated"
TYPES: Mapping[str, str] = {
    "case": "Case example",
    "guidance": "Guidance",
    "protocol": "Protocol",
    "glossary": "Glossary entry",
}
"""The types of document, with their names for readers."""

AUDIENCES: Mapping[str, str] = {
    "readers": "Everyone who is signed in",
    "staff": "Local authority staff",
    "leads": "Strategic leads and curators",
    "curators": "Curators",
}


@dataclass(frozen=True)
class Vocabulary:
    """A list of terms for one field: stable keys with labels that readers see."""

    key: str
    label: str
    hint: str
    types: tuple[str, ...]
    many: bool
    terms: Mapping[str, str]


class Vocabularies(Mapping[str, Vocabulary]):
    """All vocabularies by key, in the order of the file."""

    def __init__(self, vocabularies: Iterable[Vocabulary]) -> None:
        self._by_key = {vocabulary.key: vocabulary for vocabulary in vocabularies}

    def __getitem__(self, key: str) -> Vocabulary:
        return self._by_key[key]

    def __iter__(self):  # type: ignore[no-untyped-def]  # Mapping gives the type
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)

    # never changed once made: what is worked out of them can be remembered by them
    __hash__ = object.__hash__

    def of_type(self, type_: str) -> list[Vocabulary]:
        """Return the vocabularies that a type of document uses."""
        return [vocabulary for vocabulary in self.values() if type_ in vocabulary.types]

    @cached_property
    def labels(self) -> Mapping[tuple[str, str], str]:
        """Labels by (vocabulary, term), those of the document types included."""
        labels = {(v.key, term): label for v in self.values() for term, label in v.terms.items()}
        labels.update({("type", key): label for key, label in TYPES.items()})
        return labels


def read(path: Path) -> Vocabularies:
    """Read the vocabularies.

    Raises `ValueError` when a vocabulary has no "not stated", since nothing may be invented.
    """
    with path.open(encoding="utf-8") as file:
        data = yaml.load(file, Loader=yaml.CSafeLoader)
    vocabularies = [
        Vocabulary(
            key=key,
            label=entry["label"],
            hint=entry["hint"],
            types=tuple(entry["types"]),
            many=entry["many"],
            terms=entry["terms"],
        )
        for key, entry in data.items()
    ]
    for vocabulary in vocabularies:
        if NOT_STATED not in vocabulary.terms:
            raise ValueError(f"{path}: add the term {NOT_STATED} to {vocabulary.key}")
    return Vocabularies(vocabularies)


def check_terms(name: str, vocabularies: Vocabularies, terms: Iterable[tuple[str, str]]) -> None:
    """Raise `ValueError` when the file `name` speaks of a term that is in no vocabulary."""
    unknown = sorted(set(terms) - set(vocabularies.labels))
    if unknown:
        said = ", ".join(f"{key}: {term}" for key, term in unknown)
        raise ValueError(f"{name} speaks of terms that vocabularies.yaml does not have: {said}")
