"""Searching a view of the index: from a query to ranked records. Posting lists and NumPy only.

A `View` is one state of the index. Everything is worked out over arrays as long as the index: what
the person may see is one of them, and every list is cut down to it before anything is counted.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from portal.search import analysis, scoring, spelling, syntax
from portal.search.port import Ids, Query, Results
from portal.search.thesaurus import Phrase, Thesaurus

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int32]
"""Places of records in the arrays of a view, ascending."""
REMEMBERED = 1 << 14
"""Words of which a view remembers how many records have them."""
COMPARED = 150
"""Words of the best records that are weighed for feedback: those that stand most often."""
_POSITIONS = 1 << 17
"""More than the positions of any record, phrases included."""


class Segment(Protocol):
    """What a view needs of one segment of the index."""

    size: int
    deleted: npt.NDArray[np.int64]

    def column(self, name: str, dtype: str) -> npt.NDArray[Any]:
        """Return one number of each record."""

    def postings(self, field: str, word: str) -> Any:
        """Return where `word` stands, or nothing."""

    @property
    def links(self) -> Any:
        """Which records name a key: `keys` in their order, `records` and `shares` beside them."""

    def words(self, field: str) -> Iterable[str]:
        """Give every word of `field`."""

    def stored(self, record: int) -> Any:
        """Return what is stored of a record."""


class Found(NamedTuple):
    """Records that have something, and how often, weighted."""

    places: Places
    weights: Floats


NOTHING = Found(np.zeros(0, np.int32), np.zeros(0, np.float32))


class View:
    """One state of the index, for any number of threads."""

    def __init__(self, segments: Sequence[Any]) -> None:
        self.segments = segments
        self._bases = [int(b) for b in np.cumsum([0, *(s.size for s in segments)])]
        self.size = self._bases[-1]
        self.numbers = self._column("number", ">i4")
        self.lengths: Floats = self._column("length", ">f4")
        self.review_by = self._column("review_by", ">i4")
        self.keys = self._column("key", ">u8")
        self.shown_until = self._column("shown_until", ">i4")
        self._live = np.ones(self.size, np.bool_)
        for base, segment in zip(self._bases, segments, strict=False):
            self._live[base + segment.deleted] = False
        self._readers: dict[frozenset[str], Reader] = {}

    def _column(self, name: str, dtype: str) -> npt.NDArray[Any]:
        parts = [segment.column(name, dtype) for segment in self.segments]
        native = np.dtype(dtype).newbyteorder("=")
        return np.concatenate(parts) if parts else np.zeros(0, native)

    def marks(self) -> dict[int, int]:
        """Return the ids of all records, each with its mark."""
        marks = self._column("mark", ">u8")
        return dict(zip(self.numbers[self._live].tolist(), marks[self._live].tolist(), strict=True))

    def places(self, ids: Collection[int]) -> Places:
        """Return where the records with `ids` are."""
        wanted = np.fromiter(ids, np.int64, len(ids))
        return np.flatnonzero(self._live & np.isin(self.numbers, wanted)).astype(np.int32)

    @cached_property
    def vocabulary(self) -> list[str]:
        """Every stem of the index, of whatever audience."""
        return sorted({word for segment in self.segments for word in segment.words("text")})

    def postings(self, field: str, word: str) -> Found:
        """Return the records that have `word`, deleted ones too."""
        parts = []
        for base, segment in zip(self._bases, self.segments, strict=False):
            found = segment.postings(field, word)
            if found is not None:
                parts.append((found.records + np.int32(base), found.weights))
        if len(parts) == 1:
            return Found(*parts[0])
        return _joined(parts) if parts else NOTHING

    def occurrences(self, field: str, word: str) -> npt.NDArray[np.int64]:
        """Return every place where `word` stands, as record · `_POSITIONS` + position."""
        parts = []
        for base, segment in zip(self._bases, self.segments, strict=False):
            found = segment.postings(field, word)
            if found is not None:
                records = np.repeat(found.records.astype(np.int64) + base, found.counts)
                parts.append(records * _POSITIONS + found.positions)
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def naming(self, keys: npt.NDArray[np.uint64]) -> Iterator[tuple[Places, Ids, Floats]]:
        """Give the records that name one of `keys`, which of these it is, and its share of them."""
        for base, segment in zip(self._bases, self.segments, strict=False):
            links = segment.links
            first = np.searchsorted(links.keys, keys, "left")
            counts = np.searchsorted(links.keys, keys, "right") - first
            which = np.repeat(np.arange(len(keys)), counts)
            # the place of each within its key's run, added to where that run begins
            at = first[which] + np.arange(len(which)) - (np.cumsum(counts) - counts)[which]
            yield links.records[at] + np.int32(base), which, links.shares[at]

    def vector(self, place: int) -> tuple[dict[str, float], dict[str, str]]:
        """Return a record's stems with their weights, and with the word that each stands for."""
        segment = int(np.searchsorted(self._bases, place, side="right")) - 1
        said = self.segments[segment].stored(place - self._bases[segment])["vector"].split()
        stems = said[::3]
        return (
            dict(zip(stems, map(float, said[1::3]), strict=True)),
            dict(zip(stems, said[2::3], strict=True)),
        )

    def reader(self, query: Query) -> "Reader":
        """Return the view of the person who asks."""
        found = self._readers.get(query.audiences)
        if found is None:
            allowed = np.zeros(self.size, np.bool_)
            for audience in query.audiences:
                allowed[self.postings("audience", audience).places] = True
            found = self._readers[query.audiences] = Reader(self, allowed & self._live)
        if not query.hidden:
            return found
        allowed = found.allowed.copy()
        allowed[self.places(query.hidden)] = False
        return Reader(self, allowed)


def _joined(parts: Sequence[tuple[Places, Floats]]) -> Found:
    return Found(
        np.concatenate([places for places, _ in parts]),
        np.concatenate([weights for _, weights in parts]),
    )


class Reader:
    """A view cut down to what some person may see; nothing else can be asked of it."""

    def __init__(self, view: View, allowed: Bools) -> None:
        self.view = view
        self.allowed = allowed
        self.count = int(allowed.sum())
        self._all = self.count == view.size
        # in double precision, where the order of the records changes nothing that is seen
        mean = float(view.lengths[allowed].mean(dtype=np.float64)) if self.count else 1.0
        self.norms: Floats = scoring.norms(view.lengths, mean)
        self.having = lru_cache(REMEMBERED)(self._having)

    def of(self, field: str, word: str) -> Found:
        """Return the records that have a stem."""
        found = self.view.postings(field, word)
        return found if self._all else self._visible(found)

    def _visible(self, found: Found) -> Found:
        seen = self.allowed[found.places]
        return Found(found.places[seen], found.weights[seen])

    def _having(self, stem: str) -> int:
        """Return how many records have a stem."""
        return len(self.of("text", stem).places)

    def phrase(self, field: str, stems: Phrase, *, shown: bool = False) -> Found:
        """Return the records in which `stems` follow each other, and how often.

        With `shown` only where a reader of the record meets them.
        """
        if len(stems) == 1 and not shown:
            return self.of(field, stems[0])
        starts = self.view.occurrences(field, stems[0])
        for behind, stem in enumerate(stems[1:], start=1):
            if not len(starts):
                return NOTHING
            others = self.view.occurrences(field, stem) - behind
            at = np.searchsorted(others, starts)
            at[at == len(others)] = 0
            starts = starts[others[at] == starts] if len(others) else others
        if shown:
            ends = self.view.shown_until[starts // _POSITIONS]
            starts = starts[starts % _POSITIONS < ends]
        places, counts = np.unique(starts // _POSITIONS, return_counts=True)
        return self._visible(Found(places.astype(np.int32), counts.astype(np.float32)))

    def form(self, stem: str) -> str:
        """Return a word that a record has with `stem`."""
        return self.worded((stem,), self.of("text", stem))

    def worded(self, phrase: Phrase, found: Found) -> str:
        """Return the words that stems stand for in a record that has them."""
        _, forms = self.view.vector(int(found.places[0]))
        return " ".join(forms.get(stem, stem).replace("_", " ") for stem in phrase)

    def bm25(self, found: Found) -> Floats:
        """Return the score of each record that `found` names."""
        idf = scoring.idf(self.count, len(found.places))
        return scoring.bm25(found.weights, self.norms[found.places], idf)


@dataclass
class _Unit:
    """What is looked for in place of one word of the query, or besides some of them."""

    word: str
    weight: float
    phrases: list[tuple[Phrase, float]]
    typed: bool = True
    """Whether it is a word of the query itself."""
    found: Found = NOTHING

    def look(self, reader: Reader) -> None:
        """Find the records, a record's variants adding up as one word's occurrences would."""
        parts = []
        for phrase, share in self.phrases:
            found = reader.phrase("text", phrase)
            if len(found.places):
                parts.append((found.places, found.weights * np.float32(share)))
        if len(parts) == 1:
            self.found = Found(*parts[0])
        elif parts:
            every = _joined(parts)
            places, which = np.unique(every.places, return_inverse=True)
            self.found = Found(places, np.bincount(which, every.weights).astype(np.float32))


class _Search:
    """One query on its way: what is looked for, and what came of it."""

    def __init__(self, reader: Reader, parsed: syntax.Parsed, thesaurus: Thesaurus) -> None:
        self.reader = reader
        self.parsed = parsed
        self.read_as: dict[str, str] = {}
        self.unknown: list[str] = []
        self.relaxed: list[str] = []
        self.sequence = [stem for stem, _ in parsed.words]
        self.units = self._units(thesaurus)
        self.scores = np.zeros(reader.view.size, np.float32)

    def _units(self, thesaurus: Thesaurus) -> list[_Unit]:
        counts = Counter(self.sequence)
        words = dict(reversed(self.parsed.words))
        units = {
            stem: _Unit(words[stem], float(count), [((stem,), 1.0)])
            for stem, count in counts.items()
        }
        besides: dict[tuple[Phrase, ...], _Unit] = {}
        for start, end, phrases, weight, same in thesaurus.related(self.sequence):
            if end - start == 1 and same:
                unit = units[self.sequence[start]]
                known = {phrase for phrase, _ in unit.phrases}
                unit.phrases += [(p, weight) for p in phrases if p not in known]
            else:
                said = " ".join(word for _, word in self.parsed.words[start:end])
                # who wrote the phrase itself must not fall behind who wrote its synonym
                every = (tuple(self.sequence[start:end]), *phrases) if same else phrases
                besides[phrases] = _Unit(said, weight, [(p, 1.0) for p in every], typed=False)
        made = [*units.values(), *besides.values()]
        return self._telling(made) if len(made) > scoring.MOST_WORDS else made

    def _telling(self, units: list[_Unit]) -> list[_Unit]:
        """Return of too many units those that say most."""

        def says(unit: _Unit) -> float:
            having = max(self.reader.having(phrase[0]) for phrase, _ in unit.phrases)
            return unit.weight * scoring.idf(self.reader.count, having) if having else 0.0

        return sorted(units, key=says, reverse=True)[: scoring.MOST_WORDS]

    def look(self, forgiving: bool) -> None:
        """Find what each unit stands for; a word that no record has may be a slip."""
        for unit in self.units:
            unit.look(self.reader)
            missed = unit.typed and not len(unit.found.places)
            if missed and not (forgiving and self._forgive(unit)):
                self.unknown.append(unit.word)

    def _forgive(self, unit: _Unit) -> bool:
        """Look for what was meant by a word that no record has."""
        reader = self.reader
        meant = spelling.nearest(unit.word, reader.view.vocabulary, reader.having, reader.form)
        phrase: Phrase = (meant,)
        if not meant:
            pairs = [pair for pair in spelling.halves(unit.word) if all(map(reader.having, pair))]
            found: dict[Phrase, Found] = {pair: reader.phrase("text", pair) for pair in pairs}
            if not any(len(having.places) for having in found.values()):
                return False
            phrase = max(found, key=lambda pair: len(found[pair].places))
        unit.phrases = [(phrase, scoring.NEAREST)]
        unit.look(reader)
        self.read_as[unit.word] = reader.worded(phrase, unit.found)
        return True

    def score(self) -> None:
        """Add up the parts that `scoring` names."""
        reader, scores = self.reader, self.scores
        for unit in self.units:
            scores[unit.found.places] += np.float32(unit.weight) * reader.bm25(unit.found)
        kept = {unit.phrases[0][0][0] for unit in self.units if unit.typed}
        pairs = dict.fromkeys(zip(self.sequence, self.sequence[1:], strict=False))
        for pair in pairs:
            if pair[0] != pair[1] and kept.issuperset(pair):
                found = reader.phrase("text", pair)
                scores[found.places] += np.float32(scoring.PAIRS) * reader.bm25(found)
        typed = [unit for unit in self.units if unit.typed]
        matching = scores > 0
        if len(typed) >= scoring.FEEDBACK_FROM:
            self._feed_back(sum(unit.weight for unit in typed))
        self._share_with_neighbours()
        scores[~matching] = 0
        if 2 <= len(typed) <= scoring.ALL_WORDS_UP_TO:
            hits = np.zeros(len(scores), np.int8)
            for unit in typed:
                hits[unit.found.places] += 1
            scores[hits == len(typed)] += scores.max(initial=0)

    def _feed_back(self, weight: float) -> None:
        """Re-order what was found by the words that mark the best of it."""
        reader, scores = self.reader, self.scores
        best = _best(scores, reader.view.numbers, scoring.FEEDBACK_RECORDS)
        total = float(scores[best].sum())
        words = scoring.borrowed(
            [
                (
                    float(scores[place]) / total,
                    float(reader.norms[place]),
                    reader.view.vector(int(place))[0],
                )
                for place in best
            ]
        )
        often = sorted(words, key=lambda stem: (-words[stem], stem))[:COMPARED]
        telling = {
            stem: words[stem] * scoring.idf(reader.count, having)
            for stem in often
            if (having := reader.having(stem)) > 1
        }
        chosen = sorted(telling, key=lambda stem: (-telling[stem], stem))[: scoring.FEEDBACK_WORDS]
        share = scoring.FEEDBACK * weight / max(sum(words[stem] for stem in chosen), 1e-9)
        for stem in chosen:
            found = reader.of("text", stem)
            scores[found.places] += np.float32(share * words[stem]) * reader.bm25(found)

    def _share_with_neighbours(self) -> None:
        """Give the records to be read with one of the best a part of its score."""
        view, scores = self.reader.view, self.scores
        best = _best(scores, view.numbers, scoring.NEIGHBOURS_OF)
        had = np.float32(scoring.NEIGHBOURS) * scores[best]
        for places, which, shares in view.naming(view.keys[best]):
            np.add.at(scores, places, had[which] * shares)

    def matching(self) -> Bools:
        """Return which records meet the query."""
        made = self.scores > 0 if self.sequence else self.reader.allowed.copy()
        for clause in self.parsed.required:
            meeting = self._meets(clause)
            if meeting.any():
                made &= meeting
            else:  # its words are looked for all the same
                self.relaxed.append(clause.source)
        for clause in self.parsed.excluded:
            made &= ~self._meets(clause)
        return made

    def _meets(self, clause: syntax.Clause) -> Bools:
        made = np.zeros(len(self.scores), np.bool_)
        found = self.reader.phrase(clause.field or "text", clause.stems, shown=True)
        made[found.places] = True
        return made


def key(reference: str) -> int:
    """Return the number that stands for a reference in the index; 0 for none."""
    hashed = blake2b(reference.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(hashed, "big") if reference else 0


def _best(scores: Floats, numbers: Places, most: int) -> npt.NDArray[np.int64]:
    """Return the places of the best scores above zero, best first, of equals the lower number."""
    places = np.flatnonzero(scores)
    if len(places) > most:
        found = scores[places]
        floor = np.partition(found, len(found) - most)[len(found) - most]
        places = places[found >= floor]
    return places[np.lexsort((numbers[places], -scores[places]))][:most]


def _parsed(query: Query) -> syntax.Parsed:
    return syntax.plain(query.text) if query.literal else syntax.parse(query.text)


def search(view: View, query: Query, thesaurus: Thesaurus) -> Results:
    """Return the records of `view` that match, ranked as `scoring` says."""
    parsed = _parsed(query)
    reader = view.reader(query)
    if parsed.empty:
        return Results(np.zeros(0, np.int64), np.zeros(0, np.float32), too_common=True)
    under_way = _Search(reader, parsed, thesaurus)
    under_way.look(forgiving=not query.literal)
    under_way.score()
    matching = under_way.matching()
    scores = under_way.scores
    if query.today:
        overdue = (view.review_by > 0) & (view.review_by < query.today)
        scores[overdue] *= np.float32(scoring.OVERDUE)
    ids, kept = _ranked(view.numbers[matching], scores[matching])
    stems = {
        stem: scoring.idf(reader.count, reader.having(stem))
        for unit in under_way.units
        for phrase, _ in unit.phrases
        for stem in phrase
        # of a phrase that nobody typed a common word shows nothing
        if phrase == unit.phrases[0][0]
        or scoring.idf(reader.count, reader.having(stem)) >= scoring.IDF_SHOWN
    }
    return Results(
        ids,
        kept,
        stems=stems,
        read_as=under_way.read_as,
        unknown=tuple(under_way.unknown),
        relaxed=tuple(under_way.relaxed),
    )


def _ranked(numbers: Places, scores: Floats) -> tuple[Ids, Floats]:
    """Return ids and scores, best first, of equals the lower id.

    Score and id are sorted as one number: the bits of a float that is not negative are in its
    order.
    """
    keys = scores.view(np.int32).astype(np.int64) << 32 | (0x7FFFFFFF - numbers.astype(np.int64))
    keys = np.sort(keys)[::-1]
    ids = 0x7FFFFFFF - (keys & 0x7FFFFFFF)
    return ids, (keys >> 32).astype(np.int32).view(np.float32)


def reasons(
    view: View, query: Query, thesaurus: Thesaurus, ids: Sequence[int], most: int
) -> dict[int, list[str]]:
    """Return for each of `ids` the words of the query that speak most for it, best first."""
    reader = view.reader(query)
    under_way = _Search(reader, _parsed(query), thesaurus)
    under_way.look(forgiving=not query.literal)
    places = [int(p) for p in view.places(ids) if reader.allowed[p]]
    said: dict[int, list[tuple[float, str]]] = {place: [] for place in places}
    for unit in under_way.units:
        gains = reader.bm25(unit.found) * np.float32(unit.weight)
        at = np.searchsorted(unit.found.places, places)
        for place, where in zip(places, at.tolist(), strict=True):
            if where < len(gains) and unit.found.places[where] == place:
                said[place].append((float(gains[where]), unit.word))
    made = {}
    for place, words in said.items():
        ordered = dict.fromkeys(word for _, word in sorted(words, key=lambda w: (-w[0], w[1])))
        made[int(view.numbers[place])] = list(ordered)[:most]
    return made


def near(view: View, query: Query, most: int) -> list[str]:
    """Return words of records that are spelled nearly like words that none has, nearest first."""
    reader = view.reader(query)
    found: dict[str, float] = {}
    unknown = [stem for stem in analysis.stems(query.text) if not reader.having(stem)]
    for stem in unknown:
        for known, likeness in spelling.like(stem, view.vocabulary, reader.having, most):
            found[known] = max(likeness, found.get(known, 0.0))
    best = sorted(found, key=lambda stem: (-found[stem], stem))[:most]
    return [reader.form(stem) for stem in best]


def as_known(view: View, query: Query) -> str:
    """Return the words of a query as records have them, or nothing if none has one of them."""
    reader = view.reader(query)
    found = analysis.stems(query.text)
    known = all(reader.having(stem) for stem in found)
    return " ".join(reader.form(stem) for stem in found) if known else ""


__all__ = ["View", "as_known", "key", "near", "reasons", "search"]
