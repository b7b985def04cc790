"""A term is explained where it is first used, once, and never where that would be in the way."""

from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.library.glossary import Glossary, Term, render_body, render_plain

HUB = Term("term-001", "MASH", ("Multi-agency safeguarding hub",), "Services that sit together.")
AGENCY = Term("term-002", "Agency", ("multi-agency",), "A service.")
CHANNEL = Term("term-003", "Channel", ("Channel panel",), "A panel that helps.")
GLOSSARY = Glossary([HUB, AGENCY, CHANNEL])


def tree(text: str, own: str = "case-001", glossary: Glossary = GLOSSARY) -> Element:
    html = render_body(text, glossary, own).html
    found: Element = html5lib.parseFragment(html, namespaceHTMLElements=False)
    return found


def marked(text: str, own: str = "case-001", glossary: Glossary = GLOSSARY) -> list[str]:
    """Return the words that open a meaning."""
    return ["".join(b.itertext()) for b in tree(text, own, glossary).iter("button")]


def meanings(text: str, own: str = "case-001") -> list[str]:
    """Return the references of the terms whose meaning goes with a text."""
    return [term.reference for term in render_body(text, GLOSSARY, own).meanings]


def test_only_the_first_use_is_marked() -> None:
    assert marked("MASH and MASH.\n\nMASH again, *MASH* again.") == ["MASH"]


def test_a_name_and_an_abbreviation_are_one_term() -> None:
    assert marked("The multi-agency safeguarding hub (MASH).") == ["multi-agency safeguarding hub"]


def test_the_longest_name_wins() -> None:
    assert marked("A Channel panel met.") == ["Channel panel"]
    assert marked("A multi-agency safeguarding hub, and multi-agency work.") == [
        "multi-agency safeguarding hub",
        "multi-agency",
    ]


def test_a_term_is_found_however_it_is_written() -> None:
    assert marked("The mash met.") == ["mash"]
    assert marked("The CHANNEL PANEL met.") == ["CHANNEL PANEL"]


@pytest.mark.parametrize(
    "text", ["mashed", "smash", "MASHs", "MASH_", "pre-MASH", "MASH-like", "Channels", "9MASH"]
)
def test_a_part_of_a_word_is_no_term(text: str) -> None:
    assert marked(f"They {text} it.") == []


@pytest.mark.parametrize(
    "text", ["(MASH)", "“MASH”", '"MASH"', "MASH.", "MASH’s", "*MASH*", "MASH/x"]
)
def test_a_term_between_signs_is_found(text: str) -> None:
    assert marked(f"They said {text} then.") == ["MASH"]


@pytest.mark.parametrize(
    "text",
    [
        "[MASH](https://example.org)",
        "[**MASH**](doc:case-003)",
        "## MASH",
        "### About MASH",
        "`MASH`",
        "    MASH",
        "| MASH |\n|---|\n| x |",
        "<https://example.org/MASH>",
    ],
)
def test_a_link_a_heading_or_code_is_left_alone(text: str) -> None:
    assert marked(text) == []
    assert marked(f"{text}\n\nMASH") == ["MASH"]


@pytest.mark.parametrize(
    "text", ["- MASH", "1. MASH", "> MASH", "| A |\n|---|\n| MASH |", "**MASH**"]
)
def test_a_term_is_found_wherever_else_it_stands(text: str) -> None:
    assert marked(text) == ["MASH"]


def test_an_entry_does_not_explain_itself() -> None:
    assert marked("MASH means Channel.", own="term-001") == ["Channel"]
    assert meanings("MASH means Channel.", own="term-001") == ["term-003"]


def test_every_button_opens_a_meaning_that_is_there() -> None:
    text = "Channel, an agency, MASH, Channel."
    opened = [button.get("popovertarget") for button in tree(text).iter("button")]
    assert sorted(map(str, opened)) == [f"meaning-{name}" for name in sorted(meanings(text))]
    assert len(set(opened)) == len(opened) == 3


def test_a_text_without_terms_is_as_it_would_be_without_a_glossary() -> None:
    text = "## One\n\nNothing here.\n\n- a\n- b\n"
    for glossary in (GLOSSARY, Glossary([])):
        body = render_body(text, glossary, "case-001")
        assert (body.html, body.headings) == (render_plain(text).html, render_plain(text).headings)
        assert body.meanings == ()


def test_a_copy_that_leaves_the_portal_has_no_buttons() -> None:
    assert "<button" not in render_plain("MASH").html


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(["MASH", "mash", "Channel", "panel", "the", "*", "ma\u017fh"]), max_size=12
    )
)
def test_marking_changes_no_word_of_the_text(words: list[str]) -> None:
    text = "x " + " ".join(words)
    shown = "".join(next(iter(tree(text).iter("p"))).itertext())
    plain = html5lib.parseFragment(render_plain(text).html, namespaceHTMLElements=False)
    assert shown == "".join(next(iter(plain.iter("p"))).itertext())
    assert len(marked(text)) <= 2


@settings(max_examples=150, deadline=None)
@given(st.text(min_size=1, max_size=8).map(str.strip).filter(bool), st.text(max_size=30))
def test_any_name_in_any_text_is_rendered(name: str, text: str) -> None:
    glossary = Glossary([Term("term-001", name, (name.upper(),), name)])
    assert len(marked(f"{text} {name} {text}", glossary=glossary)) <= 1


def test_letters_that_look_alike_to_python_break_nothing() -> None:
    glossary = Glossary([Term("term-001", "kids", (), "Children.")])
    assert marked("K\u0130DS K\u0131DS kid\u017f \u212aids", glossary=glossary) in (
        [],
        ["\u212aids"],
    )


def test_the_fingerprint_changes_with_the_glossary_and_not_with_its_order() -> None:
    assert Glossary([HUB, AGENCY]).fingerprint == Glossary([AGENCY, HUB]).fingerprint
    assert Glossary([HUB]).fingerprint != Glossary([AGENCY]).fingerprint
    changed = Term(HUB.reference, HUB.title, HUB.also, HUB.summary + " New.")
    assert Glossary([changed]).fingerprint != Glossary([HUB]).fingerprint
