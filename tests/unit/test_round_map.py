"""The map of a round: every pair a line, every fact in words, nothing from outside let through."""

from xml.etree import ElementTree

import pytest

from portal.pairing.matching import Band
from portal.pairing.round_map import STYLES, Drawn, draw, words

PAIRS = [
    Drawn("Derby", "Leeds", 71.6, "very close"),
    Drawn("Bath and North East Somerset", "Leeds", 55.2, "somewhat close", pinned=True),
    Drawn("York", "Hull", 48.0, "less close"),
]
SVG = "{http://www.w3.org/2000/svg}"


def picture(**more: object) -> ElementTree.Element:
    given = {"pairs": PAIRS, "unplaced": ["Luton"], "wishes": [("York", "Leeds")]} | more
    html = str(draw(**given, id="map", title="Pairs"))  # type: ignore[arg-type]
    return ElementTree.fromstring(html.replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1))


def test_every_pair_wish_and_unplaced_authority_has_a_line() -> None:
    assert len(picture().findall(f"{SVG}line")) == len(PAIRS) + 1 + 1
    assert len(picture(wishes=[], unplaced=[]).findall(f"{SVG}line")) == len(PAIRS)


def test_lines_of_pairs_do_not_cross() -> None:
    lines = picture(wishes=[]).findall(f"{SVG}line")
    ends = sorted((float(line.get("y1", "")), float(line.get("y2", ""))) for line in lines)
    assert [y2 for _, y2 in ends] == sorted(y2 for _, y2 in ends)


def test_the_facts_stand_in_words() -> None:
    said = words(PAIRS, ["Luton"], [("York", "Leeds")])
    assert "Leeds hosts Derby, fit 72, very close" in said
    assert "Leeds hosts Bath and North East Somerset, fit 55, somewhat close, pinned" in said
    assert "Luton has no host" in said
    assert "York and Leeds would both gain with each other" in said
    desc = picture().find(f"{SVG}desc")
    assert desc is not None
    assert desc.text == said


@pytest.mark.parametrize("band", Band)
def test_every_band_has_a_line_of_its_own(band: Band) -> None:
    assert len(set(STYLES.values())) == len(Band)
    (line,) = picture(pairs=[Drawn("A", "B", 50, band.value)], unplaced=[], wishes=[]).findall(
        f"{SVG}line"
    )
    thick, dashes = STYLES[band.value]
    assert (float(line.get("stroke-width", "")), line.get("stroke-dasharray")) == (thick, dashes)


def test_a_name_is_text_and_never_markup() -> None:
    html = draw([Drawn("<script>x</script>", 'A" & B', 50, "close")], [], id="map", title="<b>")
    assert "<script>" not in html
    assert "<b>" not in html


def test_nothing_is_drawn_for_nobody() -> None:
    assert draw([], [], id="map", title="Pairs") == ""
