"""Rich Text Format: text with its hidden, deleted and white parts, notes, fields, pictures."""

import binascii
import re
from dataclasses import dataclass, field, replace

from portal.disclosure.files.gathering import LEFT_OUT, Gathering
from portal.disclosure.files.pictures import in_document
from portal.disclosure.files.reading import Where
from portal.disclosure.files.refusals import DAMAGED, MACROS, TOO_COMPLEX, Refused
from portal.disclosure.files.rtf_tokens import Token, tokens
from portal.disclosure.files.stories import Look, Story

_DEEPEST = 500
_SKIP = {
    "fonttbl", "listtable", "listoverridetable", "rsidtbl", "generator", "themedata",
    "colorschememapping", "latentstyles", "xmlnstbl", "mmathPr", "pgptbl", "wgrffmtfilter",
    "filetbl", "revtim", "creatim", "printim", "buptim", "panose", "falt", "blipuid", "picprop",
    "listtext", "pntext", "pn", "atnid", "atnref", "atndate", "passwordhash", "nonshppict",
    "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "pnseclvl", "fchars", "lchars",
    "bkmkend", "datafield", "pgdsctbl", "fname", "svb",
}  # fmt: skip
_STORIES = {
    "header": Where.HEADER, "headerl": Where.HEADER, "headerr": Where.HEADER,
    "headerf": Where.HEADER, "footer": Where.FOOTER, "footerl": Where.FOOTER,
    "footerr": Where.FOOTER, "footerf": Where.FOOTER, "footnote": Where.FOOTNOTE,
    "annotation": Where.COMMENT, "shptxt": Where.TEXT_BOX,
}  # fmt: skip
_UNSEEN = {Where.COMMENT}
_TEXTS = {
    "title": Where.PROPERTIES, "subject": Where.PROPERTIES, "author": Where.PROPERTIES,
    "manager": Where.PROPERTIES, "company": Where.PROPERTIES, "operator": Where.PROPERTIES,
    "category": Where.PROPERTIES, "keywords": Where.PROPERTIES, "comment": Where.PROPERTIES,
    "doccomm": Where.PROPERTIES, "hlinkbase": Where.PROPERTIES, "template": Where.SETTINGS,
    "propname": Where.CUSTOM_PROPERTIES, "staticval": Where.CUSTOM_PROPERTIES,
    "atnauthor": Where.COMMENT_AUTHOR, "revtbl": Where.REVISION_AUTHOR,
    "bkmkstart": Where.BOOKMARK, "fldinst": Where.FIELD, "ffname": Where.FORM_FIELD,
    "ffdeftext": Where.FORM_FIELD, "ffhelptext": Where.FORM_FIELD, "ffl": Where.FORM_FIELD,
    "docvar": Where.SETTINGS, "xe": Where.FIELD, "tc": Where.FIELD, "objclass": Where.EMBEDDED,
    "objname": Where.EMBEDDED, "sn": Where.OTHER, "sv": Where.ALT_TEXT,
    "stylesheet": Where.SETTINGS, "mailmerge": Where.SETTINGS, "writereservation": Where.SETTINGS,
}  # fmt: skip
_HEX = {"pict", "objdata", "datastore"}
_MARKS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ",
}  # fmt: skip
_SIGNS = {b"~": "\u00a0", b"_": "-", b"-": "", b"\n": "\n", b"\r": "\n"}
_SYMBOLS = {b"{", b"}", b"\\"}
_LINK = re.compile(r'HYPERLINK\s+(?:\\\w\s+)?"([^"]*)"')
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_HIDDEN_SHAPE = re.compile(rb"\\sn\s+fHidden\s*\}\s*\{\s*\\sv\s+(?!0[\s}])")
_NOT_HEX = re.compile(rb"[^0-9a-fA-F]")


@dataclass(frozen=True)
class State:
    """What holds in a group."""

    destination: str = ""
    """"" for a story's own text."""
    look: Look = field(default_factory=Look)
    deleted: bool = False
    outline: int = 9
    list_item: bool = False
    link: str = ""
    skip: int = 1
    """Signs to pass over after one of Unicode."""


@dataclass
class Group:
    """A group that is open."""

    state: State
    story: Story | None = None
    """Opened by this group, to be finished with it."""
    text: list[str] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)
    new: bool = True
    ignorable: bool = False
    """It began with \\*."""


class Reader:
    """Goes through a file once."""

    def __init__(self, gathering: Gathering) -> None:
        self.gathering = gathering
        self.story = Story(gathering, Where.BODY, shown=True)
        self.body = self.story
        self.groups = [Group(State())]
        self.codepage = "cp1252"
        self.colours: list[str] = []
        self._rgb: dict[str, int] = {}
        self.bytes = bytearray()
        """Bytes of the code page that wait: a letter may take two."""
        self.high = 0
        self.to_skip = 0
        self.cells: list[str] = []
        self.rows: list[list[str]] = []
        self.styles: dict[int, int] = {}
        self.in_table = False
        self.stories: list[Story] = []
        self.notes = 0
        self.hidden_shapes = False
        """Some shape is said to be hidden; which one may be said after its text."""
        self.property = ""

    @property
    def group(self) -> Group:
        """The innermost group."""
        return self.groups[-1]

    def run(self, data: bytes) -> None:
        """Read a file; raise Refused where its groups do not close or nest too deep."""
        self.hidden_shapes = bool(_HIDDEN_SHAPE.search(data))
        for token, end in tokens(data):
            self._token(token)
            if len(self.groups) == 1 and token.word == "}":
                self.gathering.strings(data[end:], Where.OTHER, "after the end")
                break
        self._flush()
        if len(self.groups) > 1:
            raise Refused(DAMAGED)
        self._end_rows()
        self.story.finish()

    def _token(self, token: Token) -> None:
        if token.word == "'":
            if self.to_skip:
                self.to_skip -= 1
            else:
                self.bytes += token.data
            return
        if token.word == "text":
            self._plain(token.data)
            return
        self._flush()
        if token.word == "{":
            self._open()
        elif token.word == "}":
            self._close()
        elif token.word == "bin":
            self.group.data += token.data
        elif token.word == "sign":
            self._sign(token.data)
        else:
            self._control(token.word, token.number)
            self.group.new = False

    def _plain(self, data: bytes) -> None:
        if self.to_skip:
            passed = min(self.to_skip, len(data))
            self.to_skip -= passed
            data = data[passed:]
        self.group.new = False
        if self.group.state.destination in _HEX:
            self.group.data += data
        elif self.group.state.destination == "colortbl":
            for _ in range(data.count(b";")):
                self._colour()
        else:
            self.bytes += data

    def _flush(self) -> None:
        """Hand over the bytes that wait."""
        if self.bytes:
            text = self.bytes.decode(self.codepage, "replace")
            self.bytes.clear()
            self._text(text)

    def _text(self, text: str) -> None:
        state = self.group.state
        if state.destination in ("skip", "colortbl") or state.destination in _HEX:
            return
        if state.destination:
            self.group.text.append(text)
            return
        where = Where.DELETED if state.deleted else state.look.hides()
        self.story.text(text, where, state.link)

    def _open(self) -> None:
        if len(self.groups) > _DEEPEST:
            raise Refused(TOO_COMPLEX)
        self.to_skip = 0
        self.groups.append(Group(self.group.state))

    def _close(self) -> None:
        if len(self.groups) == 1:
            raise Refused(DAMAGED)
        group = self.groups.pop()
        self.to_skip = 0
        if group.story:
            group.story.finish()
            self.story = self.stories.pop()
        elif group.text:
            self._closed(group)
        if group.data:
            self._binary(group)

    def _closed(self, group: Group) -> None:
        """Keep the text of a destination; one inside another belongs to the outer one."""
        name, text = group.state.destination, "".join(group.text)
        outer = self.group
        if outer.state.destination == name and name not in ("revtbl", "stylesheet"):
            outer.text.append(text)
            return
        if name == "fldinst":
            self._instruction(text)
        elif name == "sn":
            outer.data = bytearray()
            self.property = text.strip()
        elif name == "sv":
            self.hidden_shapes |= self.property == "fHidden" and text.strip() != "0"
            self.gathering.add(text, Where.ALT_TEXT) if " " in text.strip() else None
        elif name == "stylesheet":
            self._style(group, text)
        else:
            where = _TEXTS.get(name, Where.OTHER)
            self.gathering.add(text.rstrip(";"), where, name if where is Where.OTHER else "")

    def _instruction(self, text: str) -> None:
        link = _LINK.search(text)
        if link:
            rendered = self.story.shown and link[1].startswith(("http://", "https://"))
            self.gathering.add(link[1], Where.LINK_TARGET, seen=rendered)
            for group in self.groups[-1:]:
                group.state = replace(group.state, link=link[1])
        elif " " in text.strip() or "MACRO" in text:
            self.gathering.add(text, Where.FIELD)
        if "MACROBUTTON" in text:
            raise Refused(MACROS)

    def _style(self, group: Group, text: str) -> None:
        if match := _HEADING.match(text.strip().rstrip(";")):
            self.styles[self._style_number] = int(match[1])

    _style_number = 0

    def _binary(self, group: Group) -> None:
        data = bytes(group.data)
        if group.state.destination in _HEX and not data.startswith(_RAW):
            digits = _NOT_HEX.sub(b"", data)
            data = binascii.unhexlify(digits[: len(digits) // 2 * 2])
        self.gathering.budget.take(len(data))
        if group.state.destination == "pict":
            self._picture(data)
        elif data:
            self.gathering.embed(_inner_file(data), "")

    def _picture(self, data: bytes) -> None:
        number = in_document(
            data,
            self.gathering,
            name="picture",
            alt="",
            crop=None,
            shown=self.story.shown and not self.group.state.look.hidden,
        )
        if number:
            self.gathering.rendering.picture(number, "")

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self.group.ignorable = True
            return
        self.group.new = False
        if self.to_skip and (sign in _SYMBOLS or sign in _SIGNS):
            self.to_skip -= 1
        elif sign in _SYMBOLS:
            self._text(sign.decode("ascii"))
        elif sign in _SIGNS:
            self._text(_SIGNS[sign])

    def _control(self, word: str, number: int | None) -> None:
        group = self.group
        if group.new and self._destination(word):
            return
        if group.new and group.ignorable:
            if group.state.destination not in ("skip", "stylesheet"):
                group.state = replace(group.state, destination=word)
            return
        if word == "u":
            self._unicode(number or 0)
        elif word in _MARKS:
            self._text(_MARKS[word])
        elif word in ("par", "sect", "page", "cell", "row", "nestcell", "nestrow"):
            self._end(word)
        elif word == "ansicpg" and number:
            self.codepage = _codepage(number)
        elif word in ("red", "green", "blue"):
            self._rgb[word] = min(255, number or 0)
        else:
            self._format(word, number)

    def _destination(self, word: str) -> bool:
        """Begin a destination; return whether the word names one."""
        group = self.group
        if word in _STORIES:
            if group.state.destination == "skip":
                return True
            where = _STORIES[word]
            noted = where is Where.FOOTNOTE
            unsure = where is Where.TEXT_BOX and self.hidden_shapes
            if unsure:
                self.gathering.warn(LEFT_OUT)
            gone = group.state.deleted or group.state.look.hidden or unsure
            shown = (noted or where is Where.TEXT_BOX) and not gone
            seen = where not in _UNSEEN and not gone
            story = Story(self.gathering, where, seen=seen, shown=shown)
            if noted and shown:
                self.notes += 1
                self.story.inline.text(f" (note {self.notes})")
                story.inline.text(f"Note {self.notes}: ")
            self.stories.append(self.story)
            self.story = group.story = story
            group.state = State(skip=group.state.skip)
        elif word in _SKIP:
            group.state = replace(group.state, destination="skip")
        elif word in _TEXTS or word in _HEX or word == "colortbl":
            if group.state.destination != "skip":
                group.state = replace(group.state, destination=word)
        elif word == "fldrslt":
            group.state = replace(group.state, destination="")
        else:
            return False
        group.new = False
        return True

    def _unicode(self, number: int) -> None:
        code = number & 0xFFFF
        self.to_skip = self.group.state.skip
        if 0xD800 <= code < 0xDC00:
            self.high = code
        elif 0xDC00 <= code < 0xE000:
            if self.high:
                self._text(chr(0x10000 + ((self.high - 0xD800) << 10) + (code - 0xDC00)))
            self.high = 0
        else:
            self._text(chr(code - 0xF000 if 0xF020 <= code <= 0xF0FF else code))

    def _end(self, word: str) -> None:
        """End a paragraph, a cell or a row."""
        state = self.group.state
        if state.destination:
            self.group.text.append(" ")
            return
        if word == "cell":
            self.cells.append(self.story.inline.markdown().replace("  \n", " "))
            self._silently()
        elif word == "row":
            self.rows.append(self.cells)
            self.cells = []
        elif self.in_table and self.story is self.body and word == "par":
            self.story.text("\n")
        else:
            self._end_rows()
            heading = state.outline + 1 if state.outline < 9 else 0
            item = (0, False) if state.list_item and not heading else None
            self.story.end(heading, item)

    def _silently(self) -> None:
        """End a paragraph that the rendering has in a table."""
        shown, self.story.shown = self.story.shown, False
        self.story.end()
        self.story.shown = shown

    def _end_rows(self) -> None:
        if self.rows and self.story is self.body:
            self.gathering.rendering.table(self.rows)
            self.rows = []

    def _colour(self) -> None:
        parts = [self._rgb.get(one) for one in ("red", "green", "blue")]
        self.colours.append("" if None in parts else "".join(f"{part or 0:02x}" for part in parts))
        self._rgb = {}

    def _format(self, word: str, number: int | None) -> None:
        group, on = self.group, number != 0
        state, look = group.state, group.state.look
        if word == "plain":
            state = replace(state, look=Look(), deleted=False)
        elif word == "v":
            state = replace(state, look=replace(look, hidden=on))
        elif word in ("deleted", "crdel"):
            state = replace(state, deleted=on)
        elif word == "cf":
            state = replace(state, look=replace(look, colour=self._coloured(number)))
        elif word in ("cb", "chcbpat", "highlight", "cbpat", "clcbpat"):
            fill = (self._coloured(number) or None) if number else None
            state = replace(state, look=replace(look, fill=fill))
        elif word == "fs" and number is not None:
            state = replace(state, look=replace(look, size=number / 2))
        elif word == "uc":
            state = replace(state, skip=min(max(number or 0, 0), 10))
        else:
            state = self._paragraph_format(state, word, number)
        group.state = state

    def _paragraph_format(self, state: State, word: str, number: int | None) -> State:
        if word == "pard":
            self.in_table = False
            return replace(state, outline=9, list_item=False)
        if word in ("trowd", "intbl"):
            self.in_table = True
        if word == "s":
            self._style_number = number or 0
            level = self.styles.get(number or 0)
            return replace(state, outline=level - 1) if level else state
        if word == "outlinelevel" and number is not None:
            return replace(state, outline=min(max(number, 0), 9))
        if word == "ls":
            return replace(state, list_item=True)
        return state

    def _coloured(self, number: int | None) -> str:
        at = number or 0
        return self.colours[at] if 0 <= at < len(self.colours) else ""


_RAW = (b"\xff\xd8\xff", b"\x89PNG", b"\xd0\xcf\x11\xe0", b"PK\x03\x04")


def _inner_file(data: bytes) -> bytes:
    """Return the file that an object's data carries, without what stands before it."""
    starts = [at for mark in _RAW if (at := data.find(mark)) >= 0]
    return data[min(starts) :] if starts else data


def _codepage(number: int) -> str:
    name = {65001: "utf-8", 10000: "mac-roman"}.get(number, f"cp{number}")
    try:
        b"".decode(name)
    except LookupError:
        return "cp1252"
    return name


def read_rtf(data: bytes, gathering: Gathering) -> None:
    """Take in a file of rich text."""
    Reader(gathering).run(data)
