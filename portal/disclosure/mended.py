"""Lines in which letters stand for digits, put right: "o77OO 9l2 345".

People type the letter O for a nought and a small L for a one, and programs that read scans do. A
mended line has as many characters as before, so that what is found in it is where it was.
"""

import re
from collections.abc import Iterator

_LETTERS = re.compile(
    r"(?<![^\W\d_])[OoIl]{1,3}(?=\d)"  # O1670
    r"|(?<=\d)[OoIlSBZ]{1,3}(?=\d)"  # 496O17, 07S00
    r"|(?<=\d)[OoIl]{1,3}(?![^\W\d_])"  # 9oo
    r"|(?<=\d[ -])[OoIl]{1,4}(?=[ -]\d)"  # 07700 9 oo 4
)
_DIGITS = str.maketrans("OoIlSBZ", "0011582")
_LINE = re.compile(r"[^\n]+")


def mended(text: str) -> Iterator[tuple[int, str]]:
    """Give each line that had letters for digits, with where it begins."""
    if not _LETTERS.search(text):
        return
    for match in _LINE.finditer(text):
        right = _LETTERS.sub(lambda one: one[0].translate(_DIGITS), match[0])
        if right != match[0]:
            yield match.start(), right
