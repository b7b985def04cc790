"""What a list's address says, and the filter panel that follows from it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from portal.library.catalogue import BEST, Key
from portal.library.vocabularies import NOT_STATED, TYPES, Vocabularies
from portal.ui.pagination import page_number

PATH = "/library"
SORTS: Mapping[str, str] = {
    "newest": "Newest first",
    "reviewed": "Last reviewed",
    "title": "Title, A to Z",
}
MOST_CHARACTERS = 500
SHORT_NAMES: Mapping[str, str] = {
    "age": "age_band",
    "area": "area_type",
    "by": "referred_by",
    "harm": "source_of_harm",
    "theme": "themes",
    "tier": "response_tier",
}
"""What a vocabulary may be called among the words to look for, as in `tier:"early help"`."""
_TYPED_FILTER = re.compile(
    r"(?<!\S)([a-z_]+):(?:[\"“”]([^\"“”]+)[\"“”]|([^\s\"“”]+))", re.IGNORECASE
)
QUESTION_LABEL = "How do other authorities …"


@dataclass(frozen=True)
class Wanted:
    """What a reader asked for: words, filters, order, page; and what could not be understood."""

    q: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "newest"
    page: int = 1
    ignored: tuple[str, ...] = ()
    asked: bool = False
    """Whether the words have just been typed; a filter or a further page is no other search."""

    def address(self, page: int = 1) -> str:
        """Return the address of a page of this list, by default the first."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(name, term) for name, terms in self.filters.items() for term in terms]
        if self.sort != default_sort(self.q):
            pairs.append(("sort", self.sort))
        if page > 1:
            pairs.append(("page", str(page)))
        return f"{PATH}?{urlencode(pairs)}" if pairs else PATH

    def without_filters(self) -> "Wanted":
        """Return this list without any filter, from its first page."""
        return replace(self, filters={}, page=1)

    def with_words(self, q: str) -> "Wanted":
        """Return this list for other words, from its first page."""
        return replace(self, q=q, page=1, sort=default_sort(q))

    def without(self, name: str, term: str) -> "Wanted":
        """Return this list without one of its filters, from its first page."""
        left = {
            key: tuple(t for t in terms if (key, t) != (name, term))
            for key, terms in self.filters.items()
        }
        return replace(self, filters={key: terms for key, terms in left.items() if terms}, page=1)


def default_sort(q: str) -> str:
    """Return the order of a list for which none was chosen: best match when words were given."""
    return BEST if q else "newest"


def parse(args: MultiDict[str, str], vocabularies: Vocabularies) -> Wanted:
    """Read an address. Nothing in it is an error: what is unknown is left out and said."""
    q = plain(args.get("q", ""), MOST_CHARACTERS)
    known: dict[str, Mapping[str, str]] = {"type": TYPES, "question": {"yes": QUESTION_LABEL}}
    known |= {name: vocabulary.terms for name, vocabulary in vocabularies.items()}
    q, typed = _typed_filters(q, known)
    filters: dict[str, tuple[str, ...]] = {}
    ignored: list[str] = []
    for name in dict.fromkeys((*args, *typed)):
        if name in {"q", "sort", "page", "asked"}:
            continue
        given = [
            term for term in dict.fromkeys((*args.getlist(name), *typed.get(name, ()))) if term
        ]
        terms = tuple(term for term in given if term in known.get(name, {}))
        if terms:
            filters[name] = terms
        ignored += [f"{plain(name, 40)}: {plain(t, 40)}" for t in given if t not in terms]
    sort = args.get("sort", "")
    if sort not in SORTS and not (sort == BEST and q):
        sort = default_sort(q)
    ordered = {name: filters[name] for name in known if name in filters}
    page = page_number(args.get("page", ""))
    return Wanted(
        q=q, filters=ordered, sort=sort, page=page, ignored=tuple(ignored), asked="asked" in args
    )


def _typed_filters(
    q: str, known: Mapping[str, Mapping[str, str]]
) -> tuple[str, dict[str, list[str]]]:
    """Take filters such as `type:case` or `tier:"early help"` out of the words to look for.

    A term may be given by its key or by the beginning of its label, if no other begins so. What
    names no vocabulary or no term stays among the words.
    """
    found: dict[str, list[str]] = {}

    def take(match: re.Match[str]) -> str:
        name = SHORT_NAMES.get(match[1].lower(), match[1].lower())
        said = (match[2] or match[3]).casefold().strip()
        terms = known.get(name, {})
        fitting = [said] if said in terms else _beginning(said, terms)
        if len(fitting) != 1:
            return match[0]
        found.setdefault(name, []).append(fitting[0])
        return " "

    return " ".join(_TYPED_FILTER.sub(take, q).split()), found


def _beginning(said: str, terms: Mapping[str, str]) -> list[str]:
    return [term for term, label in terms.items() if label.casefold().startswith(said)]


def plain(text: str, most: int) -> str:
    """Return at most `most` characters of `text`, without what can't be seen or turns a line."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.split())[:most].rstrip()


@dataclass(frozen=True)
class Option:
    """A term that can be chosen, with the number of documents that choosing it would show."""

    term: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """A vocabulary in the filter panel."""

    name: str
    label: str
    options: tuple[Option, ...]
    chosen: int


def facets(
    wanted: Wanted, counts: Mapping[Key, int], vocabularies: Vocabularies
) -> tuple[Facet, ...]:
    """Return the filter panel: only what would show something, or is chosen."""
    groups = [("type", "Type of document", TYPES)]
    groups += [(v.key, v.label, v.terms) for v in vocabularies.values()]
    made = []
    for name, label, terms in groups:
        chosen = wanted.filters.get(name, ())
        options = tuple(
            Option(term, words, counts.get((name, term), 0), term in chosen)
            for term, words in terms.items()
            if counts.get((name, term), 0) or term in chosen
        )
        if chosen or any(option.term != NOT_STATED for option in options):
            made.append(Facet(name, label, options, len(chosen)))
    return tuple(made)


@dataclass(frozen=True)
class Chip:
    """A chosen filter with the list that is left without it."""

    vocabulary: str
    label: str
    left: Wanted

    @property
    def href(self) -> str:
        """The address of the list without this filter."""
        return self.left.address()


def chips(wanted: Wanted, vocabularies: Vocabularies) -> list[Chip]:
    """Return the chosen filters, each removable."""
    names = {"type": "Type", "question": "Kind"}
    return [
        Chip(
            vocabularies[name].label if name in vocabularies else names[name],
            QUESTION_LABEL if name == "question" else vocabularies.labels[name, term],
            wanted.without(name, term),
        )
        for name, terms in wanted.filters.items()
        for term in terms
    ]
