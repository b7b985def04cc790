"""What stands in a picture's file beside its pixels, in whatever form: for traces of any kind."""

import struct
from collections.abc import Iterator

_PIXELS = {b"IHDR", b"IDAT", b"PLTE", b"tRNS", b"fdAT", b"VP8 ", b"VP8L", b"ALPH", b"ANMF"}
_ALONE = {0x01, *range(0xD0, 0xD9)}
"""Markers of JPEG that have no length (ITU-T T.81, table B.1)."""
_SHAPES = {0xC4, 0xDB, 0xDD, *range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xD0)}
"""Tables and frames of JPEG: numbers alone."""


_READ = (b"Exif\0\0", b"ICC_PROFILE\0", b"Photoshop 3.0\0")
"""Segments that are read for what they are, or say what a thousand pictures say."""
_READ_CHUNKS = {b"eXIf", b"EXIF", b"iCCP", b"ICCP"}
_MOST_AFTER = 4096
"""Bytes after a picture's end; telephones put films there, in which any word is chance."""


def beside_pixels(data: bytes) -> Iterator[bytes]:
    """Give the parts of a JPEG, PNG or WebP that hold no pixels and are not read elsewhere.

    What follows the picture is one of them, or the parts of the pictures that follow.
    """
    yield from (part for part in _parts(data) if b"<x:xmpmeta" not in part)


def _parts(data: bytes) -> Iterator[bytes]:
    if data.startswith(b"\xff\xd8"):
        yield from _jpeg(data)
    elif data.startswith(b"\x89PNG"):
        yield from _chunks(data, 8, ">I4s", after=4, end=b"IEND")
    elif data.startswith(b"RIFF"):
        yield from _chunks(data, 12, "<4sI", after=0, end=b"")


def _jpeg(data: bytes) -> Iterator[bytes]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _ALONE or marker == 0xFF:
            at += 1 if marker == 0xFF else 2
            continue
        length = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:  # the pixels begin
            end = data.find(b"\xff\xd9", at)
            if end < 0:
                return
            at = end + 2
            if data[at : at + 2] != b"\xff\xd8":
                yield data[at : at + _MOST_AFTER]
            continue  # with the picture that follows, as those of two lenses do
        part = data[at + 4 : at + length]
        if marker not in _SHAPES and not part.startswith(_READ):
            yield part
        at += length


def _chunks(data: bytes, at: int, head: str, *, after: int, end: bytes) -> Iterator[bytes]:
    """Give chunks with a head of 8 bytes; `after` are bytes of a check sum."""
    while at + 8 <= len(data):
        first, second = struct.unpack_from(head, data, at)
        kind, length = (second, first) if isinstance(second, bytes) else (first, second)
        if kind not in _PIXELS | _READ_CHUNKS:
            yield data[at + 8 : at + 8 + length]
        at += 8 + length + after
        if head[0] == "<":
            at += length % 2
        if kind == end:
            break
    yield data[at : at + _MOST_AFTER]
