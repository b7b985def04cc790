"""Markdown that somebody could not use is marked with what to write; the rest is left alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.markdown import render
from portal.publishing.blocks import blocks
from portal.publishing.marks import Kind
from portal.publishing.markup import check

GOOD = """\
## Who to call

Call [the front door](doc:guidance-001), or read [another title](https://example.org/a_(b)).

1. **Listen.** Let the child speak.
2. Write it down.

### Numbers

| Situation | Who |
|---|:-:|
| Danger | 999 or \\| 112 |
| A worry | `a|b` |

> Words of a colleague.

- One
- Two

    More on two.

**Do not wait.** Call today.
"""


def found(text: str, under: int = 1) -> list[tuple[str, str]]:
    return [(one.kind.value, text[one.start : one.end]) for one in check(text, under=under)]


def test_a_text_that_everybody_can_use_has_no_mark() -> None:
    assert found(GOOD) == []
    assert found(GOOD.replace("\n", "\r\n")) == []


SIGNS = st.sampled_from(
    ["word", " ", "\n", "\n\n", "\r\n", "- ", "* ", "1. ", "• ", "| ", "|---|---|\n", "[", "]", "("]
) | st.sampled_from(
    ["](doc:case-003)", "![", "`", "**", "## ", "#### ", "> ", "    ", "\\", "<b>", "<!--", "===\n"]
)


@given(st.lists(SIGNS, max_size=40).map("".join) | st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_a_mark_is_always_at_something_in_the_text(text: str) -> None:
    for one in check(text):
        assert 0 <= one.start < one.end <= len(text)
        assert one.why
        assert one.hint


# ---- Headings


@pytest.mark.parametrize(
    ("text", "under", "wrong"),
    [
        ("# Title", 1, "# Title"),
        ("#### Deep", 1, "#### Deep"),
        ("### First", 1, "### First"),
        ("## Section", 2, "## Section"),
        ("Title\n===", 1, "Title\n==="),
        ("Part\n---", 1, "Part\n---"),
    ],
    ids=["title", "too deep", "level left out", "in a section", "underlined", "dashes below"],
)
def test_a_heading_at_the_wrong_level_is_marked(text: str, under: int, wrong: str) -> None:
    assert found(text, under) == [("heading-level", wrong)]


def test_a_section_of_a_case_begins_with_the_third_level() -> None:
    assert found("### Who knew", under=2) == []


def test_a_heading_without_words_is_marked() -> None:
    assert found("## \n\nText.") == [("heading-empty", "## ")]


def test_a_bold_line_in_place_of_a_heading_is_marked() -> None:
    assert found("**Who to call**\n\nThe hub.") == [("heading-bold", "**Who to call**")]


@pytest.mark.parametrize(
    "text", ["**Call 999 now.**", "**Danger:** call 999", "- **Danger**", "**a** and **b**"]
)
def test_bold_words_that_are_no_heading_are_left_alone(text: str) -> None:
    assert found(text) == []


# ---- Tables


def test_a_table_without_column_headings_is_marked() -> None:
    rows = "| Danger | 999 |\n| A worry | The hub |"
    assert found(rows) == [("table-header", rows)]


def test_a_column_without_a_heading_is_marked_at_its_place() -> None:
    text = "| | Who |\n|---|---|\n| Danger | 999 |"
    (one,) = check(text)
    assert (one.kind, one.why) == (Kind.TABLE_HEADER, "Column 1 has no heading.")


def test_a_row_that_loses_or_lacks_a_cell_is_marked() -> None:
    text = "| A | B |\n|---|---|\n| 1 | 2 | 3 |\n| 1 |\n| 1 | 2 |"
    assert found(text) == [("table-row", "| 1 | 2 | 3 |"), ("table-row", "| 1 |")]


def test_a_table_that_runs_on_in_a_paragraph_is_marked() -> None:
    table = "| A | B |\n|---|---|\n| 1 | 2 |"
    assert found(f"Look:\n{table}") == [("table-header", table)]


# ---- Links


@pytest.mark.parametrize(
    "words", ["here", "Click here", "this link", "Read more", "**here**", "https://example.org/a"]
)
def test_a_link_that_does_not_say_where_it_leads_is_marked(words: str) -> None:
    link = f"[{words}](https://example.org/b)"
    assert found(f"See {link}.") == [("link-words", link)]


def test_an_address_in_the_text_is_marked_without_the_full_stop_behind_it() -> None:
    assert found("Go to https://example.org/a.") == [("link-words", "https://example.org/a")]
    assert found("Go to <https://example.org>.") == [("link-words", "<https://example.org>")]


@pytest.mark.parametrize("link", ["[](doc:case-003)", "[the case]()"])
def test_a_link_without_words_or_address_is_marked(link: str) -> None:
    assert found(f"See {link}.") == [("link-empty", link)]


def test_links_with_the_same_words_to_different_places_are_marked() -> None:
    text = "[The case](doc:case-001), [the  case](doc:case-002) and [The case](doc:case-001)."
    assert found(text) == [("link-same-words", "[the  case](doc:case-002)")]


# ---- Pictures, HTML, paragraphs, lists


def test_a_picture_is_marked_and_is_no_link() -> None:
    assert found("Look: ![](x.png) there") == [("picture", "![](x.png)")]


@pytest.mark.parametrize("html", ["<b>", "</b>", "<br/>", "<!-- a note -->", '<img src="x">'])
def test_html_is_marked(html: str) -> None:
    assert found(f"One {html} two") == [("html", html)]


@pytest.mark.parametrize("text", ["a < b and c > d", "`<b>`", "    <b>", "`[here](x)`", "I <3 it"])
def test_what_only_looks_like_markup_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_a_paragraph_of_more_than_150_words_is_marked() -> None:
    text = ("Words. " * 151).strip()
    assert found(text) == [("long-paragraph", text)]
    assert found(("Words. " * 150).strip()) == []


@pytest.mark.parametrize("first", ["Bring:\n", "Bring these\n"])
def test_a_list_without_a_blank_line_before_it_is_marked(first: str) -> None:
    assert found(f"{first}- one\n- two") == [("list", "- one\n- two")]


def test_a_list_in_a_list_that_is_not_indented_enough_is_marked() -> None:
    assert found("1. Ask:\n   - who\n   - when\n2. Tell") == [("list", "   - who\n   - when")]
    assert found("1. Ask:\n    - who\n    - when\n2. Tell") == []


def test_bullets_that_markdown_does_not_know_are_marked() -> None:
    assert found("• one\n• two") == [("list", "• one\n• two")]


def test_a_line_that_wraps_at_a_dash_is_no_list() -> None:
    assert found("The worker came\n- late, as ever - and left.") == []


# ---- The blocks are those that readers get

TAGS = {
    "paragraph": "<p ",
    "heading": "<h2 ",
    "quotation": "<blockquote ",
    "table": "<table ",
    "code": "<pre>",
    "rule": "<hr ",
}


@pytest.mark.parametrize(
    "text",
    [
        "Text\n- one\n- two",
        "## Head\n- one\n- two",
        "Text\n## Head\nMore",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "| a | b |\n|---|\n| 1 | 2 |",
        "Text\n| a | b |\n|---|---|\n| 1 | 2 |",
        "Text\n> quoted",
        "    code",
        "Head\n---",
        "---",
        "##Head",
        "1) one\n2) two",
        "1. one\n   - two\n2. three",
        "1. one\n    - two\n2. three",
    ],
    ids=lambda text: text.replace("\n", "/"),
)
def test_a_text_falls_into_the_blocks_that_the_page_shows(text: str) -> None:
    html = render(text, address_of=str).html
    sorts = [block.sort for block in blocks(text)]
    for sort, tag in TAGS.items():
        inside = sort == "paragraph" and {"quotation", "entry"} & set(sorts)
        if not inside:
            assert html.count(tag) == sorts.count(sort)
    assert html.count("<li>") == sorts.count("entry")


def test_what_stands_in_an_entry_or_a_quotation_is_part_of_it() -> None:
    assert [block.sort for block in blocks("- one\n\n    more\n\nafter")] == [
        "entry",
        "entry",
        "paragraph",
    ]
    assert [block.sort for block in blocks("> 1. one\n> 2. two\n>\n> words")] == [
        "entry",
        "entry",
        "quotation",
    ]


@pytest.mark.parametrize("signs", [">", "> ", " >"])
def test_a_quotation_within_thousands_of_others_is_still_looked_at(signs: str) -> None:
    assert [block.sort for block in blocks(signs * 3000 + "words")] == ["quotation"]
