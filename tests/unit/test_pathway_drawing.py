"""The picture of a pathway says what its list says, and nothing covers anything."""

import itertools
import random
import re
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.config import ROOT
from portal.library.pathway import read
from portal.library.pathway_drawing import draw
from portal.library.rendering import ShownPathway
from tests.unit.test_pathway import FIVE_DOORS, GRADED, SHARING, door, step

SVG = "{http://www.w3.org/2000/svg}"
LONG = [
    door("start", ("check", "there is time"), ("act", "a child may be in danger now")),
    step("check", ("ask", "something is unclear"), ("close", "a plain fact settles it")),
    step("ask", ("check", "the answer helps"), ("ask", "nobody answers"), ("act", "it gets worse")),
    step("act", "look", role="not-stated"),
    step("look", ("start", "a new fact comes in"), ("close", "nothing more is needed")),
    step("close", text="Write down the reason."),
    step("aside", "close"),
]


def tangled(seed: int) -> list[dict[str, Any]]:
    """Steps that lead anywhere, whose lines change sides in the same row."""
    chance = random.Random(seed)
    number = chance.randint(4, 12)
    steps = []
    for place in range(number):
        ways = range(chance.choice([0, 1, 1, 2, 2, 3, 4]))
        then = [(f"s{chance.randrange(number)}", f"condition {way}") for way in ways]
        steps.append(step(f"s{place}", *then, door=place == 0))
    return steps


PATHWAYS = {
    "graded": GRADED,
    "five-doors": FIVE_DOORS,
    "time-rule": SHARING,
    "long": LONG,
    "tangled": tangled(24),
    "tangled again": tangled(1000),
}
TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(ROOT / "portal/library/templates"), autoescape=True
)


@dataclass(frozen=True)
class Box:
    name: str
    texts: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float

    def holds(self, x: float, y: float) -> bool:
        return self.x < x < self.x + self.width and self.y < y < self.y + self.height


def picture(data: Any) -> ElementTree.Element:
    html = str(draw(read(data), id="picture", title="Pathway"))
    return ElementTree.fromstring(html.replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1))


def said(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def boxes(svg: ElementTree.Element) -> list[Box]:
    found = []
    for group in svg.findall(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        assert rect is not None
        place = [float(rect.get(name, "")) for name in ("x", "y", "width", "height")]
        texts = tuple(said(text) for text in group.findall(f"{SVG}text"))
        found.append(Box(group.get("class", "").rpartition("__")[2], texts, *place))
    return found


def way(path: ElementTree.Element) -> list[tuple[float, float]]:
    """The corners of a line that runs across and upright."""
    points: list[tuple[float, float]] = []
    for sign, rest in re.findall(r"([MHV])([^MHV]+)", path.get("d", "")):
        numbers = [float(number) for number in rest.split()]
        match sign:
            case "M":
                points.append((numbers[0], numbers[1]))
            case "H":
                points.append((numbers[0], points[-1][1]))
            case _:
                points.append((points[-1][0], numbers[0]))
    return points


def ways(svg: ElementTree.Element) -> list[list[tuple[float, float]]]:
    return [way(path) for path in svg.findall(f"{SVG}path")]


def at(found: list[Box], x: float, y: float) -> Box:
    """The box whose edge a line meets."""
    (box,) = [
        box
        for box in found
        if box.x <= x <= box.x + box.width
        and min(abs(box.y - y), abs(box.y + box.height - y)) < 0.2
    ]
    return box


Facts = tuple[str, str, str, str, bool, frozenset[tuple[str, str]]]


def facts_of_picture(svg: ElementTree.Element) -> set[Facts]:
    """Each step as the picture tells it; where a branch leads follows from its lines alone."""
    found = boxes(svg)
    joined = [(at(found, *line[0]), at(found, *line[-1])) for line in ways(svg)]
    facts = set()
    for box in found:
        if box.name != "step":
            continue
        texts = list(box.texts)
        is_door = texts[0] == "Front door"
        title, owner, time, *rest = texts[is_door:]
        leads = set()
        for label in (end for start, end in joined if start is box):
            for start, end in joined:
                if start is label:
                    heading = end.texts[end.texts[0] == "Front door"]
                    when = " ".join(label.texts)
                    number = heading.partition(".")[0]
                    assert when.endswith(f"step {number}")
                    leads.add((re.sub(r"(: | to )step \d+$", "", when), heading))
        assert bool(leads) != (rest[-1:] == ["The pathway ends here"])
        text = rest[0] if rest[0] != "The pathway ends here" else ""
        facts.add((title, owner, time, text, is_door, frozenset(leads)))
    return facts


def facts_of_list(data: Any) -> set[Facts]:
    """Each step as the list tells it."""
    html = list_of(data).replace("<br>", "<br/>")
    (section,) = ElementTree.fromstring(f"<x>{html}</x>")
    (ordered,) = section.findall("ol")
    titles = {}
    for number, item in enumerate(ordered, 1):
        heading = item.find("h3")
        assert heading is not None
        titles[item.get("id")] = f"{number}. {' '.join((heading.text or '').split())}"
    facts = set()
    for item in ordered:
        heading = item.find("h3")
        assert heading is not None
        texts = [p for p in item.findall("p")]
        owner = " ".join((texts[0].text or "").split())
        (br,) = texts[0]
        leads = {
            (" ".join((li.text or "").split()).removesuffix(":"), titles[a.get("href", "")[1:]])
            for li in item.findall("ul/li")
            for a in li
        }
        for li in item.findall("ul/li"):
            (a,) = li
            number, _, title = titles[a.get("href", "")[1:]].partition(". ")
            assert said(a) == f"step {number}, {title}"
        assert bool(leads) != (said(texts[-1]) == "The pathway ends here")
        facts.add(
            (
                titles[item.get("id")],
                owner,
                " ".join((br.tail or "").split()),
                said(texts[1]),
                heading.find("strong") is not None,
                frozenset(leads),
            )
        )
    return facts


def list_of(data: Any) -> str:
    pathway = read(data)
    shown = ShownPathway(pathway, draw(pathway, id="picture", title="Pathway"))
    return TEMPLATES.get_template("library/_pathway.html").render(shown=shown)


@pytest.mark.parametrize("name", PATHWAYS)
def test_list_and_picture_tell_the_same_facts(name: str) -> None:
    told = facts_of_list(PATHWAYS[name])
    assert facts_of_picture(picture(PATHWAYS[name])) == told
    assert len(told) == len(PATHWAYS[name])


def some_pathway() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Steps that lead anywhere, loops and unreached steps among them."""

    def made(ways: list[list[int]]) -> list[dict[str, Any]]:
        steps = []
        for number, tos in enumerate(ways):
            then = [(f"s{to % len(ways)}", f"condition {place}") for place, to in enumerate(tos)]
            steps.append(step(f"s{number}", *then, door=number == 0))
        return steps

    return st.lists(st.lists(st.integers(0, 11), max_size=4), min_size=1, max_size=12).map(made)


@given(some_pathway())
@settings(max_examples=60, deadline=None)
def test_in_any_pathway_each_branch_has_a_line_to_where_it_leads(
    data: list[dict[str, Any]],
) -> None:
    svg = picture(data)
    found = boxes(svg)
    assert facts_of_picture(svg) == facts_of_list(data)
    for one, other in itertools.combinations(found, 2):
        apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert apart_x or one.y + one.height <= other.y or other.y + other.height <= one.y
    for line in ways(svg):
        for (x1, y1), (x2, y2) in itertools.pairwise(line):
            for part in (0.02, 0.25, 0.5, 0.75, 0.98):
                x, y = x1 + (x2 - x1) * part, y1 + (y2 - y1) * part
                assert not any(box.holds(x, y) for box in found)
    width, height = float(svg.get("width", "")), float(svg.get("height", ""))
    corners = [corner for line in ways(svg) for corner in line]
    corners += [(box.x, box.y) for box in found]
    corners += [(box.x + box.width, box.y + box.height) for box in found]
    assert all(0 < x < width and 0 < y < height for x, y in corners)


def test_lines_to_different_steps_never_run_on_top_of_each_other() -> None:
    for data in PATHWAYS.values():
        svg = picture(data)
        found = boxes(svg)
        parts = []
        for line in ways(svg):
            ends = {at(found, *line[0]), at(found, *line[-1])}
            parts += [(ends, part) for part in itertools.pairwise(line)]
        for (ends, part), (others, other) in itertools.combinations(parts, 2):
            if not ends & others:
                assert not on_top(part, other), data


def on_top(one: Any, other: Any) -> bool:
    for across, along in ((0, 1), (1, 0)):
        spans = [sorted(point[along] for point in part) for part in (one, other)]
        fixed = {round(point[across], 1) for part in (one, other) for point in part}
        overlap = min(spans[0][1], spans[1][1]) - max(spans[0][0], spans[1][0])
        if len(fixed) == 1 and overlap > 0.5:
            return True
    return False


def test_a_step_stands_below_every_step_that_leads_to_it() -> None:
    found = {
        box.texts[-5 if "Front door" in box.texts else 0]: box for box in boxes(picture(GRADED))
    }
    tops = {name.partition(" ")[2]: box.y for name, box in found.items() if name[0].isdigit()}
    assert tops["Grade"] < tops["Red"] == tops["Amber"] == tops["Green"] < tops["Decide"]


def test_the_same_pathway_gives_the_same_picture() -> None:
    assert str(draw(read(LONG), id="x", title="t")) == str(draw(read(LONG), id="x", title="t"))


def test_a_screen_reader_is_told_that_the_list_says_the_same() -> None:
    svg = picture(GRADED)
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == "picture-title picture-desc"
    title, desc = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert (title.text, desc.text) == ("Pathway", "The same as the list")


def test_a_picture_has_no_style_script_or_address() -> None:
    html = str(draw(read(LONG), id="picture", title="Pathway"))
    assert not re.search(r"style|script|href|url\(|\son[a-z]+=", html)


BAD = "<script>x</script>\"' & \u202e\x07"


def test_what_is_typed_is_text_in_list_and_picture() -> None:
    bad = step("b", role=BAD, within=BAD, text=BAD, title=BAD)
    data = [door("a", ("b", BAD), title=BAD), bad]
    pathway = read(data)
    html = str(draw(pathway, id="picture", title=BAD))
    assert "<script" not in html + list_of(data)
    assert "\u202e" not in html
    assert "\x07" not in html
    assert "<script>x</script>\"' &" in said(picture(data))


def test_a_pathway_that_is_still_broken_can_be_previewed() -> None:
    data = [door("a", "nowhere", ("a", "again")), step("a"), {}]
    svg = picture(data)
    assert any("a step that is not there" in text for box in boxes(svg) for text in box.texts)
    assert "a step that is not there" in list_of(data)
    assert draw(read([]), id="picture", title="Pathway") == ""


def test_readers_are_told_of_several_front_doors() -> None:
    assert "Referrals can come in at 5 front doors" in list_of(FIVE_DOORS)
    assert "front doors" not in list_of(GRADED)


def test_the_picture_scrolls_in_a_region_of_its_own() -> None:
    html = list_of(GRADED)
    region = re.search(r'<div class="app-table" ([^>]*)><svg', html)
    assert region
    assert 'role="region"' in region[1]
    assert 'tabindex="0"' in region[1]
    assert "aria-label=" in region[1]
