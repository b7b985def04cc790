"""A picture tells what its table tells, no more and no less, to everyone."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from portal.assessment import charts
from portal.assessment.charts import Bar, Estimate, Table
from portal.core.config import ROOT

BARS = [
    Bar("Disagree", 0.3, "about 3 in 10"),
    Bar("Agree", 0.6, "about 6 in 10", stated=True),
    Bar("Strongly agree", 0.0, "none"),
]
ESTIMATES = [
    Estimate("Families", 0.72, 0.6, 0.81),
    Estimate("Partners", 0.0, 0.0, 0.238),
    Estimate("Legitimacy"),
    Estimate("Agreement", 1.0, 0.88, 1.0),
]
HOSTILE = '"><script>alert(1)</script><b style="x" onload=\'y\'>&amp;\x00\u202e'

Draw = Callable[[str], tuple[Markup, Table]]


def bars_of(label: str) -> tuple[Markup, Table]:
    bars = [*BARS, Bar(label, 0.1, label)]
    return charts.distribution(bars, id="one", title=label), charts.distribution_table(bars)


def themes_of(label: str) -> tuple[Markup, Table]:
    estimates = [*ESTIMATES, Estimate(label, 0.5, 0.4, 0.6)]
    drawn = charts.agreement(estimates, id="one", title=label)
    return drawn, charts.agreement_table(estimates)


def waves_of(label: str) -> tuple[Markup, Table]:
    estimates = [*ESTIMATES, Estimate(label, 0.5, 0.4, 0.6)]
    return charts.waves(estimates, id="one", title=label), charts.waves_table(estimates)


DRAWN = pytest.mark.parametrize("draw", [bars_of, themes_of, waves_of])


def parts(picture: str, name: str) -> list[ET.Element]:
    return list(ET.fromstring(picture).iter(name))


def texts(picture: str) -> list[str]:
    return [one.text or "" for one in parts(picture, "text")]


def values(picture: str, *, across: bool) -> list[tuple[str, str]]:
    """What the dots and the lines through them stand for, read off the rules of the scale."""
    along, beside = ("x", "y") if across else ("y", "x")
    lines = [one.attrib for one in parts(picture, "line")]
    level = [
        float(one[f"{along}{end}"])
        for one in lines
        for end in (1, 2)
        # the small marks under the waves are no part of the scale
        if one["class"] == "app-chart__rule" and (across or one["x1"] == "0")
    ]
    zero, one = (min(level), max(level)) if across else (max(level), min(level))

    def read(at: str) -> str:
        return f"{round((float(at) - zero) / (one - zero), 2) + 0:.2f}"  # + 0: never "-0.00"

    whiskers = {
        line[f"{beside}1"]: " to ".join(read(line[f"{along}{end}"]) for end in (1, 2))
        for line in lines
        if line["class"] == "app-chart__line" and line[f"{beside}1"] == line[f"{beside}2"]
    }
    return [
        (read(dot.attrib[f"c{along}"]), whiskers[dot.attrib[f"c{beside}"]])
        for dot in parts(picture, "circle")
    ]


@DRAWN
def test_a_picture_has_a_name_and_a_description_that_say_its_facts(draw: Draw) -> None:
    picture, table = draw("Early help")
    root = ET.fromstring(picture)
    assert root.attrib["role"] == "img"
    named, described = root.attrib["aria-labelledby"].split()
    title, desc = root[0], root[1]
    assert (title.tag, title.attrib["id"], title.text) == ("title", named, "Early help")
    assert (desc.tag, desc.attrib["id"]) == ("desc", described)
    for row in table.rows:
        for cell in row:
            assert cell in (desc.text or "")


@DRAWN
def test_every_number_that_is_written_in_a_picture_stands_in_its_table(draw: Draw) -> None:
    picture, table = draw("Wave 7")
    in_table = {number for row in table.rows for cell in row for number in _numbers(cell)}
    in_picture = {number for text in texts(picture) for number in _numbers(text)}
    assert in_picture
    assert in_picture <= in_table


@DRAWN
def test_every_row_of_the_table_is_in_the_picture(draw: Draw) -> None:
    picture, table = draw("Early help")
    written = " ".join(texts(picture))
    for row in table.rows:
        assert len(row) == len(table.header)
        assert row[0] in written


@DRAWN
def test_a_picture_needs_nothing_that_the_security_policy_forbids(draw: Draw) -> None:
    picture, _ = draw(HOSTILE)
    for element in ET.fromstring(picture).iter():
        assert element.tag in {
            *("svg", "title", "desc", "text", "rect", "line", "circle", "polygon"),
        }
        for attribute in element.attrib:
            assert attribute != "style"
            assert not attribute.startswith("on")
            assert "href" not in attribute


@DRAWN
@given(label=st.text(max_size=60))
def test_whatever_a_label_holds_a_picture_stays_whole(draw: Draw, label: str) -> None:
    picture, _ = draw(label)
    quiet = ET.fromstring(draw("quiet")[0])
    root = ET.fromstring(picture)
    lines_apart = {"text"}  # a long label is broken into more lines
    assert [e.tag for e in root.iter() if e.tag not in lines_apart] == [
        e.tag for e in quiet.iter() if e.tag not in lines_apart
    ]
    assert root[0].text in {None, "".join(sign for sign in label if sign.isprintable())}


@DRAWN
def test_a_hostile_label_is_read_as_words(draw: Draw) -> None:
    picture, _ = draw(HOSTILE)
    assert "<script" not in picture
    assert "<b " not in picture
    assert ET.fromstring(picture)[0].text == HOSTILE[:-2]


@DRAWN
def test_no_colour_is_too_pale_on_white(draw: Draw) -> None:
    picture, _ = draw("Early help")
    for element in ET.fromstring(picture).iter():
        needed = 4.5 if element.tag == "text" else 3.0
        colours = {element.get("fill"), element.get("stroke")} - {None, "#ffffff"}
        for colour in colours:
            assert _contrast_with_white(str(colour)) >= needed


def test_every_class_of_a_picture_has_a_rule_for_forced_colours() -> None:
    rules = (ROOT / "static" / "_charts.scss").read_text(encoding="utf-8")
    forced = rules.partition("@media (forced-colors: active)")[2]
    for draw in (bars_of, themes_of, waves_of):
        for element in ET.fromstring(draw("a")[0]).iter():
            if element.tag not in {"svg", "title", "desc"}:
                assert f".{element.attrib['class']}" in forced


def test_a_bar_is_as_long_as_its_share() -> None:
    picture = charts.distribution(BARS, id="one", title="t")
    tracks = [r for r in parts(picture, "rect") if r.attrib["class"] == "app-chart__track"]
    filled = {
        r.attrib["y"]: float(r.attrib["width"])
        for r in parts(picture, "rect")
        if r.attrib["class"] == "app-chart__bar"
    }
    shares = [round(filled.get(r.attrib["y"], 0) / float(r.attrib["width"]), 3) for r in tracks]
    assert shares == [0.3, 0.6, 0.0]


def test_a_bar_gives_away_no_more_than_its_words() -> None:
    # 2 of 7 and 3 of 10 are both about 3 in 10; the length of a bar must not say which
    pictures = {
        charts.distribution([Bar("Agree", share, "about 3 in 10")], id="one", title="t")
        for share in (2 / 7, 0.3, 0.34)
    }
    assert len(pictures) == 1


def test_the_stated_position_is_marked_by_a_shape_and_in_words() -> None:
    picture = charts.distribution(BARS, id="one", title="t")
    assert len(parts(picture, "polygon")) == 1
    assert texts(picture).count("stated position") == 1
    bold = [t.text for t in parts(picture, "text") if t.get("font-weight") == "bold"]
    assert bold == ["Agree", "about 6 in 10"]
    table = charts.distribution_table(BARS)
    assert table.header == ("Answer", "Share", "Stated position")
    assert [row[2] for row in table.rows] == ["no", "yes", "no"]


def test_without_a_stated_position_nothing_speaks_of_one() -> None:
    bars = [Bar("Agree", 0.5, "about 5 in 10")]
    assert "stated position" not in charts.distribution(bars, id="one", title="t")
    assert charts.distribution_table(bars).header == ("Answer", "Share")


@pytest.mark.parametrize(("draw", "across"), [(charts.agreement, True), (charts.waves, False)])
def test_dots_and_intervals_stand_where_the_table_says(
    draw: Callable[..., Markup], across: bool
) -> None:
    picture = draw(ESTIMATES, id="one", title="t")
    rows = charts.agreement_table(ESTIMATES).rows
    assert values(picture, across=across) == [
        (value, interval) for _, value, interval in rows if value != charts.NOT_SHOWN
    ]


@pytest.mark.parametrize("draw", [charts.agreement, charts.waves])
def test_a_picture_is_no_finer_than_its_table(draw: Callable[..., Markup]) -> None:
    one, other = (
        draw([Estimate("a", value, value - 0.1, value)], id="one", title="t")
        for value in (0.7211, 0.7249)
    )
    assert one == other


@pytest.mark.parametrize("draw", [charts.agreement, charts.waves])
def test_what_may_not_be_shown_is_not_drawn(draw: Callable[..., Markup]) -> None:
    nothing: Sequence[Estimate] = [Estimate("a"), Estimate("b")]
    assert draw(nothing, id="one", title="t") == ""
    assert draw([], id="one", title="t") == ""
    assert charts.distribution([], id="one", title="t") == ""
    picture = draw([Estimate("a", 0.5), *nothing], id="one", title="t")
    assert len(parts(picture, "circle")) == 1
    rows = charts.agreement_table([Estimate("a", 0.5), *nothing]).rows
    assert rows[2] == ("b", "not shown", "not shown")


def test_the_line_over_waves_has_a_gap_where_a_wave_is_not_shown() -> None:
    def joins(*waves: float | None) -> int:
        estimates = [Estimate(str(number), value) for number, value in enumerate(waves)]
        picture = charts.waves(estimates, id="one", title="t")
        return sum(one.attrib["class"] == "app-chart__line" for one in parts(picture, "line"))

    assert joins(0.1, 0.2, 0.3, 0.4) == 3
    assert joins(0.1, None, 0.3, 0.4) == 1
    assert joins(0.1, None, 0.3, None) == 0


@pytest.mark.parametrize("waves", range(1, charts.MOST_WAVES + 1))
def test_labels_of_waves_stay_inside_and_apart(waves: int) -> None:
    estimates = [Estimate("Nov 2026", 0.5) for _ in range(waves)]
    picture = charts.waves(estimates, id="one", title="t")
    taken: list[tuple[float, float, float]] = []
    width = float(ET.fromstring(picture).attrib["viewBox"].split()[2])
    for text in parts(picture, "text"):
        if text.text in charts.ENDS:
            continue
        x, long = float(text.attrib["x"]), len(text.text or "") * 0.6 * 14
        start = {"start": x, "middle": x - long / 2, "end": x - long}[text.attrib["text-anchor"]]
        assert -0.1 <= start <= start + long <= width + 0.1
        y = float(text.attrib["y"])
        assert not any(y == b and start < d and c < start + long for b, c, d in taken)
        taken.append((y, start, start + long))
    assert taken


def test_more_waves_than_can_be_read_are_refused() -> None:
    with pytest.raises(ValueError, match="9 waves; at most 8"):
        charts.waves([Estimate("a", 0.5)] * 9, id="one", title="t")


@pytest.mark.parametrize("number", [-0.01, 1.01, float("nan")])
def test_a_number_that_is_off_the_scale_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="is not from 0 to 1"):
        charts.distribution([Bar("a", number, "some")], id="one", title="t")
    for draw in (charts.agreement, charts.waves):
        with pytest.raises(ValueError, match="is not from 0 to 1"):
            draw([Estimate("a", 0.5, number, 0.6)], id="one", title="t")


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)?", text)


def _contrast_with_white(colour: str) -> float:
    """The formula of WCAG 2.2 for relative luminance and contrast."""
    light = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in light]
    luminance = sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 1.05 / (luminance + 0.05)
