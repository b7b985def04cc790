"""Copies of a document that leave the portal: HTML in one file, Markdown, OpenDocument, tagged PDF.

All four say the same in the same order. OpenDocument and PDF are made from the HTML copy; in them
the list of a pathway stands for its diagram, which says the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from flask import render_template
from markupsafe import Markup

from portal.core import clock
from portal.library import content, pdf, presentation, service
from portal.library.glossary import render_plain
from portal.library.models import Attachment, Document
from portal.library.pdf import NotMade
from portal.library.rendering import ShownPathway, shown_pathway
from portal.library.vocabularies import TYPES, Vocabularies
from portal.ui.filters import day

LICENCE = "Open Government Licence v3.0; it does not cover personal data"
LEGAL_ADVICE = "Get your own authority’s legal advice."


class Maker(Protocol):
    """Makes a copy for a person who may read `document` and the documents in `readable`."""

    def __call__(
        self,
        document: Document,
        *,
        vocabularies: Vocabularies,
        origin: str,
        readable: frozenset[str],
        attachments: Sequence[Attachment],
        law_changes: Sequence[str],
    ) -> str | bytes:
        """Return the copy. `law_changes` say which laws that it rests on have ended.

        Raises `NotMade` where this server can't make one.
        """


def as_html(
    document: Document,
    *,
    vocabularies: Vocabularies,
    origin: str,
    readable: frozenset[str],
    attachments: Sequence[Attachment],
    law_changes: Sequence[str],
) -> str:
    """Return a page that needs nothing from anywhere, links leading back to `origin`."""
    shown = shown_pathway(document)
    return _page(document, vocabularies, origin, attachments, law_changes, shown, "en")


def _page(
    document: Document,
    vocabularies: Vocabularies,
    origin: str,
    attachments: Sequence[Attachment],
    law_changes: Sequence[str],
    shown: ShownPathway | None,
    language: str,
) -> str:
    html = render_plain(document.body).html.replace('href="/library/', f'href="{origin}/library/')
    return render_template(
        "library/download.html",
        document=document,
        type_label=TYPES[document.type],
        body=html,
        shown=shown,
        facts=presentation.facts(document, vocabularies),
        evidence=presentation.evidence(document, vocabularies),
        sources=[presentation.source_line(source) for source in document.details["sources"]],
        metadata=presentation.dublin_core(document, vocabularies),
        origin=origin,
        taken=clock.today(),
        attachments=attachments,
        law_changes=law_changes,
        language=language,
        licence=LICENCE,
        legal_advice=LEGAL_ADVICE,
    )


def _page_to_convert(
    document: Document,
    vocabularies: Vocabularies,
    origin: str,
    attachments: Sequence[Attachment],
    law_changes: Sequence[str],
) -> str:
    shown = shown_pathway(document)
    without = replace(shown, picture=Markup("")) if shown else None
    return _page(document, vocabularies, origin, attachments, law_changes, without, "en-GB")


def as_odt(
    document: Document,
    *,
    vocabularies: Vocabularies,
    origin: str,
    readable: frozenset[str],
    attachments: Sequence[Attachment],
    law_changes: Sequence[str],
) -> bytes:
    """Return an OpenDocument text with headings, lists and tables of its own kind."""
    from portal.library.odt import from_html  # half a second that few need

    page = _page_to_convert(document, vocabularies, origin, attachments, law_changes)
    return from_html(page, title=document.title, subject=document.summary)


def as_pdf(
    document: Document,
    *,
    vocabularies: Vocabularies,
    origin: str,
    readable: frozenset[str],
    attachments: Sequence[Attachment],
    law_changes: Sequence[str],
) -> bytes:
    """Return a tagged PDF (PDF/UA-1); raises `NotMade` where Pango is missing."""
    page = _page_to_convert(document, vocabularies, origin, attachments, law_changes)
    return pdf.from_html(page)


def as_markdown(
    document: Document,
    *,
    vocabularies: Vocabularies,
    origin: str,
    readable: frozenset[str],
    attachments: Sequence[Attachment],
    law_changes: Sequence[str],
) -> str:
    """Return the front matter of the content file, then the text that the other copies have."""
    fields = service.fields_of(document, vocabularies)
    fields["related"] = [entry for entry in fields["related"] if entry["id"] in readable]
    body = content.LINK.sub(lambda match: f"({origin}/library/{match[1]})", document.body)
    shown = shown_pathway(document)
    pieces = [
        f"{TYPES[document.type]} {document.reference}",
        f"# {document.title}",
        _notice(document, origin),
        *(f"**{said}**" for said in law_changes),
        document.summary,
        *_definitions(document),
        *(_pathway(shown) if shown else []),
        body,
        "## About this document",
        *_about(document, vocabularies, origin, attachments),
    ]
    return content.dump(fields, "\n\n".join(piece for piece in pieces if piece), vocabularies)


def _notice(document: Document, origin: str) -> str:
    today = clock.today()
    due = (
        f", and should have been read again by {day(document.review_by)}"
        if presentation.review_due(document, today)
        else ""
    )
    return (
        f"**{presentation.practice(document)}.** Copy taken on {day(today)} from "
        f"{origin}/library/{document.reference}. "
        f"It may have been corrected or withdrawn since{due}."
    )


def _definitions(document: Document) -> Iterator[str]:
    for one in document.details.get("definitions", []):
        yield f"> {one['text']}\n>\n> {one['source']} ({one['year']})"


def _pathway(shown: ShownPathway) -> Iterator[str]:
    """Give a pathway as a numbered list, in the words of the page."""
    yield f"## {shown.heading.text}"
    if len(shown.pathway.doors) > 1:
        titles = "; ".join(step.title for step in shown.pathway.doors)
        yield f"> Referrals can come in at {len(shown.pathway.doors)} front doors: {titles}."
    for number, step in enumerate(shown.pathway.steps, 1):
        lines = [
            f"{number}. **{step.title}**{' Front door' if step.door else ''}",
            f"Owner: {shown.owner(step)}",
            f"Time: {shown.time(step)}",
            *([step.text] if step.text else []),
            "What comes next:" if step.then else "The pathway ends here",
        ]
        branches = [
            f"- {branch.when}: {shown.named(branch.to) or 'a step that is not there'}"
            for branch in step.then
        ]
        pieces = ["\n\n    ".join(lines)]
        yield "\n\n    ".join([*pieces, "\n    ".join(branches)] if branches else pieces)


def _about(
    document: Document, vocabularies: Vocabularies, origin: str, attachments: Sequence[Attachment]
) -> Iterator[str]:
    """Give what the document rests on and how old it is, a name and its values at a time."""
    sources = [presentation.source_line(source) for source in document.details["sources"]]
    rows: list[tuple[str, Sequence[str]]] = [
        ("Source", sources),
        ("Strength of evidence", [presentation.evidence(document, vocabularies)]),
    ]
    for fact in presentation.facts(document, vocabularies):
        rows.append((fact.label, ["; ".join(fact.values)]))
    if document.type in {"guidance", "protocol"}:
        as_at = day(document.law_as_at) if document.law_as_at else "a date that is not stated"
        law = [*document.details.get("law", []), f"Law as at {as_at}. {LEGAL_ADVICE}"]
        rows.append(("Law", law))
    if attachments:
        own = f"{origin}/library/{document.reference}/attachments"
        rows.append(("Attachments", [f"[{one.title}]({own}/{one.number})" for one in attachments]))
    rows += [
        ("Published", [day(document.published_on)]),
        ("Last reviewed", [day(document.reviewed_on)]),
        ("To be reviewed by", [day(document.review_by)]),
        ("Licence", [LICENCE]),
    ]
    for name, values in rows:
        yield "\n\n".join([f"**{name}**", *values])


MAKERS: Mapping[str, Maker] = {
    "html": as_html,
    "md": as_markdown,
    "odt": as_odt,
    "pdf": as_pdf,
}
MEDIA_TYPES: Mapping[str, str] = {
    "html": "text/html",
    "md": "text/markdown",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
}

__all__ = ["MAKERS", "MEDIA_TYPES", "NotMade"]
