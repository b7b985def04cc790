"""Whoosh behind the engine port: keeps the index, and changes it.

The private folder holds one index folder, and the file `current` that names it with the generation
of the library that it holds. A rebuild writes a new index folder beside the old one and then
replaces that file, which is atomic: readers see the old index or the new one, never a half. What is
searched, and how, is in `ranking`.
"""

import fcntl
import logging
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from math import ceil, log
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

from whoosh.fields import STORED, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import EmptyIndexError
from whoosh.reading import SegmentReader

from portal.search import analysis, scoring
from portal.search.port import NotReady, Query, Record, Results, mark
from portal.search.ranking import View, key, search
from portal.search.ranking import as_known as known_in
from portal.search.ranking import near as near_to
from portal.search.ranking import reasons as reasons_in
from portal.search.thesaurus import Thesaurus
from portal.search.whoosh_storage import (
    Keys,
    PlainCodec,
    SegmentView,
    Words,
    checksum,
    intact,
    number,
)

SCHEMA_VERSION = 9  # raise it when the schema or the analysis changes: an older index is not read
LOCK_SECONDS = 30.0
SMALL = 512
"""Records of a segment that may be merged while others wait; a larger one waits for a rebuild."""
MOST_ALIKE = 6
"""Segments of a tier at which they are merged: each costs every search a look."""
MOST_ATTACHED = 200_000
"""Words of a record's attachments that are searched: the first."""
APART = 100
"""Positions between two fields, so that no phrase spans them."""
RETRIES = 20
_log = logging.getLogger(__name__)


class WhooshEngine:
    """An engine over the index in `folder`, which belongs to the application alone."""

    def __init__(self, folder: Path, thesaurus: Thesaurus | None = None) -> None:
        self.folder = folder
        self._thesaurus = thesaurus or Thesaurus()
        self._schema = Schema(
            number=number("i"),
            length=number("f"),
            review_by=number("i"),
            mark=number("Q"),
            audience=Words(),
            text=Words(),
            title=Words(),
            key=number("Q"),
            shown_until=number("i"),
            neighbour=Keys(),
            vector=STORED,
        )
        self._opening = Lock()
        self._opened: tuple[bytes, View] | None = None
        self._damaged = b""
        """What `current` said of an index that turned out to be damaged."""

    def search(self, query: Query) -> Results:
        """Return what matches, ranked as `scoring` says."""
        with self._reading() as view:
            return search(view, query, self._thesaurus)

    def reasons(self, query: Query, ids: Sequence[int], most: int) -> dict[int, list[str]]:
        """Return for each of `ids` the words of the query that speak most for it, best first."""
        with self._reading() as view:
            return reasons_in(view, query, self._thesaurus, ids, most)

    def near(self, query: Query, most: int) -> list[str]:
        """Return words of records that are spelled nearly like words of the query that none has."""
        with self._reading() as view:
            return near_to(view, query, most)

    def as_known(self, query: Query) -> str:
        """Return the words of a query in forms that records have, not as they were typed."""
        with self._reading() as view:
            return known_in(view, query)

    def contents(self) -> Mapping[int, int]:
        """Return the ids of all records in the index, each with its `mark`."""
        with self._reading() as view:
            return view.marks()

    def verify(self) -> None:
        """Read the whole index; raises `NotReady` if it is not as it was written."""
        said, _ = self._view()
        if not self._segments_intact(said.decode().split()[0]):
            raise self._found_damaged(said, "a checksum")

    def generation(self) -> int | None:
        """Return the generation of the library that the index holds; `None` without an index."""
        current = self._current()
        return int(current[1]) if current else None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold off every other process and thread that would change the index."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # let go of by the system when the process dies, however it dies
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def apply(self, records: Iterable[Record], gone: Collection[int], generation: int) -> None:
        """Add or replace `records`, forget `gone`, and take note of the generation."""
        current = self._current()
        if current is None:
            raise NotReady("there is no index to change; rebuild it")
        given = list(records)
        with self._noticing_damage(self._said()):
            self._write(current[0], given, gone)
        self._name_current(current[0], generation)
        self._tidy_up(current[0], generation)

    def _write(self, name: str, given: Sequence[Record], gone: Collection[int]) -> None:
        index = self._index(name)
        view = View(self._segments(index, self._segments_opened()))
        writer = index.writer(timeout=LOCK_SECONDS, codec=PlainCodec())
        with _cancelled_on_failure(writer):
            # of a record that was being replaced when the process died there may be two
            for place in view.places([*gone, *(record.id for record in given)]):
                writer.delete_document(int(place))
            for record in given:
                writer.add_document(**_fields(record))
            writer.commit(merge=False)

    def _tidy_up(self, name: str, generation: int) -> None:
        """Merge segments when there are too many alike; what was saved is found already."""
        try:
            with self._noticing_damage(self._said()):
                index = self._index(name)
                if not _crowded(index._segments()):
                    return
                writer = index.writer(timeout=LOCK_SECONDS, codec=PlainCodec())
                with _cancelled_on_failure(writer):
                    writer.commit(mergetype=_merge_crowded)
            self._name_current(name, generation)
        except OSError as error:  # such as a full disk; the next save tries again
            _log.warning("the search index was not tidied up: %s", type(error).__name__)

    def rebuild(self, records: Iterable[Record], generation: int) -> None:
        """Build the index anew beside the present one, then put it in its place."""
        name = f"index-{SCHEMA_VERSION}-{uuid4().hex}"
        path = self.folder / name
        path.mkdir(mode=0o700, parents=True)
        try:
            index = self._storage(name).create_index(self._schema)
            writer = index.writer(timeout=LOCK_SECONDS, codec=PlainCodec())
            with _cancelled_on_failure(writer):
                for record in records:
                    writer.add_document(**_fields(record))
                writer.commit(merge=False)
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise
        self._name_current(name, generation)
        for old in self.folder.glob("index-*"):
            if old.name != name:
                shutil.rmtree(old, ignore_errors=True)
        for left in self.folder.glob("current-*"):  # of a process that died
            left.unlink(missing_ok=True)

    def _storage(self, name: str) -> FileStorage:
        return FileStorage(str(self.folder / name))

    def _index(self, name: str) -> Any:
        # by our own schema: the one in the file would be read by unpickling it
        return self._storage(name).open_index(schema=self._schema)

    def _current(self) -> tuple[str, str] | None:
        """Return the name of the index folder and its generation."""
        try:
            said = (self.folder / "current").read_text(encoding="ascii").split()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        if len(said) != 3 or not said[0].startswith(f"index-{SCHEMA_VERSION}-"):
            return None
        return (said[0], said[1]) if said[1].isdigit() else None

    def _listed(self, name: str) -> str:
        """Return a checksum of the list of segments in an index folder."""
        files = sorted((self.folder / name).glob("*.toc"))
        return "-".join(f"{checksum(path):08x}" for path in files)

    def _name_current(self, name: str, generation: int) -> None:
        beside = self.folder / f"current-{uuid4().hex}"
        # the end makes each commit's file another one
        said = f"{name} {generation} {self._listed(name)}-{uuid4().hex}"
        beside.write_text(said, encoding="ascii")
        os.replace(beside, self.folder / "current")

    def _said(self) -> bytes:
        return (self.folder / "current").read_bytes()

    @contextmanager
    def _reading(self) -> Iterator[View]:
        """Give the index as it is now."""
        said, view = self._view()
        with self._noticing_damage(said):
            yield view

    @contextmanager
    def _noticing_damage(self, said: bytes) -> Iterator[None]:
        """Turn an error into `NotReady` if the index is damaged; else it is a mistake of ours."""
        try:
            yield
        except Exception as error:  # Whoosh reads whatever bytes there are, and stumbles anyhow
            if self._intact(said):
                raise
            raise self._found_damaged(said, type(error).__name__) from error

    def _found_damaged(self, said: bytes, how: str) -> NotReady:
        """Take note that an index is not to be read any more, until another is in its place."""
        _log.error("the search index is damaged: %s", how)
        self._damaged = said
        return NotReady("the index is damaged; it will be rebuilt")

    def _intact(self, said: bytes) -> bool:
        """Tell whether all files of the index are as they were written."""
        name, _, rest = said.decode("ascii", "replace").split()
        try:
            listed = self._listed(name)
        except FileNotFoundError:
            return False
        return rest.startswith(f"{listed}-") and self._segments_intact(name)

    def _segments_intact(self, name: str) -> bool:
        try:
            index = self._index(name)
            return all(intact(index.storage, segment) for segment in index._segments())
        except Exception:  # as above
            return False

    def _view(self) -> tuple[bytes, View]:
        """Return the index as it is now, opened again only after a change, and its `current`."""
        for _ in range(RETRIES):
            try:
                said = self._said()
                if said == self._damaged:
                    raise NotReady("the index is damaged; it will be rebuilt")
                return said, self._opened_as(said)
            except (FileNotFoundError, EmptyIndexError):
                # a change has just taken away what it replaced; or there is no index at all
                if self._current() is None:
                    break
            except NotReady:
                raise
            except Exception as error:  # as above
                _log.error("the search index cannot be read: %s", type(error).__name__)
                raise NotReady("the index is damaged; it will be rebuilt") from error
        raise NotReady("there is no index yet")

    def _opened_as(self, said: bytes) -> View:
        opened = self._opened
        if opened is None or opened[0] != said:
            with self._opening:
                if self._opened is None or self._opened[0] != said:
                    self._opened = (said, self._open())
                opened = self._opened
        if any(segment.written_to() for segment in opened[1].segments):
            raise self._found_damaged(said, "it was written to")
        return opened[1]

    def _open(self) -> View:
        current = self._current()
        if current is None:
            raise FileNotFoundError
        return View(self._segments(self._index(current[0]), self._segments_opened()))

    def _segments_opened(self) -> Sequence[SegmentView]:
        opened = self._opened
        return opened[1].segments if opened is not None else ()

    def _segments(self, index: Any, before: Sequence[SegmentView]) -> list[SegmentView]:
        known = {segment.name: segment for segment in before}
        made = []
        for segment in index._segments():
            old = known.get(segment.segment_id())
            made.append(
                old.with_deleted(segment)
                if old is not None and not old.written_to()
                else SegmentView(index.storage, self._schema, segment)
            )
        return made


def _fields(record: Record) -> dict[str, Any]:
    """Return what the index keeps of a record."""
    weights: dict[str, float] = {}
    positions: dict[str, list[int]] = {}
    forms: dict[str, Counter[str]] = {}
    titles: dict[str, list[int]] = {}
    length = 0.0
    at = shown_until = 0
    for name, weight in scoring.WEIGHTS.items():
        counted: set[str] = set()
        for stem, word in _words(record, name):
            if stem not in counted:
                weights[stem] = weights.get(stem, 0.0) + weight
            if name in scoring.ONCE:
                counted.add(stem)
            else:
                length += weight
            positions.setdefault(stem, []).append(at)
            forms.setdefault(stem, Counter())[word] += 1
            if name == "title":
                titles.setdefault(stem, []).append(at)
            at += 1
        at += APART
        if name != "search_words":  # which nobody reads
            shown_until = at
    return {
        "number": record.id,
        "length": length,
        "review_by": record.review_by,
        "mark": mark(record),
        "audience": {record.audience: (1.0, [0])},
        "text": {stem: (weight, positions[stem]) for stem, weight in weights.items()},
        "title": {stem: (1.0, found) for stem, found in titles.items()},
        "key": key(record.reference),
        "shown_until": shown_until,
        "neighbour": [key(reference) for reference in dict.fromkeys(record.related)],
        "vector": " ".join(
            f"{stem} {weight:g} {forms[stem].most_common(1)[0][0].replace(' ', '_')}"
            for stem, weight in weights.items()
        ),
    }


def _words(record: Record, name: str) -> Iterator[tuple[str, str]]:
    """Give the words of a field, each as its stem and as it is written."""
    most = MOST_ATTACHED if name == "attachments" else None
    return islice(analysis.words(getattr(record, name)), most)


def _crowded(segments: Sequence[Any]) -> Sequence[Any]:
    """Return the smallest tier of small segments that has too many, or nothing.

    A tier's segments are up to `MOST_ALIKE` times as large as those of the one below, so that each
    record is merged a few times at most, however many are saved one by one.
    """
    tiers: defaultdict[int, list[Any]] = defaultdict(list)
    for segment in segments:
        size = max(segment.doc_count_all(), 1)
        if size <= SMALL:
            tiers[ceil(log(size, MOST_ALIKE))].append(segment)
    crowded = [tier for tier, members in tiers.items() if len(members) > MOST_ALIKE]
    return tiers[min(crowded)] if crowded else ()


def _merge_crowded(writer: Any, segments: list[Any]) -> list[Any]:
    """Merge that tier: the merge policy of this index."""
    merged = _crowded(segments)
    for segment in merged:
        if not intact(writer.storage, segment):  # or the damage would get a checksum of its own
            raise ValueError("a segment is damaged")
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return [segment for segment in segments if segment not in merged]


@contextmanager
def _cancelled_on_failure(writer: Any) -> Iterator[None]:
    """Let go of the lock and the open files of a writer that did not come to its end."""
    try:
        yield
    except BaseException:
        with suppress(Exception):  # what failed may fail again
            writer.cancel()
        with suppress(Exception):
            writer.writelock.release()
        raise
