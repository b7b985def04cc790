"""The one renderer from Markdown to safe HTML in the classes of the GOV.UK Design System."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import unescape
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.toc import slugify
from markdown.treeprocessors import Treeprocessor

REFERENCE = re.compile(r"^doc:([a-z]+-\d{3,})$")
RENDERER_VERSION = 3  # raise it when the same Markdown gives other HTML

_CLASSES = {
    "h2": "govuk-heading-m",
    "h3": "govuk-heading-s",
    "p": "govuk-body",
    "ul": "govuk-list govuk-list--bullet",
    "ol": "govuk-list govuk-list--number",
    "a": "govuk-link",
    "blockquote": "govuk-inset-text",
    "hr": "govuk-section-break govuk-section-break--l govuk-section-break--visible",
    "table": "govuk-table",
    "thead": "govuk-table__head",
    "tbody": "govuk-table__body",
    "tr": "govuk-table__row",
    "th": "govuk-table__header",
    "td": "govuk-table__cell",
}
_ATTRIBUTES = {
    "*": {"class", "id"},
    "a": {"href"},
    "th": {"scope"},
    "ol": {"start"},
    "div": {"role", "tabindex", "aria-label"},
    "button": {"type", "popovertarget"},
}
_SCHEMES = {"https", "http", "mailto", "tel"}
_BLANK = re.compile(r"(\n[ \t]*\n)")
_BRACKET = re.compile(r"(?<!\\)\[")
_DEEPEST = 20
"""Brackets open at once in a block. For each the library looks for an end, up to the block's."""
_TAGS = {*_CLASSES, "li", "strong", "em", "code", "pre", "br", "div", "button"}


@dataclass(frozen=True)
class Heading:
    """A heading of the body: level 2 or 3, the id it can be linked to, its text."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """Safe HTML with the headings it holds."""

    html: str
    headings: tuple[Heading, ...]


class _GovukTree(Treeprocessor):
    """Give elements their classes, references their addresses, tables a scroll bar of their own."""

    def __init__(self, md: Markdown, address_of: Callable[[str], str]) -> None:
        super().__init__(md)
        self.address_of = address_of

    def run(self, root: Element) -> None:
        """Change the tree in place."""
        for element in list(root.iter()):
            if name := _CLASSES.get(element.tag):
                element.set("class", name)
            if element.tag == "a" and (match := REFERENCE.match(element.get("href", ""))):
                element.set("href", self.address_of(match[1]))
            if element.tag == "th":
                element.set("scope", "col")
                element.attrib.pop("style", None)
        labels: Counter[str] = Counter()
        for parent in list(root.iter()):
            for place, child in enumerate(list(parent)):
                if child.tag == "table":
                    parent[place] = _scrolling(child, labels)


def _scrolling(table: Element, labels: Counter[str]) -> Element:
    """Wrap a table so that a keyboard can scroll it on a narrow screen (WCAG 2.1.1, 1.4.10)."""
    label = ", ".join("".join(cell.itertext()).strip() for cell in table.iter("th"))
    labels[label] += 1
    if labels[label] > 1:  # a region is found by its name, so no two have the same
        label += f" ({labels[label]})"
    wrapper = Element(
        "div",
        {"class": "app-table", "role": "region", "tabindex": "0", "aria-label": f"Table: {label}"},
    )
    wrapper.append(table)
    wrapper.tail, table.tail = table.tail, None
    return wrapper


class _Govuk(Extension):
    def __init__(self, address_of: Callable[[str], str]) -> None:
        super().__init__()
        self.address_of = address_of

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (the library's own name)
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.treeprocessors.register(_GovukTree(md, self.address_of), "govuk", 4)


def render(
    text: str,
    *,
    address_of: Callable[[str], str],
    extensions: Sequence[Extension] = (),
) -> Rendered:
    """Turn Markdown into safe HTML.

    `address_of` gives the address of a document's reference (`doc:case-003`). HTML in the text is
    shown as text, never passed on; what is left goes through an allow-list.
    """
    md = Markdown(
        extensions=["tables", "sane_lists", "toc", "smarty", _Govuk(address_of), *extensions],
        extension_configs={"toc": {"toc_depth": "2-3", "slugify": _own_ids()}},
    )
    html = md.convert(_bounded(text))
    tokens = getattr(md, "toc_tokens", [])
    return Rendered(
        html=nh3.clean(
            html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None
        ),
        headings=tuple(_headings(tokens)),
    )


def _bounded(text: str) -> str:
    """Return a text in which no block holds brackets that would take minutes to pair."""
    pieces = _BLANK.split(text)
    return "".join(_BRACKET.sub(r"\\[", piece) if _is_deep(piece) else piece for piece in pieces)


def _is_deep(block: str) -> bool:
    """Tell whether more brackets of a kind stand open at once than a text needs."""
    return any(
        block.count(begins) > _DEEPEST and _depth(block, begins, ends) > _DEEPEST
        for begins, ends in ("[]", "()")
    )


def _depth(block: str, begins: str, ends: str) -> int:
    depth = deepest = 0
    for sign in block:
        if sign == begins:
            depth += 1
            deepest = max(deepest, depth)
        elif sign == ends:
            depth = max(0, depth - 1)
    return deepest


def _own_ids() -> Callable[[str, str], str]:
    """Return what makes the id of a heading; the prefix keeps it apart from the page's own ids.

    It counts headings of the same words: the library would try every number for each.
    """
    times: Counter[str] = Counter()

    def own_id(text: str, separator: str) -> str:
        made = f"section-{slugify(text, separator)}"
        times[made] += 1
        return made if times[made] == 1 else f"{made}_{times[made] - 1}"

    return own_id


def _headings(tokens: list[dict[str, object]]) -> list[Heading]:
    found: list[Heading] = []
    for token in tokens:
        text = unescape(str(token["name"]))  # it comes escaped, and a template escapes it again
        found.append(Heading(int(str(token["level"])), str(token["id"]), text))
        found.extend(_headings(token["children"]))  # type: ignore[arg-type]  # a list by contract
    return found
