"""What a manuscript is made of: sections, groups of fields, its text as a whole. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from portal.library.content import CASE_HEADINGS, OPTIONAL_CASE_HEADINGS
from portal.library.vocabularies import NOT_STATED, Vocabularies

BODY = "body"
"""The one section of everything that is no case."""
NOTHING = "Not stated."
"""What a section of a case says where nothing is known."""
_HEADING = re.compile(r"^## +(.+?) *#*$", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """A section that is written and saved on its own."""

    name: str
    title: str
    """What the writer reads."""
    hint: str
    heading: str = ""
    """The heading in the published case."""

    @property
    def optional(self) -> bool:
        """Whether it can be left empty without a word."""
        return self.heading in OPTIONAL_CASE_HEADINGS or self.heading == "Points to consider"


CASE = (
    Section(
        "background",
        "Background",
        "The child and the family before the worry, as far as others need it to learn from the "
        "case. An age band, the type of area, what was already known to services.",
        "Background",
    ),
    Section(
        "concern",
        "What the concern was",
        "What somebody saw or heard, and why it worried them.",
        "Concern",
    ),
    Section(
        "referral",
        "How it was referred",
        "Who raised it, with whom, and what happened to the referral. Roles, not names.",
        "Who raised it",
    ),
    Section(
        "assessment",
        "Assessment",
        "Who assessed it, how, and what they found. Say too what could not be found out.",
        "Assessment",
    ),
    Section(
        "done",
        "What was done",
        "The help or action, in the order in which it came.",
        "What was done",
    ),
    Section(
        "involved",
        "Who was involved",
        "Services and people by role, and what each did.",
        "Who was involved",
    ),
    Section("helped", "What helped", "What made it easier or better.", "What helped"),
    Section(
        "hindered",
        "What got in the way",
        "What made it harder, slower or worse.",
        "What got in the way",
    ),
    Section(
        "outcome",
        "Outcome",
        "How it ended, for the child and the family. “No concern” and “it did not work” are "
        "worth as much to others as a success.",
        "Outcome",
    ),
    Section(
        "learning",
        "Learning for others",
        "What you would tell somebody who has such a case tomorrow.",
        "Learning",
    ),
    Section(
        "points",
        "Points to consider",
        "Questions that a reader could talk over with colleagues. Leave it empty if you like.",
        "Points to consider",
    ),
)
WHOLE = Section(
    BODY, "Text", "Write the text in Markdown: ## begins a heading, - an entry of a list."
)


def of_type(type_: str) -> Sequence[Section]:
    """Return the sections of a type of document, in their order."""
    return CASE if type_ == "case" else (WHOLE,)


def named(type_: str, name: str) -> Section | None:
    """Return a section by its name."""
    return next((section for section in of_type(type_) if section.name == name), None)


def assemble(type_: str, parts: Mapping[str, str]) -> str:
    """Return the body of a document: its sections under their headings.

    A section of a case without a word says that nothing is stated; an optional one is left out.
    """
    if type_ != "case":
        return parts.get(BODY, "").strip()
    shown = []
    for section in CASE:
        text = parts.get(section.name, "").strip()
        if text or section.heading in CASE_HEADINGS:
            shown.append(f"## {section.heading}\n\n{text or NOTHING}")
    return "\n\n".join(shown)


def take_apart(type_: str, body: str) -> dict[str, str]:
    """Return the sections of a body: the inverse of `assemble`.

    Text before the first heading, or under one that a case does not have, goes to the section
    before it, with its heading one level lower, so that nothing is lost.
    """
    if type_ != "case":
        return {BODY: body.strip()}
    by_heading = {section.heading.casefold(): section.name for section in CASE}
    by_heading |= {section.title.casefold(): section.name for section in CASE}
    parts: dict[str, list[str]] = {}
    at = CASE[0].name
    pieces = _HEADING.split(body)
    parts[at] = [pieces[0].strip()]
    for heading, text in zip(pieces[1::2], pieces[2::2], strict=True):
        name = by_heading.get(heading.casefold())
        if name is None:
            text = f"### {heading}\n\n{text.strip()}"
        at = name or at
        parts.setdefault(at, []).append(text.strip())
    joined = {name: "\n\n".join(piece for piece in texts if piece) for name, texts in parts.items()}
    return {name: "" if text == NOTHING else text for name, text in joined.items()}


def text_hash(
    fields: Mapping[str, Any], parts: Mapping[str, str], attachments: Sequence[tuple[str, str]]
) -> str:
    """Return the SHA-256 of everything that would be published."""
    told = json.dumps(
        [dict(fields), {name: text for name, text in parts.items() if text}, list(attachments)],
        sort_keys=True,
        ensure_ascii=True,
    )
    return sha256(told.encode()).hexdigest()


# ---- Fields


@dataclass(frozen=True)
class Group:
    """Fields that are asked on one page."""

    name: str
    title: str
    fields: Sequence[str]
    """Names of the content format."""
    for_curators: bool = False


_TITLE = {
    "case": ("title", "summary"),
    "guidance": ("title", "question", "summary"),
    "protocol": ("title", "question", "summary"),
    "glossary": ("title", "also", "summary"),
}
WHO = ("area_type", "about", "age_band", "source_of_harm", "harm_to", "referred_by")
RESPONSE = ("agencies", "stage", "response_tier", "interventions", "consent", "legal_route")
RESULT = ("legal_result", "outcome", "barriers", "themes", "evidence", "practice_year")
_CURATED = ("audience", "search_words", "related", "review_by")


def groups(type_: str, vocabularies: Vocabularies) -> list[Group]:
    """Return the groups of fields of a type, in the order in which they are offered."""
    made = [Group("title", "Title and summary", _TITLE[type_])]
    ordered = [key for keys in (WHO, RESPONSE, RESULT) for key in keys]
    own = [vocabulary.key for vocabulary in vocabularies.of_type(type_)]
    more = [key for key in own if key not in ordered]  # what a deployment has added
    if type_ == "case":
        made += [
            Group("who", "Who and where", _of(WHO, own)),
            Group("response", "The response", _of(RESPONSE, own)),
            Group("result", "Result and learning", (*_of(RESULT, own), *more)),
            Group("sources", "Where it comes from", ("sources",), for_curators=True),
        ]
    else:
        facets = (*more, *_of(ordered, own))
        made.append(Group("subject", "What it is about", facets))
        law = ("law", "law_as_at") if type_ in {"guidance", "protocol"} else ()
        definitions = ("definitions",) if type_ == "glossary" else ()
        made.append(Group("sources", "Sources and law", (*definitions, "sources", *law)))
    if type_ == "protocol":
        made.append(Group("pathway", "Referral pathway", ("pathway",)))
    made.append(Group("readers", "Readers and review", _CURATED, for_curators=True))
    return made


def _of(keys: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    fits = {*own, "practice_year"}
    return tuple(key for key in keys if key in fits)


def start(type_: str, vocabularies: Vocabularies) -> dict[str, Any]:
    """Return the fields of an empty manuscript: what nobody has said is not stated."""
    fields: dict[str, Any] = {"title": "", "summary": "", "audience": "staff", "related": []}
    for vocabulary in vocabularies.of_type(type_):
        fields[vocabulary.key] = [NOT_STATED]
    fields |= {"practice_year": NOT_STATED, "sources": []}
    if type_ in {"guidance", "protocol"}:
        fields |= {"law": [], "law_as_at": NOT_STATED}
    if type_ == "glossary":
        fields |= {"also": [], "definitions": []}
    return fields
