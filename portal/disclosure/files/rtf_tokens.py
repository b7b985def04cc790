"""The words of RTF 1.9.1: groups, control words, text."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?"  # a control word
    rb"|\\'([0-9a-fA-F]{2})"  # a byte
    rb"|\\(.)"  # a control sign
    rb"|([{}])"
    rb"|([^\\{}\r\n]+)",
    re.DOTALL,
)


class Token(NamedTuple):
    """A control word with its number, or "{", "}", "'" (a byte), "text" or "sign" with `data`."""

    word: str
    number: int | None = None
    data: bytes = b""


def tokens(data: bytes) -> Iterator[tuple[Token, int]]:
    """Give the tokens of a file, each with where it ends; what follows \\bin is one token."""
    at = 0
    while match := _TOKEN.search(data, at):
        at = match.end()
        word, number, byte, sign, brace, text = match.groups()
        if word == b"bin":
            length = max(0, int(number or 0))
            token = Token("bin", None, data[at : at + length])
            at += length
        elif word:
            token = Token(word.decode("ascii"), int(number) if number else None)
        elif byte:
            token = Token("'", None, bytes.fromhex(byte.decode("ascii")))
        elif sign:
            token = Token("sign", None, sign)
        elif brace:
            token = Token(brace.decode("ascii"))
        else:
            token = Token("text", None, text)
        yield token, at
