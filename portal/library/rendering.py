"""A document's page, rendered once at publication: the article, its metadata, its plain words."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import nh3
from flask import render_template
from markupsafe import Markup

from portal.core.markdown import Heading
from portal.library import pathway_drawing, presentation
from portal.library.glossary import Glossary, render_body, render_plain
from portal.library.models import Attachment, Document
from portal.library.pathway import PathStep, Pathway, name, plain, read, said
from portal.library.vocabularies import Vocabularies

_TEMPLATES = ("_article.html", "_head.html", "_pathway.html")
_FOLDER = Path(__file__).parent / "templates" / "library"
_BLOCK_END = re.compile(r"</(?:p|li|td|th)>")
_HEADING_END = re.compile(r"</h\d>")
PATHWAY = Heading(2, "pathway", "The pathway, step by step")


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
        parts.append(str(pathway_drawing.DRAWING_VERSION))
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def render(self, document: Document, attachments: Sequence[Attachment] = ()) -> None:
        """Fill the rendered fields of `document` from its text, terms and attachments."""
        at = f"/library/{document.reference}/attachments"
        links = [(one.title, f"{at}/{one.number}") for one in attachments]
        self.render_linked(document, links)

    def render_linked(self, document: Document, attachments: Sequence[tuple[str, str]]) -> None:
        """Do the same with attachments as titles with their addresses."""
        body = render_body(document.body, self.glossary, document.reference)
        shown = shown_pathway(document)
        headings = [heading for heading in body.headings if heading.level == 2]
        document.article_html = render_template(
            "library/_article.html",
            document=document,
            main_facts=presentation.facts(document, self.vocabularies, main=True),
            other_facts=presentation.facts(document, self.vocabularies, main=False),
            evidence=presentation.evidence(document, self.vocabularies),
            sources=[presentation.source_line(source) for source in document.details["sources"]],
            headings=[PATHWAY, *headings] if shown else headings,
            shown=shown,
            body=Markup(body.html),  # noqa: S704 (cleaned by the renderer)
            meanings=body.meanings,
            attachments=attachments,
        )
        document.head_html = render_template(
            "library/_head.html", metadata=presentation.dublin_core(document, self.vocabularies)
        )
        words = [plain_text(body.html), plain(shown.pathway) if shown else ""]
        document.plain = " ".join(words).strip()
        document.rendered_with = self.fingerprint


@dataclass(frozen=True)
class ShownPathway:
    """A pathway as a page shows it: as a list and as a picture that says the same."""

    pathway: Pathway
    picture: Markup
    heading: Heading = PATHWAY

    def named(self, step_id: str) -> str | None:
        """Return number and title of a step; nothing for one that is not there."""
        return name(self.pathway, step_id) if step_id in self.pathway.numbers else None

    def owner(self, step: PathStep) -> str:
        """Return who owns a step, in words."""
        return said(step.role)

    def time(self, step: PathStep) -> str:
        """Return the time standard of a step, in words."""
        return said(step.within)


def shown_pathway(document: Document) -> ShownPathway | None:
    """Return the pathway of a document; nothing where it has none, or none with a step."""
    pathway = read(document.details.get("pathway") or {})
    if not pathway.steps:
        return None
    title = f"Diagram of the pathway: {document.title}"
    return ShownPathway(pathway, pathway_drawing.draw(pathway, id="picture", title=title))


def render_attachment(text: str) -> str:
    """Return the HTML of an attachment from its Markdown, its first heading being of level 2."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        if line.startswith("## "):
            break
        if line.startswith("### "):
            lines[place] = line[1:]
    return render_plain("\n".join(lines)).html


def plain_text(html: str) -> str:
    """Return the words of rendered HTML without markup, as they are searched and shown."""
    # a mark or a space where a block ends, nothing inside a line
    ended = _BLOCK_END.sub(" ", _HEADING_END.sub(": ", html))
    return " ".join(unescape(nh3.clean(ended, tags=set())).split())
