"""A referral pathway drawn as SVG: the facts of its list, no more and no less. Pure.

Layered after Sugiyama, Tagawa and Toda (1981): a step stands one row below the last step that
leads to it, by the longest way from the front doors. The conditions of its branches stand in a row
of their own below it, so that text never lies on a line. Ways that pass a row, and ways back, have
room of their own, so that no line runs behind a box. Nothing is told by colour alone. Classes are
those of the portal's charts (`static/_charts.scss`).
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from markupsafe import Markup, escape

from portal.library.pathway import ALWAYS, PathStep, Pathway, said

DRAWING_VERSION = 1  # raise it when the same pathway gives another picture
FRONT_DOOR = "Front door"
ENDS = "The pathway ends here"

_STEP, _LABEL, _PASS = 220.0, 132.0, 4.0
"""Widths, in units that are pixels: a step fits the column of a narrow phone."""
_BETWEEN, _PAD, _EDGE = 18.0, 10.0, 6.0
_GAP, _TRACK = 14.0, 9.0
"""Free height between two rows, at each end and for each line that runs across."""
_CHARACTER = 0.56  # width of an average character in the widest of the usual fonts, in sizes
_TITLE, _SIZE, _HIGH = 15, 13, 1.3
_CLOSE = 7.0  # units within which two upright lines would look like one
_SWEEPS = 6
_INK, _LINE, _PALE, _PAPER = "#0b0c0c", "#505a5f", "#f3f2f1", "#ffffff"
_NOTHING = Markup("")


@dataclass(frozen=True)
class _Paragraph:
    lines: Sequence[str]
    size: int
    bold: bool = False

    @property
    def height(self) -> float:
        return len(self.lines) * self.size * _HIGH + 3


@dataclass(eq=False)
class _Node:
    """Something with a place of its own: a step, a condition, or a way that passes a row."""

    row: int
    width: float
    paragraphs: Sequence[_Paragraph] = ()
    door: bool = False
    x: float = 0.0
    """The middle."""
    y: float = 0.0
    """The top."""
    next: list["_Node"] = field(default_factory=list)
    """What it leads to in the row below."""
    back: "_Node | None" = None
    """The step that a condition leads back to."""
    top: float = 0.0
    bottom: float = 0.0
    """Where lines come in and go out."""

    @property
    def height(self) -> float:
        return sum(p.height for p in self.paragraphs) + 2 * _PAD if self.paragraphs else 0.0

    @property
    def is_pass(self) -> bool:
        return not self.paragraphs

    @property
    def reach(self) -> float:
        """How far from its middle a line may meet it."""
        return max(self.width / 2 - 12, 0.0)


@dataclass(eq=False)
class _Net:
    """Lines between two rows that may run together, since they begin or end at the same node."""

    above: Sequence[_Node]
    below: Sequence[_Node]
    lane: float | None = None
    """Where they go up, on the right of everything."""
    y: float = 0.0
    """Where they run across."""

    @property
    def is_straight(self) -> bool:
        if self.lane is not None or len(self.above) != 1 or len(self.below) != 1:
            return False
        return self.above[0].bottom == self.below[0].top


def draw(pathway: Pathway, *, id: str, title: str) -> Markup:
    """Draw a pathway; nothing for one without steps. `id` has to be unique on the page.

    A branch to a step that is not there is drawn as a condition that leads nowhere.
    """
    if not pathway.steps:
        return _NOTHING
    return _Picture(pathway).svg(id, title)


def facts_of(step: PathStep, number: int) -> list[str]:
    """Return what stands in the box of a step, a paragraph each."""
    facts = [FRONT_DOOR] if step.door else []
    facts += [f"{number}. {step.title}", f"Owner: {said(step.role)}", f"Time: {said(step.within)}"]
    facts += [step.text] if step.text else []
    return facts + ([] if step.then else [ENDS])


def condition(when: str, number: int | None) -> list[str]:
    """Return what stands at a branch; the number is that of the step that it leads to."""
    to = "a step that is not there" if number is None else f"step {number}"
    return [f"{when}: {to}"] if when == ALWAYS else [when, f"to {to}"]


class _Picture:
    def __init__(self, pathway: Pathway) -> None:
        self.pathway = pathway
        self.numbers = pathway.numbers
        depths = _depths(pathway)
        self.steps = [
            _Node(2 * depth, _STEP, _wrapped(facts_of(step, n), _STEP, bold=(n,)), step.door)
            for n, (step, depth) in enumerate(zip(pathway.steps, depths, strict=True), 1)
        ]
        rows = 2 * max(depths) + 2
        self.rows: list[list[_Node]] = [[] for _ in range(rows)]
        for node in self.steps:
            self.rows[node.row].append(node)
        self.passes: dict[tuple[int, int], _Node] = {}
        self.labels: list[tuple[_Node, _Node, _Node | None]] = []
        for step, node in zip(pathway.steps, self.steps, strict=True):
            for branch in step.then:
                self._branch(node, branch.when, self.numbers.get(branch.to))
        self.rows = [row for row in self.rows if row]
        self._place()

    # ---- Rows

    def _branch(self, node: _Node, when: str, number: int | None) -> None:
        """Put the condition of a branch below its step, and the way from there."""
        label = _Node(node.row + 1, _LABEL, _wrapped(condition(when, number), _LABEL))
        label.width = max(_widest(label.paragraphs) + 2 * _PAD, 64)
        self.rows[label.row].append(label)
        node.next.append(label)
        target = None if number is None else self.steps[number - 1]
        self.labels.append((node, label, target))
        if target is None or number is None:
            return
        if target.row <= node.row:
            label.back = target
            return
        last = label
        for row in range(label.row + 1, target.row):
            last = self._pass(last, number, row)
        if target not in last.next:
            last.next.append(target)

    def _pass(self, last: _Node, number: int, row: int) -> _Node:
        """Go on to a row that is only passed; all who go to the same step pass together."""
        node = self.passes.get((number, row))
        if node is None:
            node = self.passes[number, row] = _Node(row, _PASS)
            self.rows[row].append(node)
        if node not in last.next:
            last.next.append(node)
        return node

    # ---- Places

    def _place(self) -> None:
        _order(self.rows)
        _spread(self.rows)
        for node in (node for row in self.rows for node in row):
            node.top = node.bottom = node.x
        self.width = max(node.x + node.width / 2 for row in self.rows for node in row) + _EDGE
        targets = [n for n in self.steps if any(label.back is n for _, label, _ in self.labels)]
        self.lanes = {id(n): self.width + _TRACK * place for place, n in enumerate(targets, 1)}
        self.width += _TRACK * len(targets) + (_EDGE if targets else 0)
        self.nets = [self._nets(gap) for gap in range(-1, len(self.rows))]
        y = _EDGE
        for gap, nets in enumerate(self.nets):
            y = _tracks(nets, y)
            if gap < len(self.rows):
                for node in self.rows[gap]:
                    node.y = y
                y += max(node.height for node in self.rows[gap])
        self.height = y + _EDGE

    def _nets(self, gap: int) -> list[_Net]:
        """Return the lines of the gap below row `gap`; -1 is the gap above the first row."""
        above = self.rows[gap] if gap >= 0 else []
        below = self.rows[gap + 1] if gap + 1 < len(self.rows) else []
        nets = []
        if gap >= 0 and gap % 2 == 0:
            nets = [_Net([node], node.next) for node in above if node.next]
        else:
            for node in below:
                sources = [one for one in above if node in one.next]
                if sources or id(node) in self.lanes:
                    nets.append(_Net(sources, [node], self.lanes.get(id(node))))
            for target in self.steps:
                labels = [one for one in above if one.back is target]
                if labels:
                    nets.append(_Net(labels, [], self.lanes[id(target)]))
        for net in nets:
            _straighten(net)
        return nets

    # ---- Lines

    def _way(self, nodes: Sequence[_Node]) -> str:
        """Return the path from the first node down to the last."""
        points = [f"M{nodes[0].bottom:.5g} {nodes[0].y + nodes[0].height:.5g}"]
        for upper, lower in pairwise(nodes):
            net = self._net(upper, lower)
            if not net.is_straight:
                points += [f"V{net.y:.5g}", f"H{lower.top:.5g}"]
            points.append(f"V{lower.y:.5g}")
        return "".join(points)

    def _way_back(self, label: _Node, target: _Node) -> str:
        lane = self.lanes[id(target)]
        down = next(
            net for net in self.nets[label.row + 1] if net.lane == lane and label in net.above
        )
        into = next(net for net in self.nets[target.row] if target in net.below)
        return (
            f"M{label.bottom:.5g} {label.y + label.height:.5g}V{down.y:.5g}H{lane:.5g}"
            f"V{into.y:.5g}H{target.top:.5g}V{target.y:.5g}"
        )

    def _net(self, upper: _Node, lower: _Node) -> _Net:
        nets = self.nets[upper.row + 1]
        return next(net for net in nets if upper in net.above and lower in net.below)

    def _ways(self) -> Iterator[str]:
        for step, label, target in self.labels:
            yield self._way([step, label])
            if target is None:
                continue
            if label.back is not None:
                yield self._way_back(label, target)
                continue
            chain = [label]
            while chain[-1] is not target:
                number = self.steps.index(target) + 1
                passed = self.passes.get((number, chain[-1].row + 1))
                chain.append(passed or target)
            yield self._way(chain)

    def svg(self, id: str, title: str) -> Markup:
        """Return the picture."""
        parts = [
            _tag("title", {"id": f"{id}-title"}, escape(_printable(title))),
            _tag("desc", {"id": f"{id}-desc"}, Markup("The same as the list")),
        ]
        look = {"class": "app-chart__line", "fill": "none", "stroke": _LINE, "stroke-width": 2}
        parts += [_tag("path", {"d": way, **look}) for way in self._ways()]
        targets = {target for _, _, target in self.labels if target is not None}
        parts += [_arrow(node) for node in self.steps if node in targets]
        parts += [_box(label, "condition") for _, label, _ in self.labels]
        parts += [_box(node, "step") for node in self.steps]
        width, height = f"{self.width:.5g}", f"{self.height:.5g}"
        attributes = {
            "class": "app-pathway__picture",
            "width": width,
            "height": height,
            "viewBox": f"0 0 {width} {height}",
            "role": "img",
            "aria-labelledby": f"{id}-title {id}-desc",
            "focusable": "false",
        }
        return _tag("svg", attributes, _NOTHING.join(parts))


# ---- Layering, ordering, spreading


def _depths(pathway: Pathway) -> list[int]:
    """Return for each step the length of the longest way from a front door, leaving out ways back.

    A way back is one to a step on the way that led here. Steps that no door leads to are at the
    top, or below the first of those that lead to each other.
    """
    numbers = pathway.numbers
    ways = [
        [numbers[branch.to] - 1 for branch in step.then if branch.to in numbers]
        for step in pathway.steps
    ]
    forward: list[list[int]] = [[] for _ in ways]
    done: list[int] = []  # the last first: a step after all that follow it
    state = [""] * len(ways)

    def visit(at: int) -> None:
        state[at] = "on the way"
        for to in ways[at]:
            if state[to] != "on the way":
                forward[at].append(to)
            if not state[to]:
                visit(to)
        state[at] = "done"
        done.append(at)

    led_to = {to for tos in ways for to in tos}
    places = range(len(ways))
    first = [p for p in places if pathway.steps[p].door]
    for start in (*first, *(p for p in places if p not in led_to), *places):
        if not state[start]:
            visit(start)
    depths = [0] * len(ways)
    for at in reversed(done):
        for to in forward[at]:
            depths[to] = max(depths[to], depths[at] + 1)
    return depths


def _order(rows: list[list[_Node]]) -> None:
    """Order each row by the middle of what it is joined to; the order that crosses least stays."""
    best, fewest = [list(row) for row in rows], _crossings(rows)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            _by_middle(rows, row, down=down)
        if (crossings := _crossings(rows)) < fewest:
            best, fewest = [list(row) for row in rows], crossings
    rows[:] = best


def _by_middle(rows: Sequence[list[_Node]], row: list[_Node], *, down: bool) -> None:
    place = {id(node): n / len(every) for every in rows for n, node in enumerate(every)}
    joined = {id(node): _joined(rows, node, down=down) for node in row}
    keys = {
        id(node): sum(place[id(one)] for one in joined[id(node)]) / len(joined[id(node)])
        if joined[id(node)]
        else place[id(node)]
        for node in row
    }
    row.sort(key=lambda node: keys[id(node)])


def _joined(rows: Sequence[list[_Node]], node: _Node, *, down: bool) -> list[_Node]:
    """Return what a node is joined to in the row above, or below where a sweep goes up."""
    if not down:
        return node.next
    return [one for one in rows[node.row - 1] if node in one.next] if node.row else []


def _crossings(rows: Sequence[list[_Node]]) -> int:
    count = 0
    for upper, lower in pairwise(rows):
        place = {id(node): n for n, node in enumerate(lower)}
        ends = [(n, place[id(to)]) for n, node in enumerate(upper) for to in node.next]
        count += sum(a < c and b > d for a, b in ends for c, d in ends)
    return count


def _spread(rows: Sequence[list[_Node]]) -> None:
    """Give every node a place across, near the middle of what it is joined to."""
    for row in rows:
        for node, x in zip(row, _apart(row, [0.0] * len(row)), strict=True):
            node.x = x
    for sweep in range(2 * _SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            wanted = []
            for node in row:
                joined = _joined(rows, node, down=down)
                wanted.append(min(n.x for n in joined) if joined else node.x)
            for node, x in zip(row, _apart(row, wanted), strict=True):
                node.x = x
    left = min(node.x - node.width / 2 for row in rows for node in row) - _EDGE
    for node in (node for row in rows for node in row):
        node.x = round(node.x - left, 1)


def _apart(row: Sequence[_Node], wanted: Sequence[float]) -> list[float]:
    """Return places that keep a row's nodes apart and in order, with the least sum of squares.

    Pool adjacent violators: neighbours that want the same place share its middle.
    """
    offsets = [0.0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + (left.width + right.width) / 2 + _BETWEEN)
    pools: list[tuple[float, int]] = []  # mean and number
    for want, offset in zip(wanted, offsets, strict=True):
        mean, number = want - offset, 1
        while pools and pools[-1][0] >= mean:
            before, more = pools.pop()
            mean = (mean * number + before * more) / (number + more)
            number += more
        pools.append((mean, number))
    means = [mean for mean, number in pools for _ in range(number)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


# ---- Lines between two rows


def _straighten(net: _Net) -> None:
    """Let a line between two nodes run straight where both are wide enough to be met there."""
    if net.lane is not None or len(net.above) != 1 or len(net.below) != 1:
        return
    upper, lower = net.above[0], net.below[0]
    if lower.is_pass and abs(upper.bottom - lower.x) < _BETWEEN / 2:
        lower.top = lower.bottom = upper.bottom
        return
    low = max(upper.x - upper.reach, lower.x - lower.reach)
    high = min(upper.x + upper.reach, lower.x + lower.reach)
    if low <= high:
        narrow = min(upper, lower, key=lambda node: node.width)
        upper.bottom = lower.top = min(max(narrow.x, low), high)


def _tracks(nets: Sequence[_Net], y: float) -> float:
    """Give every net a height of its own from `y` down, and return where the next row begins.

    Where one net comes from above the place that another goes down to, it runs higher, so that
    their upright lines don't meet.
    """
    if not nets:
        return y
    waiting = sorted(
        (net for net in nets if not net.is_straight), key=lambda net: net.lane is not None
    )
    y += _GAP
    while waiting:
        net = next((n for n in waiting if not _must_wait(n, waiting)), None)
        if net is None:  # they wait for each other: one comes in beside the place
            net = waiting[0]
            for lower in net.below:
                lower.top += _CLOSE + 1
                lower.bottom = lower.top if lower.is_pass else lower.bottom
        waiting.remove(net)
        net.y = y
        y += _TRACK
    return y + _GAP


def _must_wait(net: _Net, others: Iterable[_Net]) -> bool:
    return any(
        abs(upper.bottom - lower.top) < _CLOSE
        for other in others
        if other is not net
        for upper in other.above
        for lower in net.below
    )


# ---- Marks


def _wrapped(facts: Sequence[str], width: float, bold: Sequence[int] = ()) -> list[_Paragraph]:
    """Break facts into lines that fit; what begins with a step's number is its title."""
    made = []
    for fact in facts:
        is_title = any(fact.startswith(f"{number}. ") for number in bold)
        heavy = is_title or fact in {FRONT_DOOR, ENDS}
        size = _TITLE if is_title else _SIZE
        room = int((width - 2 * _PAD) / (size * _CHARACTER * (1.08 if heavy else 1)))
        lines = textwrap.wrap(_printable(fact), room, break_on_hyphens=False)
        made.append(_Paragraph(lines or [""], size, heavy))
    return made


def _widest(paragraphs: Sequence[_Paragraph]) -> float:
    return max(len(line) * p.size * _CHARACTER for p in paragraphs for line in p.lines)


def _box(node: _Node, name: str) -> Markup:
    shape: dict[str, object] = {
        "class": "app-chart__track",
        "x": node.x - node.width / 2,
        "y": node.y,
        "width": node.width,
        "height": node.height,
        "fill": _PAPER if name == "step" else _PALE,
    }
    if name == "step":
        shape |= {"stroke": _INK, "stroke-width": 4 if node.door else 1.5}
    else:
        shape |= {"rx": 8}
    parts = [_tag("rect", shape)]
    y = node.y + _PAD
    for paragraph in node.paragraphs:
        parts.append(_text(paragraph, node.x - node.width / 2 + _PAD, y))
        y += paragraph.height
    return _tag("g", {"class": f"app-pathway__{name}"}, _NOTHING.join(parts))


def _text(paragraph: _Paragraph, x: float, y: float) -> Markup:
    size = paragraph.size
    lines = [
        _tag("tspan", {"x": x, "y": y + size * (1 + n * _HIGH)}, escape(line))
        for n, line in enumerate(paragraph.lines)
    ]
    look: dict[str, object] = {"class": "app-chart__text", "font-size": size, "fill": _INK}
    if paragraph.bold:
        look["font-weight"] = "bold"
    return _tag("text", look, Markup(" ").join(lines))


def _arrow(node: _Node) -> Markup:
    x, y = node.top, node.y - (2 if node.door else 0)
    points = f"{x - 5:.5g},{y - 9:.5g} {x + 5:.5g},{y - 9:.5g} {x:.5g},{y:.5g}"
    return _tag("polygon", {"class": "app-chart__mark", "points": points, "fill": _LINE})


def _printable(text: str) -> str:
    """Leave out signs that are not allowed in a page or would turn the text round."""
    return "".join(sign for sign in text if sign.isprintable())


def _tag(name: str, attributes: Mapping[str, object], content: Markup = _NOTHING) -> Markup:
    """Return an element; attribute values are escaped, `content` has to be markup already."""
    told = _NOTHING.join(
        Markup(' {}="{}"').format(key, f"{value:.5g}" if isinstance(value, float) else value)
        for key, value in attributes.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(name, told, content)
