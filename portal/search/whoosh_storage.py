"""How Whoosh keeps the index on disk: posting lists as plain arrays, read through a memory map.

Whoosh's own format pickles lists in blocks of 128 and copies the whole index into memory when it is
opened. Here a list is one array on the disk that NumPy reads where it lies: nothing is copied, and
all threads and processes share the pages of the map.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property, partial
from io import RawIOBase
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt
from whoosh import columns
from whoosh.codec.whoosh3 import W3Codec, W3PostingsWriter, W3Segment
from whoosh.fields import COLUMN, FieldType
from whoosh.filedb.compound import CompoundStorage
from whoosh.filedb.structfile import BufferFile
from whoosh.formats import Existence
from whoosh.matching import ListMatcher
from whoosh.reading import SegmentReader, TermNotFound

MAGIC = b"POST"
LAST_POSITION = 0xFFFE
"""Words further down a text are found, but not as part of a phrase."""


EVERY = b"every"
"""The one word of a field of `Keys`."""
SCALE = 128
LARGEST = 0xFFFF
"""A weight is kept as a whole number of 128th parts, up to this many."""


class Postings(NamedTuple):
    """Where one word stands, in arrays that lie on the disk."""

    records: npt.NDArray[np.int32]
    scaled: npt.NDArray[np.uint16]
    """Weights in parts of `SCALE`."""
    counts: npt.NDArray[np.uint16]
    """How many positions each record has."""
    rest: memoryview
    """The positions, one record's after the other's, and what lies behind them."""

    @property
    def weights(self) -> npt.NDArray[np.float32]:
        """How often the word stands in each record, weighted."""
        return self.scaled.astype(np.float32) / np.float32(SCALE)

    @property
    def positions(self) -> npt.NDArray[np.uint16]:
        """All positions, record by record."""
        return np.frombuffer(self.rest, "<u2", int(self.counts.sum(dtype=np.int64)))

    @property
    def keys(self) -> npt.NDArray[np.uint64]:
        """The same as numbers of a field of `Keys`."""
        return np.frombuffer(self.rest, "<u8", int(self.counts.sum(dtype=np.int64)) // 4)


class Links(NamedTuple):
    """Which records name a key: arrays side by side, in the order of the keys."""

    keys: npt.NDArray[np.uint64]
    records: npt.NDArray[np.int32]
    shares: npt.NDArray[np.float32]
    """One by the number of keys that the record names."""


class Words(FieldType):
    """A field given as word → (weight, positions); it analyses nothing."""

    def __init__(self) -> None:
        super().__init__(Existence(), None)

    def index(
        self, value: Mapping[str, tuple[float, list[int]]], **_: Any
    ) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Give (word, frequency, weight, positions) as Whoosh's writer wants them."""
        for word, (weight, positions) in value.items():
            near = [position for position in positions if position <= LAST_POSITION]
            yield word.encode(), len(positions), weight, np.array(near, "<u2").tobytes()


class Keys(FieldType):
    """A field given as numbers of 64 bits, any number of them, all in one list of the index."""

    def __init__(self) -> None:
        super().__init__(Existence(), None)

    def index(self, value: Sequence[int], **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Give them as the positions of a word that every record has that has any."""
        if value:
            yield EVERY, len(value), 1.0, np.array(value, "<u8").tobytes()


def number(typecode: str) -> COLUMN:
    """Return a field that keeps one number of each record."""
    return COLUMN(columns.NumericColumn(typecode))


class _MappedFile(BufferFile):
    """A part of the memory map; Whoosh's own class copies it when it is opened."""

    def __init__(self, buf: memoryview, name: str | None = None, onclose: Any = None) -> None:
        self._buf = buf
        self._name = name
        self.file = _Cursor(buf)
        self.onclose = onclose
        self.is_real = False
        self.is_closed = False


class _Cursor(RawIOBase):
    """Reads a buffer from a place that moves on."""

    def __init__(self, buf: memoryview) -> None:
        self._buf = buf
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, len(self._buf))[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        found = self._buf[self._at : self._at + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)


class _MappedSegmentFiles(CompoundStorage):
    """The files of one segment, which lie in one file on the disk."""

    def open_file(self, name: str, *_: Any, **__: Any) -> _MappedFile:
        offset, length = self.range(name)
        return _MappedFile(memoryview(self._source)[offset : offset + length], name=name)


class _Segment(W3Segment):
    checksum = -1

    def create_compound_file(self, storage: Any) -> None:
        super().create_compound_file(storage)
        self.checksum = checksum(path_of(storage, self))

    def open_compound_file(self, storage: Any) -> _MappedSegmentFiles:
        return _MappedSegmentFiles(storage.open_file(self.make_filename(self.COMPOUND_EXT)))


def path_of(storage: Any, segment: Any) -> Path:
    """Return the one file of a segment, which never changes once it is written."""
    name: str = segment.make_filename(segment.COMPOUND_EXT)
    return Path(storage.folder) / name


def intact(storage: Any, segment: Any) -> bool:
    """Tell whether the file of a segment is as it was written; the whole of it is read."""
    try:
        return bool(checksum(path_of(storage, segment)) == segment.checksum)
    except OSError:
        return False


def checksum(path: Path) -> int:
    """Return a number that another content of a file would hardly have."""
    made = 0
    with path.open("rb") as file:
        for part in iter(partial(file.read, 1 << 20), b""):
            made = crc32(part, made)
    return made


class _PostingsWriter(W3PostingsWriter):
    """Writes each list as one block: a count, then the arrays."""

    def add_posting(
        self, id_: int, weight: float, vbytes: bytes, length: int | None = None
    ) -> None:
        super().add_posting(id_, weight, vbytes, length)
        if not vbytes:  # which Whoosh leaves out
            self._values.append(b"")

    def _write_block(self, last: bool = False) -> None:
        self._terminfo.add_block(self)
        counts = np.fromiter((len(value) // 2 for value in self._values), "<u2", len(self._values))
        weights = np.minimum(np.rint(np.array(self._weights) * SCALE), LARGEST)
        self._postfile.write(MAGIC + np.array([len(self._ids)], "<i4").tobytes())
        for part in (np.array(self._ids, "<i4"), weights.astype("<u2"), counts):
            self._postfile.write(part.tobytes())
        self._postfile.write(b"".join(self._values))
        self._blockcount += 1
        self._new_block()


class PlainCodec(W3Codec):
    """Whoosh's codec with these lists and this way of opening them."""

    length_stats = False

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> _PostingsWriter:
        # no limit: a list is one block; nothing is kept elsewhere
        return _PostingsWriter(dbfile, blocklimit=1 << 40, byteids=byteids, inlinelimit=0)

    def postings_reader(
        self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None
    ) -> ListMatcher:
        """Return the list as Whoosh reads it when it merges segments."""
        found = _postings(dbfile, terminfo)
        ends = np.cumsum(found.counts, dtype=np.int64) * 2
        values = [bytes(found.rest[start:end]) for start, end in pairwise([0, *ends.tolist()])]
        records, weights = found.records.tolist(), found.weights.tolist()
        return ListMatcher(records, weights, values, format_, term=term)

    def new_segment(self, storage: Any, indexname: str) -> _Segment:
        return _Segment(self, indexname)


def _postings(file: _MappedFile, info: Any) -> Postings:
    offset, _ = info.extent()
    raw = file._buf[offset:]
    if raw[:4] != MAGIC:
        raise ValueError("this is not a posting list")
    count = int(np.frombuffer(raw, "<i4", 1, 4)[0])
    records = np.frombuffer(raw, "<i4", count, 8)
    scaled = np.frombuffer(raw, "<u2", count, 8 + 4 * count)
    counts = np.frombuffer(raw, "<u2", count, 8 + 6 * count)
    return Postings(records, scaled, counts, raw[8 + 8 * count :])


class SegmentView:
    """What searching needs of one segment; immutable, for any number of threads."""

    def __init__(self, storage: Any, schema: Any, segment: Any) -> None:
        self._path = path_of(storage, segment)
        self._state = _state(self._path)
        reader = SegmentReader(storage, schema, segment)
        self.name: str = segment.segment_id()
        self.size: int = segment.doc_count_all()
        self.deleted = _deleted(segment)
        self._terms = reader._terms
        self._stored = reader._perdoc

    def with_deleted(self, segment: Any) -> "SegmentView":
        """Return this view of the same segment after records of it were deleted."""
        made = copy(self)
        made.deleted = _deleted(segment)
        return made

    def written_to(self) -> bool:
        """Tell whether somebody has written to the file: behind its new end a map is deadly."""
        try:
            return _state(self._path) != self._state
        except FileNotFoundError:  # taken away by a change; the map still holds it
            return False

    def column(self, name: str, dtype: str) -> npt.NDArray[Any]:
        """Return one number of each record; `dtype` is the big-endian type of the column."""
        made = np.zeros(self.size, np.dtype(dtype).newbyteorder("="))
        if self._stored.has_column(name):
            file, offset, length = self._stored._get_column_file(name)
            # the column ends with the last record that has another number than zero
            found = np.frombuffer(file._buf, dtype, length // made.itemsize, offset)
            made[: len(found)] = found
        return made

    def postings(self, field: str, word: str) -> Postings | None:
        """Return where `word` stands, or nothing if it stands nowhere."""
        try:
            info = self._terms.term_info(field, word.encode())
        except TermNotFound:
            return None
        return _postings(self._terms._postfile, info)

    @cached_property
    def links(self) -> Links:
        """Every key that a record of the segment names."""
        found = self.postings("neighbour", EVERY.decode())
        if found is None:
            return Links(np.zeros(0, np.uint64), np.zeros(0, np.int32), np.zeros(0, np.float32))
        named = found.counts // 4
        order = np.argsort(found.keys, kind="stable")
        shares = np.repeat(np.float32(1) / named.astype(np.float32), named)
        return Links(found.keys[order], np.repeat(found.records, named)[order], shares[order])

    def words(self, field: str) -> Iterable[str]:
        """Give every word of `field`."""
        for name, word in self._terms.terms_from(field, b""):
            if name != field:
                return
            yield word.decode()

    def stored(self, record: int) -> Any:
        """Return what is stored of a record."""
        return self._stored.stored_fields(record)


def _state(path: Path) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_size, found.st_mtime_ns


def _deleted(segment: Any) -> npt.NDArray[np.int64]:
    return np.fromiter(segment.deleted_docs(), np.int64)
