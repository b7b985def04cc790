"""What a page of a PDF paints: its text in order, and how each letter is kept from a reader.

Positions are those of the page in points, its rotation applied. Built on pdfminer.six, whose
interpreter knows neither layers, clipping nor transparency: these are added here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pdfminer.layout import LTChar
from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdffont import PDFFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import (
    PDFGraphicState,
    PDFPageInterpreter,
    PDFResourceManager,
    PDFTextState,
)
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFObjRef, PDFStream, dict_value, resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import apply_matrix_pt, apply_matrix_rect, mult_matrix

from portal.disclosure.files.reading import Where
from portal.disclosure.files.refusals import TOO_COMPLEX, Refused
from portal.disclosure.files.stories import RGB, near

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]

_SMALLEST = 1.0
_NARROWEST = 0.2
"""Points; a letter that thin is a hair."""
_OPAQUE = 0.9
_DEEPEST = 30
"""Forms within forms."""
_MOST_FORMS = 5000
"""Of one page."""
_MOST_COVERS = 3000
_THICK = 4.0
"""Points; a line of that width blacks out text."""
_UNSEEN_MODES = (3, 7)
"""Text render modes that paint nothing (ISO 32000-2, table 104)."""


@dataclass(frozen=True)
class Cover:
    """Something painted: its box, its colour (None for a picture or pattern), when.

    `sure`: it is opaque all over its box; else it may change what lies behind a letter, no more.
    """

    box: Box
    colour: RGB | None
    order: int
    sure: bool = True


@dataclass(frozen=True)
class Letter:
    """A letter (or a few that are one sign), when painted, and how hidden before what follows."""

    char: LTChar
    order: int
    colour: RGB | None
    hidden: Where | None


@dataclass
class Painted:
    """What a page painted."""

    letters: list[Letter] = field(default_factory=list)
    covers: list[Cover] = field(default_factory=list)
    pictures: list[tuple[PDFStream, Box, int]] = field(default_factory=list)
    """With where they stand and when they were painted."""
    described: list[str] = field(default_factory=list)
    """Texts that stand for marked content (ActualText, Alt)."""

    def sorted_out(self, extra: Sequence[Cover] = ()) -> list[tuple[LTChar, Where | None]]:
        """Return each letter with how a reader is kept from seeing it."""
        if len(self.covers) > _MOST_COVERS:
            self.covers.sort(key=lambda cover: -_area(cover.box))
            self.covers = sorted(self.covers[:_MOST_COVERS], key=lambda cover: cover.order)
        covers = [*self.covers, *extra]
        return [(letter.char, letter.hidden or _under(letter, covers)) for letter in self.letters]


def _under(letter: Letter, covers: list[Cover]) -> Where | None:
    """Tell whether a letter is covered later, or has the colour of what lies behind it."""
    x, y = _middle(letter.char.bbox)
    behind: RGB | None = (255.0, 255.0, 255.0)
    for cover in covers:
        x0, y0, x1, y1 = cover.box
        if x0 <= x <= x1 and y0 <= y <= y1:
            if cover.order < letter.order:
                behind = cover.colour
            elif cover.sure:
                return Where.COVERED
    return Where.SAME_COLOUR if near(letter.colour, behind) else None


def _middle(box: Box) -> tuple[float, float]:
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


class Graphics(PDFGraphicState):
    """A graphics state with opacity and clipping."""

    opacity = 1.0
    clip: Box | None = None

    def copy(self) -> "Graphics":
        """Return a copy with all that this class and its parent hold."""
        new = Graphics()
        new.__dict__.update(self.__dict__)
        return new


class Painter(PDFTextDevice):
    """Notes what is painted."""

    def __init__(self, resources: PDFResourceManager, page: Box, budget: int) -> None:
        super().__init__(resources)
        self.page = page
        self.painted = Painted()
        self.layers: list[bool] = []
        """For each open marked content: it is of a layer that is switched off."""
        self._order = 0
        self._left = budget
        self._mode = 0
        self._forms = 0

    def next_order(self) -> int:
        """Return the number of the next thing painted."""
        self._order += 1
        if self._order > self._left:
            raise Refused(TOO_COMPLEX)
        return self._order

    def next_form(self) -> None:
        """Count a form: forms that paint each other multiply."""
        self._forms += 1
        if self._forms > _MOST_FORMS:
            raise Refused(TOO_COMPLEX)

    def render_string(
        self,
        textstate: PDFTextState,
        seq: Any,
        ncs: PDFColorSpace,
        graphicstate: PDFGraphicState,
    ) -> None:
        self._mode = int(textstate.render)
        super().render_string(textstate, seq, ncs, graphicstate)

    def render_char(
        self,
        matrix: Matrix,
        font: PDFFont,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: PDFColorSpace,
        graphicstate: PDFGraphicState,
    ) -> float:
        try:
            text = font.to_unichr(cid)
        except PDFUnicodeNotDefined:
            text = "\N{REPLACEMENT CHARACTER}"
        width, shift = font.char_width(cid), font.char_disp(cid)
        char = LTChar(matrix, font, fontsize, scaling, rise, text, width, shift, ncs, graphicstate)
        stroked = self._mode in (1, 5)
        colour = (
            rgb_of(graphicstate.scs, graphicstate.scolor)
            if stroked
            else rgb_of(graphicstate.ncs, graphicstate.ncolor)
        )
        hidden = self._hidden(char, graphicstate)
        self.painted.letters.append(Letter(char, self.next_order(), colour, hidden))
        return char.adv

    def _hidden(self, char: LTChar, state: PDFGraphicState) -> Where | None:
        if any(self.layers):
            return Where.LAYER_OFF
        opacity = getattr(state, "opacity", 1.0)
        if self._mode in _UNSEEN_MODES or opacity <= 0.05:
            return Where.INVISIBLE
        x, y = _middle(char.bbox)
        clip = getattr(state, "clip", None)
        for x0, y0, x1, y1 in (self.page, clip or self.page):
            if not (x0 <= x <= x1 and y0 <= y <= y1):
                return Where.OFF_PAGE
        # the letter's own box may be turned: its least side is its width or its height
        narrow = char.adv > 0 and min(char.width, char.height) < _NARROWEST
        return Where.TINY if char.size < _SMALLEST or narrow else None

    def paint_path(
        self,
        graphicstate: PDFGraphicState,
        stroke: bool,
        fill: bool,
        evenodd: bool,
        path: Sequence[Any],
    ) -> None:
        if any(self.layers):
            return
        if getattr(graphicstate, "opacity", 1.0) < _OPAQUE:
            points = [apply_matrix_pt(self._matrix(), one) for one in _points(path)]
            return self._cover(_around(points), None, None, sure=False)
        clip = getattr(graphicstate, "clip", None)
        for part in _subpaths(path):
            points = [apply_matrix_pt(self._matrix(), point) for point in part]
            if fill and (box := _rectangle(points)):
                self._cover(box, rgb_of(graphicstate.ncs, graphicstate.ncolor), clip)
            elif fill:
                self._cover(_around(points), None, clip, sure=False)
            if stroke and graphicstate.linewidth >= _THICK:
                colour = rgb_of(graphicstate.scs, graphicstate.scolor)
                for box in _bars(points, graphicstate.linewidth):
                    self._cover(box, colour, clip)

    def _cover(self, box: Box, colour: RGB | None, clip: Box | None, *, sure: bool = True) -> None:
        shown = crossed(box, clip) if clip else box
        if shown and _area(shown) > 1:
            self.painted.covers.append(Cover(shown, colour, self.next_order(), sure))

    def shaded(self, state: PDFGraphicState) -> None:
        """Note that what is not clipped was painted over in many colours."""
        self._cover(getattr(state, "clip", None) or self.page, None, None, sure=False)

    def picture(self, stream: PDFStream, state: PDFGraphicState) -> None:
        """Note a picture; one with a mask or half transparent covers nothing."""
        box = apply_matrix_rect(self._matrix(), (0, 0, 1, 1))
        masked = any(key in stream for key in ("SMask", "Mask", "ImageMask", "IM"))
        if any(self.layers):
            return
        clip = getattr(state, "clip", None)
        shown = crossed(box, clip) if clip else box
        if shown and crossed(shown, self.page):
            whole = shown == box and crossed(shown, self.page) == shown
            if whole:
                self.painted.pictures.append((stream, box, self.next_order()))
            opaque = not masked and getattr(state, "opacity", 1.0) >= _OPAQUE
            self._cover(shown, None, None, sure=opaque)

    def _matrix(self) -> Matrix:
        return self.ctm or (1, 0, 0, 1, 0, 0)


def crossed(one: Box, other: Box) -> Box | None:
    """Return what two boxes share, or nothing."""
    box = (
        max(one[0], other[0]),
        max(one[1], other[1]),
        min(one[2], other[2]),
        min(one[3], other[3]),
    )
    return box if box[0] < box[2] and box[1] < box[3] else None


def _around(points: list[tuple[float, float]]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (min(xs), min(ys), max(xs), max(ys)) if points else (0, 0, 0, 0)


def _points(path: Sequence[Any]) -> list[tuple[float, float]]:
    """Return all points of a path, those that only pull at curves too."""
    return [
        (segment[at], segment[at + 1]) for segment in path for at in range(1, len(segment) - 1, 2)
    ]


def _subpaths(path: Sequence[Any]) -> list[list[tuple[float, float]]]:
    parts: list[list[tuple[float, float]]] = []
    for segment in path:
        if segment[0] == "m":
            parts.append([])
        if parts and segment[0] in ("m", "l"):
            parts[-1].append((segment[1], segment[2]))
        elif parts and segment[0] in ("c", "v", "y"):
            parts[-1] += [*_points([segment])] * 2  # too many to be a rectangle
    return parts


def _rectangle(points: list[tuple[float, float]]) -> Box | None:
    """Return the box of a path that is an upright rectangle."""
    points = _corners(points)
    if len(points) != 4:
        return None
    xs = sorted(x for x, _ in points)
    ys = sorted(y for _, y in points)
    slack = 0.5
    if xs[1] - xs[0] > slack or xs[3] - xs[2] > slack:
        return None
    if ys[1] - ys[0] > slack or ys[3] - ys[2] > slack:
        return None
    return (xs[0], ys[0], xs[3], ys[3])


def _corners(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the points where a closed path turns: others lie on a level or upright side."""
    if len(points) > 1 and points[0] == points[-1]:
        points = points[:-1]
    found = []
    for at, (x, y) in enumerate(points):
        (x0, y0), (x1, y1) = points[at - 1], points[(at + 1) % len(points)]
        if not (x0 == x == x1 or y0 == y == y1):
            found.append((x, y))
    return found


def _bars(points: list[tuple[float, float]], width: float) -> list[Box]:
    """Return the boxes that level or upright lines of a width cover."""
    found = []
    for (x0, y0), (x1, y1) in pairwise(points):
        if abs(x0 - x1) < 1 or abs(y0 - y1) < 1:
            aside_x, aside_y = (0.0, width / 2) if abs(y0 - y1) < 1 else (width / 2, 0.0)
            found.append(
                (
                    min(x0, x1) - aside_x,
                    min(y0, y1) - aside_y,
                    max(x0, x1) + aside_x,
                    max(y0, y1) + aside_y,
                )
            )
    return found


def rgb_of(space: Any, colour: Any) -> RGB | None:
    """Return a colour as red, green, blue of 0 to 255; None for patterns, inks and the like."""
    name = getattr(space, "name", "")
    if name in ("Separation", "DeviceN", "Indexed", "Pattern", "Lab"):
        return None
    values = list(colour) if isinstance(colour, (tuple, list)) else [colour]
    if not all(isinstance(value, (int, float)) for value in values):
        return None
    if len(values) == 1:
        return (values[0] * 255,) * 3
    if len(values) == 3:
        return (values[0] * 255, values[1] * 255, values[2] * 255)
    if len(values) == 4:
        cyan, magenta, yellow, black = values
        red, green, blue = (255 * (1 - c) * (1 - black) for c in (cyan, magenta, yellow))
        return (red, green, blue)
    return None


class Interpreter(PDFPageInterpreter):
    """Runs a page's operators; layers in `off` (object numbers) are switched off."""

    device: Painter

    def __init__(
        self,
        rsrcmgr: PDFResourceManager,
        device: Painter,
        off: frozenset[int] = frozenset(),
        depth: int = 0,
        start: PDFGraphicState | None = None,
    ) -> None:
        super().__init__(rsrcmgr, device)
        self.off = off
        self.depth = depth
        self.start = start

    def dup(self) -> "Interpreter":
        """Return an interpreter for a form, which begins with the colours of where it stands."""
        if self.depth >= _DEEPEST:
            raise Refused(TOO_COMPLEX)
        return Interpreter(
            self.rsrcmgr, self.device, self.off, self.depth + 1, self.graphicstate.copy()
        )

    def init_state(self, ctm: Matrix) -> None:
        """Begin a page or form."""
        super().init_state(ctm)
        self.graphicstate = self.start or Graphics()

    def do_F(self) -> None:  # noqa: N802 (the operator's name)
        """Fill, as the obsolete operator does too."""
        self.do_f()

    def do_W(self) -> None:  # noqa: N802
        """Clip to the box around the path, which is never less than the path."""
        points = [point for part in _subpaths(self.curpath) for point in part]
        straight = all(segment[0] in "mlh" for segment in self.curpath)
        if not points or not straight or not isinstance(self.graphicstate, Graphics):
            return
        turned = [apply_matrix_pt(self.ctm, point) for point in points]
        xs, ys = [x for x, _ in turned], [y for _, y in turned]
        box = (min(xs), min(ys), max(xs), max(ys))
        old = self.graphicstate.clip
        self.graphicstate.clip = (crossed(box, old) or (0, 0, 0, 0)) if old else box

    def do_W_a(self) -> None:  # noqa: N802
        """Clip by the other rule."""
        self.do_W()

    def do_sh(self, name: Any) -> None:
        """Paint a shading."""
        self.device.shaded(self.graphicstate)

    def do_gs(self, name: Any) -> None:
        """Take opacity from a dictionary of graphics states."""
        states = dict_value(resolve1(self.resources.get("ExtGState")) or {})
        state = resolve1(states.get(getattr(name, "name", name)))
        opacity = resolve1(state.get("ca")) if isinstance(state, dict) else None
        if isinstance(opacity, (int, float)) and isinstance(self.graphicstate, Graphics):
            self.graphicstate.opacity = float(opacity)

    def do_BMC(self, tag: Any) -> None:  # noqa: N802
        """Begin marked content."""
        self.device.layers.append(False)

    def do_BDC(self, tag: Any, props: Any) -> None:  # noqa: N802
        """Begin marked content, of a layer or with a text that stands for it."""
        off = False
        if isinstance(props, PSLiteral):
            named = dict_value(resolve1(self.resources.get("Properties")) or {})
            props = named.get(props.name)
        if getattr(tag, "name", "") == "OC":
            off = self._off(props)
        properties = resolve1(props)
        if isinstance(properties, dict):
            for key in ("ActualText", "Alt", "E"):
                value = resolve1(properties.get(key))
                if isinstance(value, bytes):
                    self.device.painted.described.append(decoded(value))
        self.device.layers.append(off)

    def do_EMC(self) -> None:  # noqa: N802
        """End marked content."""
        if self.device.layers:
            self.device.layers.pop()

    def _off(self, layer: Any) -> bool:
        """Tell whether a layer, or all of a group of layers, is switched off."""
        if isinstance(layer, PDFObjRef) and layer.objid in self.off:
            return True
        content = resolve1(layer)
        if not isinstance(content, dict) or "OCGs" not in content:
            return False
        members = content["OCGs"]
        members = resolve1(members) if isinstance(resolve1(members), list) else [members]
        off = [isinstance(one, PDFObjRef) and one.objid in self.off for one in members]
        match getattr(resolve1(content.get("P")), "name", "AnyOn"):
            case "AllOn":
                return any(off)
            case "AnyOff":
                return bool(off) and not any(off)
            case "AllOff":
                return bool(off) and not all(off)
        return bool(off) and all(off)

    def do_Do(self, xobjid_arg: Any) -> None:  # noqa: N802
        """Paint a form or picture, unless its layer is off."""
        found = self.xobjmap.get(getattr(xobjid_arg, "name", xobjid_arg))
        stream = resolve1(found)
        if not isinstance(stream, PDFStream):
            return
        self.device.layers.append("OC" in stream and self._off(stream["OC"]))
        before = len(self.device.layers)
        if getattr(resolve1(stream.get("Subtype")), "name", "") == "Image":
            self.device.picture(stream, self.graphicstate)
        else:
            self.device.next_form()
            outside = self._clipped_to_form(stream)
            super().do_Do(xobjid_arg)
            if isinstance(self.graphicstate, Graphics):
                self.graphicstate.clip = outside
            self.device.set_ctm(self.ctm)
        del self.device.layers[before - 1 :]

    def _clipped_to_form(self, form: PDFStream) -> Box | None:
        """Clip to the box of a form, which readers see nothing outside of; return the clip before.

        Source: ISO 32000-2, 8.10.1.
        """
        before = getattr(self.graphicstate, "clip", None)
        box = [resolve1(one) for one in resolve1(form.get("BBox")) or ()]
        matrix = [resolve1(one) for one in resolve1(form.get("Matrix")) or (1, 0, 0, 1, 0, 0)]
        numbers = all(isinstance(one, (int, float)) for one in (*box, *matrix))
        state = self.graphicstate
        if len(box) == 4 and len(matrix) == 6 and numbers and isinstance(state, Graphics):
            x0, x1, y0, y1 = *sorted((box[0], box[2])), *sorted((box[1], box[3]))
            a, b, c, d, e, f = matrix
            turned = mult_matrix((a, b, c, d, e, f), self.ctm)
            inside = apply_matrix_rect(turned, (x0, y0, x1, y1))
            state.clip = (crossed(inside, before) or (0, 0, 0, 0)) if before else inside
        return before

    def do_EI(self, obj: Any) -> None:  # noqa: N802
        """Paint a picture written into the page."""
        if isinstance(obj, PDFStream):
            self.device.picture(obj, self.graphicstate)


def decoded(value: bytes) -> str:
    """Return a text string of a PDF: UTF-16 or UTF-8 by its mark, else PDFDocEncoding."""
    from pdfminer.utils import decode_text

    if value.startswith(b"\xef\xbb\xbf"):
        return value[3:].decode("utf-8", "replace")
    if value.startswith(b"\xff\xfe"):
        return value[2:].decode("utf-16-le", "replace")
    return decode_text(value)


def paint(page: PDFPage, off: frozenset[int], budget: int) -> tuple[Painter, Interpreter]:
    """Run a page; return what was painted and the interpreter, for its annotations."""
    matrix = page_matrix(page)
    box = apply_matrix_rect(matrix, page.cropbox)
    resources = PDFResourceManager()
    painter = Painter(resources, box, budget)
    interpreter = Interpreter(resources, painter, off)
    interpreter.render_contents(page.resources or {}, page.contents, ctm=matrix)
    painter.layers = []
    return painter, interpreter


def page_matrix(page: PDFPage) -> Matrix:
    """Return the matrix from the page's own space to the one its reader sees."""
    x0, y0, x1, y1 = page.mediabox
    match page.rotate:
        case 90:
            return (0, -1, 1, 0, -y0, x1)
        case 180:
            return (-1, 0, 0, -1, x1, y1)
        case 270:
            return (0, 1, -1, 0, y1, -x0)
    return (1, 0, 0, 1, -x0, -y0)
