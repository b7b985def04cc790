"""What a text says about a document by linking to it, and the text without that. Pure.

The words of a link are often the title of what it leads to, or say what that is about.
"""

import re
from collections.abc import Sequence

REMOVED_LINK = "a document that was removed"
"""Stands in the place of a link to it."""
_BLANK = re.compile(r"\n[ \t]*\n")
_TITLE = r"""(?:\s*(?:"[^"]*"|'[^']*'|\([^()]*\)))?"""


def without_mention(
    related: Sequence[dict[str, str]], body: str, reference: str
) -> tuple[list[dict[str, str]], str]:
    """Return a list of related documents and a text without what was said about a document."""
    return [one for one in related if one["id"] != reference], without_links(body, reference)


def without_links(text: str, reference: str) -> str:
    """Return Markdown without its links to a document, however they are written.

    Links lead to `doc:` and its reference, or to its address in the portal: files that came from
    elsewhere know no other. Their targets may stand apart, as Markdown allows.
    """
    if reference not in text.lower():
        return text
    address = rf"""<?(?:doc:|[^\s<>()\[\]"']*/library/){re.escape(reference)}(?!\d)[^\s<>()"']*>?"""
    text = _without(text, rf"\]\(\s*{address}{_TITLE}\s*\)")
    apart = re.compile(
        rf"^ {{0,3}}\[([^\[\]]+)\]:[ \t]*\n?[ \t]*{address}{_TITLE}[ \t]*(?:\n|\Z)", re.M | re.I
    )
    for label in {match[1] for match in apart.finditer(text)}:
        named = r"\s+".join(map(re.escape, label.split()))
        text = _without(apart.sub("", text), rf"\]\s?\[\s*{named}\s*\]")
        text = re.sub(rf"\[\s*{named}\s*\](?:\s?\[\])?", REMOVED_LINK, text, flags=re.I)
    return text


def _without(text: str, end: str) -> str:
    """Return a text with other words in the place of each link whose end has that pattern."""
    made, done = [], 0
    for match in re.finditer(end, text, re.I):
        begin = _bracket_before(text, done, match.start())
        if begin is not None:
            made += [text[done:begin], REMOVED_LINK]
            done = match.end()
    # once more where there was one: another may stand around it
    return _without("".join([*made, text[done:]]), end) if made else text


def _bracket_before(text: str, first: int, end: int) -> int | None:
    """Return where the bracket opens that closes at `end`: from `first` on, in the same block."""
    first = max([first, *(match.end() for match in _BLANK.finditer(text, first, end))])
    depth = 0
    for place in range(end, first - 1, -1):
        if text[place] not in "[]" or _is_escaped(text, place):
            continue
        depth += 1 if text[place] == "]" else -1
        if depth == 0:
            return place
    return None


def _is_escaped(text: str, place: int) -> bool:
    begin = place
    while begin and text[begin - 1] == "\\":
        begin -= 1
    return (place - begin) % 2 == 1
