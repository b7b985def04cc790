"""What a page of a PDF paints: its text in order, and how each letter is kept from a reader.

Positions are those of the page in points, its rotation applied. Built on pdfminer.six, whose
interpreter knows neither layers, clipping nor transparency: these are added here.
"""

import math
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

from portal.disclosure.files.pdf_colours import Space, initial, rgb_of
from portal.disclosure.files.pdf_covers import Box, Cover, Hatching, Outline, Point, hidden_by
from portal.disclosure.files.reading import Where
from portal.disclosure.files.refusals import TOO_COMPLEX, Refused
from portal.disclosure.files.stories import RGB

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
_MOST_PARTS = 20
_MOST_POINTS = 200
"""Of one line of a shape; more are thinned out."""
_MOST_POINTS_OF_PAGE = 20_000
_THICK = 4.0
"""Points; a line of that width blacks out text."""
_UNSEEN_MODES = (3, 7)
"""Text render modes that paint nothing (ISO 32000-2, table 104)."""


@dataclass(frozen=True)
class Letter:
    """A letter (or a few that are one sign), when painted, and how hidden before what follows."""

    char: LTChar
    upright: LTChar
    """The same with the page turned so that its line runs from left to right."""
    turned: tuple[int, bool]
    """Degrees the page was turned by, and whether it was mirrored."""
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
    hatching: Hatching = field(default_factory=Hatching)
    masked_pictures: int = 0
    """Pictures of which a mask may hide a part."""

    def sorted_out(self, extra: Sequence[Cover] = ()) -> list[tuple[Letter, Where | None]]:
        """Return each letter with how a reader is kept from seeing it."""
        if len(self.covers) > _MOST_COVERS:
            self.covers.sort(key=lambda cover: -_area(cover.box))
            self.covers = sorted(self.covers[:_MOST_COVERS], key=lambda cover: cover.order)
        covers = [*self.covers, *extra]
        return [(letter, self._hidden(letter, covers)) for letter in self.letters]

    def _hidden(self, letter: Letter, covers: list[Cover]) -> Where | None:
        if letter.hidden and letter.hidden is not Where.UNSURE:
            return letter.hidden
        by_lines = self.hatching.hides(letter.char.bbox, letter.order)
        middle = _middle(letter.char.bbox)
        by_shapes = hidden_by(covers, middle, letter.order, letter.colour)
        found = (by_shapes, by_lines, letter.hidden)
        sure = next((one for one in found if one and one is not Where.UNSURE), None)
        return sure or (Where.UNSURE if any(found) else None)


def _middle(box: Box) -> tuple[float, float]:
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


class Graphics(PDFGraphicState):
    """A graphics state with opacity, soft masks and clipping."""

    opacity = 1.0
    stroke_opacity = 1.0
    masked = False
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
        self._points = 0
        """Of all shapes so far that are no rectangles."""

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

        def laid(on: Matrix) -> LTChar:
            return LTChar(on, font, fontsize, scaling, rise, text, width, shift, ncs, graphicstate)

        char = laid(matrix)
        turned = (0, False) if font.is_vertical() else _turned(matrix, scaling)
        upright = laid(mult_matrix(matrix, _turn(*turned))) if any(turned) else char
        stroked = self._mode in (1, 5)
        colour = (
            rgb_of(graphicstate.scs, graphicstate.scolor)
            if stroked
            else rgb_of(graphicstate.ncs, graphicstate.ncolor)
        )
        hidden = self._hidden(char, upright, graphicstate)
        order = self.next_order()
        self.painted.letters.append(Letter(char, upright, turned, order, colour, hidden))
        return char.adv

    def _hidden(self, char: LTChar, upright: LTChar, state: PDFGraphicState) -> Where | None:
        if any(self.layers):
            return Where.LAYER_OFF
        opacity = getattr(state, "stroke_opacity" if self._mode in (1, 5) else "opacity", 1.0)
        if self._mode in _UNSEEN_MODES or opacity <= 0.05:
            return Where.INVISIBLE
        x, y = _middle(char.bbox)
        clip = getattr(state, "clip", None)
        for x0, y0, x1, y1 in (self.page, clip or self.page):
            if not (x0 <= x <= x1 and y0 <= y <= y1):
                return Where.OFF_PAGE
        narrow = char.adv > 0 and min(upright.width, upright.height) < _NARROWEST
        if upright.size < _SMALLEST or narrow:
            return Where.TINY
        return Where.UNSURE if getattr(state, "masked", False) or opacity <= 0.15 else None

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
        masked = getattr(graphicstate, "masked", False)
        parts = [
            tuple(apply_matrix_pt(self._matrix(), point) for point in part)
            for part in _subpaths(path)
        ]
        if fill:
            opacity = getattr(graphicstate, "opacity", 1.0)
            self._filled(parts, graphicstate, 0.5 if masked else opacity, masked)
        if stroke and not masked and getattr(graphicstate, "stroke_opacity", 1.0) >= _OPAQUE:
            self._stroked(parts, graphicstate)

    def _filled(
        self, parts: list[tuple[Point, ...]], state: PDFGraphicState, opacity: float, masked: bool
    ) -> None:
        colour = rgb_of(state.ncs, state.ncolor)
        clip = getattr(state, "clip", None)
        solid = 1.0 if opacity >= _OPAQUE else opacity
        boxes = [_rectangle(list(part)) for part in parts]
        for box in boxes:
            if box:
                self._cover(box, colour, clip, sure=not masked, opacity=solid)
        others = [part for part, box in zip(parts, boxes, strict=True) if not box and len(part) > 2]
        # holes are known within a path; one of very many parts is a drawing, taken part by part
        shapes = [others] if len(others) <= _MOST_PARTS else [[part] for part in others]
        for shape in shapes:
            outline = tuple(part[:: len(part) // _MOST_POINTS + 1] for part in shape)
            around = _around([point for part in outline for point in part])
            self._points += sum(len(part) for part in outline)
            if self._points > _MOST_POINTS_OF_PAGE:  # it may lie anywhere in its box, then
                self._cover(around, colour, clip, sure=False, opacity=solid)
            else:
                self._cover(around, colour, clip, sure=not masked, opacity=solid, outline=outline)

    def _stroked(self, parts: list[tuple[Point, ...]], state: PDFGraphicState) -> None:
        width = state.linewidth or 1.0
        clip = getattr(state, "clip", None)
        colour = rgb_of(state.scs, state.scolor)
        for points in parts:
            if width >= _THICK:
                for box in _bars(points, width):
                    self._cover(box, colour, clip)
            for start, end in pairwise(points):
                level = abs(start[0] - end[0]) < 1 or abs(start[1] - end[1]) < 1
                if width < _THICK or not level:
                    self.painted.hatching.add(start, end, width, self._order)

    def _cover(
        self,
        box: Box,
        colour: RGB | None,
        clip: Box | None,
        *,
        sure: bool = True,
        opacity: float = 1.0,
        outline: Outline = (),
    ) -> None:
        shown = crossed(box, clip) if clip else box
        if shown and _area(shown) > 1:
            order = self.next_order()
            self.painted.covers.append(Cover(shown, colour, order, sure, opacity, outline))

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
            under_mask = getattr(state, "masked", False)
            self.painted.masked_pictures += under_mask
            if whole and not under_mask:
                self.painted.pictures.append((stream, box, self.next_order()))
            opacity = getattr(state, "opacity", 1.0)
            solid = 1.0 if opacity >= _OPAQUE else opacity
            self._cover(shown, None, None, sure=not (masked or under_mask), opacity=solid)

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


def _bars(points: Sequence[Point], width: float) -> list[Box]:
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


def _determinant(matrix: Matrix) -> float:
    return matrix[0] * matrix[3] - matrix[1] * matrix[2]


_LEVEL = 5
"""Degrees; lines that lean no more are read as level ones, as of a scan laid in askew."""


def _turned(matrix: Matrix, scaling: float) -> tuple[int, bool]:
    """Return how many degrees the line of a letter leans, and whether the letter is mirrored."""
    sign = -1 if scaling < 0 else 1
    a, b = matrix[0] * sign, matrix[1] * sign
    degrees = round(math.degrees(math.atan2(b, a))) % 360
    quarter = round(degrees / 90) * 90
    if abs(degrees - quarter) <= _LEVEL:
        degrees = quarter % 360
    return degrees, _determinant(matrix) * sign < 0


def _turn(degrees: int, mirrored: bool) -> Matrix:
    """Return the matrix that turns the page back, so that a line runs from left to right."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    back: Matrix = (cos, -sin, sin, cos, 0, 0)
    return mult_matrix(back, (1, 0, 0, -1, 0, 0)) if mirrored else back


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

    def init_resources(self, resources: dict[object, object]) -> None:
        """Take in what a page may use; colour spaces with all that is said of them."""
        super().init_resources(resources)
        said = resolve1(resources.get("ColorSpace")) if resources else None
        for name, one in said.items() if isinstance(said, dict) else ():
            known = self.csmap.get(name)
            if known is not None:
                self.csmap[name] = Space(known.name, known.ncomponents, _resolved(one))

    def do_cs(self, name: Any) -> None:
        """Choose a colour space, which begins with a colour of its own."""
        super().do_cs(name)
        self.graphicstate.ncolor = initial(self.graphicstate.ncs)

    def do_CS(self, name: Any) -> None:  # noqa: N802
        """Choose a colour space for lines."""
        super().do_CS(name)
        self.graphicstate.scolor = initial(self.graphicstate.scs)

    def do_scn(self) -> None:
        """Choose a colour; one of many inks, or a pattern, cannot be told."""
        if _tellable(self.graphicstate.ncs):
            super().do_scn()
        else:
            self.argstack.clear()
            self.graphicstate.ncolor = ()  # type: ignore[assignment]

    def do_sc(self) -> None:
        """Choose a colour as the older operator does."""
        self.do_scn()

    def do_SCN(self) -> None:  # noqa: N802
        """Choose a colour for lines."""
        if _tellable(self.graphicstate.scs):
            super().do_SCN()
        else:
            self.argstack.clear()
            self.graphicstate.scolor = ()  # type: ignore[assignment]

    def do_SC(self) -> None:  # noqa: N802
        """Choose a colour for lines as the older operator does."""
        self.do_SCN()

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
        if not isinstance(state, dict) or not isinstance(self.graphicstate, Graphics):
            return
        fills, strokes = resolve1(state.get("ca")), resolve1(state.get("CA"))
        if isinstance(fills, (int, float)):
            self.graphicstate.opacity = float(fills)
        if isinstance(strokes, (int, float)):
            self.graphicstate.stroke_opacity = float(strokes)
        if "SMask" in state:
            self.graphicstate.masked = isinstance(resolve1(state["SMask"]), dict)

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
        if not isinstance(content, dict):
            return False
        if isinstance(expression := resolve1(content.get("VE")), list):
            return not self._visible(expression, 0)
        if "OCGs" not in content:
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

    def _visible(self, expression: Any, depth: int) -> bool:
        """Work out an expression of layers (ISO 32000-2, 8.11.2.2); a broken one shows nothing."""
        if isinstance(expression, PDFObjRef) and not isinstance(resolve1(expression), list):
            return expression.objid not in self.off
        parts = resolve1(expression)
        if not isinstance(parts, list) or not parts or depth > _DEEPEST:
            return False
        shown = [self._visible(one, depth + 1) for one in parts[1:]]
        match getattr(resolve1(parts[0]), "name", ""):
            case "Not":
                return len(shown) == 1 and not shown[0]
            case "And":
                return all(shown)
            case "Or":
                return any(shown)
        return False

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


def _resolved(value: Any) -> Any:
    """Return a colour space with the parts of its list in place of references to them."""
    value = resolve1(value)
    return [resolve1(one) for one in value] if isinstance(value, list) else value


def _tellable(space: Any) -> bool:
    """Tell whether a colour of a space can be told: not of a pattern or of many inks."""
    if getattr(space, "name", "") in ("Pattern", "DeviceN"):
        return False
    return getattr(space, "ncomponents", 0) in (1, 3, 4)


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
