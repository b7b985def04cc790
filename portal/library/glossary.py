"""Glossary terms explained where they stand: the first use in a text opens its meaning.

A native popover (HTML `popover`): it works without script, with the keyboard and with Escape. Where
a browser has none, the meanings stand at the end of the text.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from portal.core.markdown import RENDERER_VERSION, Heading, Rendered, render

_NOT_IN = frozenset({"a", "h2", "h3", "code", "pre", "th", "button"})


@dataclass(frozen=True)
class Term:
    """A glossary entry as a text needs it: its names, and its meaning in a sentence or two."""

    reference: str
    title: str
    also: tuple[str, ...]
    summary: str


class Glossary:
    """The terms to explain, and a fingerprint of them for knowing what was rendered with what."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = {term.reference: term for term in terms}
        self._by_name = {
            name.lower(): term for term in terms for name in (term.title, *term.also) if name
        }
        names = sorted(self._by_name, key=len, reverse=True)
        self._pattern = (
            re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, names))})(?![\w-])", re.IGNORECASE)
            if names
            else None
        )
        parts = [repr(term) for term in sorted(terms, key=lambda term: term.reference)]
        text = "\n".join([str(RENDERER_VERSION), *parts])
        self.fingerprint = hashlib.sha256(text.encode()).hexdigest()

    def find(self, text: str, seen: set[str]) -> tuple[int, int, Term] | None:
        """Return the first use in `text` of a term that is not in `seen`, with its place."""
        if self._pattern is None:
            return None
        for match in self._pattern.finditer(text):
            # none for letters that the pattern takes for others, such as the long s for s
            term = self._by_name.get(match[1].lower())
            if term is not None and term.reference not in seen:
                return match.start(), match.end(), term
        return None


class _MarkTerms(Treeprocessor):
    def __init__(self, md: Markdown, glossary: Glossary, seen: set[str]) -> None:
        super().__init__(md)
        self.glossary = glossary
        self.seen = seen

    def run(self, root: Element) -> None:
        """Put a button in place of the first use of each term."""
        self._within(root)

    def _within(self, element: Element) -> None:
        if element.tag in _NOT_IN:
            return
        children: list[Element] = []
        element.text = self._split(element.text, children)
        for child in list(element):
            self._within(child)
            children.append(child)
            child.tail = self._split(child.tail, children)
        element[:] = children

    def _split(self, text: str | None, children: list[Element]) -> str | None:
        """Return the text before the first new term; add a button for each, with what follows."""
        found = self.glossary.find(text or "", self.seen)
        if found is None or text is None:
            return text
        start, end, term = found
        self.seen.add(term.reference)
        button = Element(
            "button",
            {"type": "button", "class": "app-term", "popovertarget": f"meaning-{term.reference}"},
        )
        button.text = text[start:end]
        children.append(button)
        button.tail = self._split(text[end:], children)
        return text[:start]


class _Terms(Extension):
    def __init__(self, glossary: Glossary, seen: set[str]) -> None:
        super().__init__()
        self.glossary = glossary
        self.seen = seen

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (the library's own name)
        md.treeprocessors.register(_MarkTerms(md, self.glossary, self.seen), "terms", 3)


def address_of(reference: str) -> str:
    """Return the address of a document; the same on every deployment."""
    return f"/library/{reference}"


@dataclass(frozen=True)
class RenderedBody:
    """Safe HTML of a body with its headings, and the terms whose meaning it opens."""

    html: str
    headings: tuple[Heading, ...]
    meanings: tuple[Term, ...]


def render_body(text: str, glossary: Glossary, own: str) -> RenderedBody:
    """Render a document's Markdown with the terms of the glossary explained, except its `own`."""
    seen = {own}
    rendered = render(text, address_of=address_of, extensions=[_Terms(glossary, seen)])
    meanings = tuple(glossary.terms[reference] for reference in sorted(seen - {own}))
    return RenderedBody(rendered.html, rendered.headings, meanings)


def render_plain(text: str) -> Rendered:
    """Render a document's Markdown for a copy that leaves the portal: no buttons."""
    return render(text, address_of=address_of)
