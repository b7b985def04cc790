"""A document's page, rendered once at publication: the article, its metadata, its plain words."""

import hashlib
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import nh3
from flask import render_template
from markupsafe import Markup

from portal.library import presentation
from portal.library.glossary import Glossary, render_body
from portal.library.models import Document
from portal.library.vocabularies import Vocabularies

_TEMPLATES = ("_article.html", "_head.html")
_FOLDER = Path(__file__).parent / "templates" / "library"
_BLOCK_END = re.compile(r"</(?:p|li|td|th)>")
_HEADING_END = re.compile(r"</h\d>")


@dataclass(frozen=True)
class Renderer:
    """Renders documents with one glossary and one set of vocabularies."""

    glossary: Glossary
    vocabularies: Vocabularies

    @property
    def fingerprint(self) -> str:
        """What the result depends on besides the document: another value, render again."""
        parts = [(_FOLDER / name).read_text(encoding="utf-8") for name in _TEMPLATES]
        parts += [self.glossary.fingerprint, repr(list(self.vocabularies.values()))]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def render(self, document: Document) -> None:
        """Fill the rendered fields of `document` from its text and terms."""
        body = render_body(document.body, self.glossary, document.reference)
        document.article_html = render_template(
            "library/_article.html",
            document=document,
            main_facts=presentation.facts(document, self.vocabularies, main=True),
            other_facts=presentation.facts(document, self.vocabularies, main=False),
            evidence=presentation.evidence(document, self.vocabularies),
            sources=[presentation.source_line(source) for source in document.details["sources"]],
            headings=[heading for heading in body.headings if heading.level == 2],
            body=Markup(body.html),  # noqa: S704 (cleaned by the renderer)
            meanings=body.meanings,
        )
        document.head_html = render_template(
            "library/_head.html", metadata=presentation.dublin_core(document, self.vocabularies)
        )
        document.plain = plain_text(body.html)
        document.rendered_with = self.fingerprint


def plain_text(html: str) -> str:
    """Return the words of rendered HTML without markup, as they are searched and shown."""
    # a mark or a space where a block ends, nothing inside a line
    ended = _BLOCK_END.sub(" ", _HEADING_END.sub(": ", html))
    return " ".join(unescape(nh3.clean(ended, tags=set())).split())
