"""Copies of a document that leave the portal: accessible HTML in one file, and Markdown."""

from collections.abc import Mapping
from typing import Protocol

from flask import render_template

from portal.core import clock
from portal.library import content, presentation, service
from portal.library.glossary import render_plain
from portal.library.models import Document
from portal.library.vocabularies import TYPES, Vocabularies


class Maker(Protocol):
    """Makes a copy for a person who may read `document` and the documents in `readable`."""

    def __call__(
        self,
        document: Document,
        *,
        vocabularies: Vocabularies,
        origin: str,
        readable: frozenset[str],
    ) -> str:
        """Return the text of the copy."""


def as_html(
    document: Document, *, vocabularies: Vocabularies, origin: str, readable: frozenset[str]
) -> str:
    """Return a page that needs nothing from anywhere, links leading back to `origin`."""
    html = render_plain(document.body).html.replace('href="/library/', f'href="{origin}/library/')
    return render_template(
        "library/download.html",
        document=document,
        type_label=TYPES[document.type],
        body=html,
        facts=presentation.facts(document, vocabularies),
        evidence=presentation.evidence(document, vocabularies),
        sources=[presentation.source_line(source) for source in document.details["sources"]],
        metadata=presentation.dublin_core(document, vocabularies),
        origin=origin,
        taken=clock.today(),
    )


def as_markdown(
    document: Document, *, vocabularies: Vocabularies, origin: str, readable: frozenset[str]
) -> str:
    """Return the document as a content file, with the title as a heading and working links."""
    fields = service.fields_of(document, vocabularies)
    fields["related"] = [entry for entry in fields["related"] if entry["id"] in readable]
    body = content.LINK.sub(lambda match: f"({origin}/library/{match[1]})", document.body)
    return content.dump(fields, f"# {document.title}\n\n{document.summary}\n\n{body}", vocabularies)


MAKERS: Mapping[str, Maker] = {"html": as_html, "md": as_markdown}
