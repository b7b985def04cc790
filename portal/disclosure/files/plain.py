"""Plain text and Markdown."""

import html
import re

from portal.disclosure.files.gathering import Gathering
from portal.disclosure.files.reading import Kind, Where
from portal.disclosure.files.refusals import Refused, mistyped
from portal.disclosure.files.rendering import Inline

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{1,32});")
_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$", re.MULTILINE)
_UNDERLINED = re.compile(r"^([ \t]*[^\s][^\n]*)\n(=+|-{2,})[ \t]*$", re.MULTILINE)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,5000}>")
_WORDS_IN_TAG = re.compile(r"""=\s*(?:"([^"]*)"|'([^']*)')""")
_IMAGE = re.compile(r"!\[([^\[\]]{0,2000})\](?:\([^()]{0,2000}\)|\[[^\[\]]{0,500}\])")


def decoded(data: bytes) -> str:
    """Return the text of a file: by its mark, else UTF-8, else Windows-1252; Unix line ends."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    for name in [encoding] if encoding else ["utf-8", "cp1252"]:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if not _BINARY.search(text):
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise mistyped("as a text", "different kind of file, or damaged")


def read_text(data: bytes, gathering: Gathering) -> None:
    """Take in a plain text: an empty line parts paragraphs."""
    text = decoded(data)
    gathering.add(text, Where.BODY, seen=True)
    for block in re.split(r"\n[ \t]*\n", text):
        inline = Inline()
        inline.text(block)
        gathering.rendering.paragraph(inline)


def read_markdown(data: bytes, gathering: Gathering) -> None:
    """Take in Markdown: its signs stay, its HTML goes, and what only HTML shows is unseen."""
    text = decoded(data)
    if front := _FRONT.match(text):
        gathering.add(front[1], Where.PROPERTIES, "front matter")
        text = text[front.end() :]
    for comment in _COMMENT.findall(text):
        gathering.add(comment, Where.COMMENT)
    text = _COMMENT.sub("", text)
    for tag in _TAG.findall(text):
        for words in _WORDS_IN_TAG.findall(tag):
            gathering.add("".join(words), Where.OTHER, "inside an HTML tag")
    text = _ENTITY.sub(_letter, _TAG.sub("", text))
    gathering.add(text, Where.BODY, seen=True)
    numbers = iter(range(1, len(text)))
    text = _IMAGE.sub(lambda m: _placeholder(next(numbers), m[1]), text)
    text = _UNDERLINED.sub(lambda m: f"{'##' if m[2][0] == '=' else '###'} {m[1].strip()}", text)
    text = _HEADING.sub(_levelled, text)
    gathering.rendering.verbatim(text.replace("<", "&lt;").strip())


def _letter(match: re.Match[str]) -> str:
    """Return a letter or digit for the entity that stands for it, by which a name could hide."""
    sign = html.unescape(match[0])
    return sign if sign.isalnum() else match[0]


def _placeholder(number: int, alt: str) -> str:
    return f"\\[Picture {number}: {alt.strip() or 'no description'}\\]"


def _levelled(match: re.Match[str]) -> str:
    return f"{'##' if len(match[1]) <= 2 else '###'} {match[2]}"


def of_kind(kind: Kind, data: bytes, gathering: Gathering) -> None:
    """Take in a text of either kind; raise Refused where it is no text."""
    if not data.strip():
        raise Refused("This file has no text in it.")
    (read_markdown if kind is Kind.MARKDOWN else read_text)(data, gathering)
