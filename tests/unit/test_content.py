"""The strict loader says in which file and line something is wrong, and what to write instead."""

import re
import tempfile
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.core.config import ROOT
from portal.library import content, vocabularies
from portal.library.content import Item, Problem
from portal.library.vocabularies import Vocabularies, Vocabulary

WORDS = Vocabularies(
    [
        Vocabulary(
            "setting",
            "Setting",
            "Where it happened",
            ("case", "guidance"),
            False,
            {"school": "School", "home": "Home", "not-stated": "Not stated"},
        ),
        Vocabulary(
            "agencies",
            "Agencies",
            "Services that took part",
            ("case", "guidance", "protocol"),
            True,
            {"police": "Police", "health": "Health service", "not-stated": "Not stated"},
        ),
    ]
)
AUTHORITIES = ["E1"]

CASE = """---
id: case-001
type: case
title: A boy speaks of leaving
summary: A teacher heard it and rang the duty desk.
audience: readers
setting: school
agencies: [police, health]
sources:
- title: A research report
  year: 2017
  part: Chapter 2
practice_year: 2016
contributing_authority: E1
published: 2026-01-05
reviewed: 2026-02-05
review_by: 2027-02-05
related:
- id: guidance-001
  why: Says who to ring first
---

## Background

He was in year nine.

## Concern

See [who to ring](doc:guidance-001).

## Who raised it

A teacher.

## Assessment

Not stated.

## What was done

Not stated.

## Outcome

Not stated.

## Learning

Not stated.

## Points to consider

Not stated.
"""
GUIDANCE = """---
id: guidance-001
type: guidance
title: Who to ring first
question: take the first call
summary: Whom to ring and what to have at hand.
audience: readers
setting: not-stated
agencies: [not-stated]
sources:
- title: A research report
  year: 2017
practice_year: not-stated
law: [Children Act 1989]
law_as_at: 2026-01-01
published: 2026-01-05
reviewed: 2026-01-05
review_by: 2027-01-05
related: []
---

## Before you ring

Have the name at hand.

## Afterwards

Write it down.
"""
PROTOCOL = """---
id: protocol-001
type: protocol
title: Triage
summary: How referrals are sorted.
audience: staff
agencies: [police]
sources:
- title: A research report
  year: 2017
practice_year: 2016
law: []
law_as_at: not-stated
published: 2026-01-05
reviewed: 2026-01-05
review_by: 2027-01-05
related: []
---

## Roles

The duty manager decides.

## Steps

Read, then decide.
"""
PATHWAY = """pathway:
  steps:
  - id: received
    title: Concern received
    role: Duty worker
    within: not-stated
    door: true
    text: Write it down.
    then:
    - to: decided
      when: always
  - id: decided
    title: Decision
    role: not-stated
    within: 4 hours
    text: Choose and write one reason.
"""
WITH_PATHWAY = PROTOCOL.replace("protocol-001", "protocol-002").replace(
    "law_as_at: not-stated\n", f"law_as_at: not-stated\n{PATHWAY}"
)
TERM = """---
id: term-001
type: glossary
title: MASH
also: []
definitions:
- text: Services that sit together.
  source: A research report
  year: 2017
summary: Services that sit together.
audience: readers
sources:
- title: A research report
  year: 2017
practice_year: 2016
published: 2026-01-05
reviewed: 2026-01-05
review_by: 2027-01-05
related: []
---

People differ on who belongs.
"""
FILES = {
    "cases/case-001.md": CASE,
    "guidance/guidance-001.md": GUIDANCE,
    "protocols/protocol-001.md": PROTOCOL,
    "glossary/term-001.md": TERM,
    "protocols/protocol-002.md": WITH_PATHWAY,
}


def read(folder: Path, changed: dict[str, str | bytes]) -> tuple[list[Item], list[Problem]]:
    """Write the sound files with some of them changed into `folder`, and read it."""
    files: dict[str, str | bytes] = FILES | changed
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return content.read_folder(folder, WORDS, AUTHORITIES)


def problems(folder: Path, changed: dict[str, str | bytes]) -> list[tuple[str, int, str]]:
    return [(str(p.path.relative_to(folder)), p.line, p.message) for p in read(folder, changed)[1]]


def change(text: str, before: str, after: str) -> str:
    assert text.count(before) == 1, before
    return text.replace(before, after)


def line_of(text: str, piece: str) -> int:
    assert text.count(piece) == 1, piece
    return text[: text.index(piece)].count("\n") + 1


class Slip(NamedTuple):
    """A mistake in a sound file, where it stands afterwards, and what is said of it."""

    name: str
    file: str
    before: str
    after: str
    at: str
    """What stands on the line that is reported; empty for the first line."""
    said: str


IN_CASE, IN_GUIDANCE, IN_TERM = (
    "cases/case-001.md",
    "guidance/guidance-001.md",
    "glossary/term-001.md",
)
IN_PROTOCOL = "protocols/protocol-001.md"
IN_PATHWAY = "protocols/protocol-002.md"
A_DATE = "as a date, for instance 2026-11-23, not"
SLIPS = [
    Slip(
        "missing field of a term",
        IN_CASE,
        "setting: school\n",
        "",
        "",
        "missing field setting: add it (where it happened): school, home, not-stated",
    ),
    Slip(
        "missing field",
        IN_CASE,
        "published: 2026-01-05\n",
        "",
        "",
        "missing field published: add it as docs/content-format.md describes it",
    ),
    Slip(
        "missing field of a source",
        IN_CASE,
        "  year: 2017\n",
        "",
        "- title: A research",
        "missing field sources.year: add it",
    ),
    Slip(
        "unknown field",
        IN_CASE,
        "practice_year",
        "weather: fine\npractice_year",
        "weather",
        "unknown field weather: take it out; a case has no such field",
    ),
    Slip(
        "field of another type",
        IN_CASE,
        "practice_year",
        "law: []\npractice_year",
        "law",
        "unknown field law: take it out; a case has no such field",
    ),
    Slip(
        "misspelt field of a source",
        IN_CASE,
        "  part: Chapter",
        "  parts: Chapter",
        "  parts",
        "unknown field parts: write part",
    ),
    Slip(
        "unknown field of a source",
        IN_CASE,
        "  part: Chapter",
        "  shelf: Chapter",
        "  shelf",
        "unknown field shelf: take it out; an entry of sources has no such field",
    ),
    Slip(
        "misspelt term",
        IN_CASE,
        "[police, health]",
        "[police, helth]",
        "helth",
        "unknown term 'helth' in agencies: did you mean health? "
        "Write one of police, health, not-stated",
    ),
    Slip(
        "unknown term",
        IN_CASE,
        "setting: school",
        "setting: xyz",
        "xyz",
        "unknown term 'xyz' in setting: Write one of school, home, not-stated",
    ),
    Slip(
        "audience",
        IN_CASE,
        "audience: readers",
        "audience: reader",
        "audience",
        "unknown term 'reader' in audience: did you mean readers? "
        "Write one of readers, staff, leads, curators",
    ),
    Slip(
        "not-stated beside another",
        IN_CASE,
        "[police, health]",
        "[police, not-stated]",
        "agencies",
        "not-stated stands alone: keep it or the other terms",
    ),
    Slip(
        "term given twice",
        IN_CASE,
        "[police, health]",
        "[police, police]",
        "agencies",
        "a term is given twice: keep one",
    ),
    Slip(
        "no term",
        IN_CASE,
        "[police, health]",
        "[]",
        "agencies",
        "agencies: list should have at least 1 item",
    ),
    Slip(
        "one term where a list is wanted",
        IN_CASE,
        "[police, health]",
        "police",
        "agencies",
        "write agencies as a list, for instance agencies: [police]",
    ),
    Slip(
        "nothing where a list is wanted",
        IN_CASE,
        " [police, health]",
        "",
        "agencies",
        "write agencies as a list, for instance agencies: [not-stated]",
    ),
    Slip(
        "a title where a list of sources is wanted",
        IN_TERM,
        "sources:\n- title: A research report\n  year: 2017",
        "sources: A report",
        "sources",
        "write sources as a list whose entries have title, year, part",
    ),
    Slip(
        "a title where a source is wanted",
        IN_TERM,
        "sources:\n- title: A research report\n  year: 2017",
        "sources: [A report]",
        "sources",
        "write sources as a list whose entries have title, year, part",
    ),
    Slip(
        "words for a date",
        IN_CASE,
        "published: 2026-01-05",
        "published: soon",
        "published",
        f"write published {A_DATE} 'soon'",
    ),
    Slip(
        "date in no calendar",
        IN_CASE,
        "published: 2026-01-05",
        "published: 2026-02-30",
        "published",
        f"write published {A_DATE} '2026-02-30'",
    ),
    Slip(
        "British date",
        IN_CASE,
        "published: 2026-01-05",
        "published: 05/01/2026",
        "published",
        f"write published {A_DATE} '05/01/2026'",
    ),
    Slip(
        "date with a time",
        IN_CASE,
        "published: 2026-01-05",
        "published: 2026-01-05 10:00:00",
        "published",
        f"write published {A_DATE}",
    ),
    Slip(
        "date of the law",
        IN_GUIDANCE,
        "law_as_at: 2026-01-01",
        "law_as_at: now",
        "law_as_at",
        "write law_as_at as a date, for instance 2026-11-23, or not-stated, not 'now'",
    ),
    Slip(
        "year of practice",
        IN_CASE,
        "practice_year: 2016",
        "practice_year: 2O16",
        "2O16",
        "write practice_year as a year, for instance 2016, or not-stated, not '2O16'",
    ),
    Slip(
        "title too long",
        IN_CASE,
        "A boy speaks of leaving",
        "x" * 91,
        "title: xxx",
        "shorten title to 90 characters; it has 91",
    ),
    Slip(
        "reason too long",
        IN_CASE,
        "Says who to ring first",
        "x" * 121,
        "why: xxx",
        "shorten related.why to 120 characters; it has 121",
    ),
    Slip(
        "title that YAML takes for a number",
        IN_CASE,
        "A boy speaks of leaving",
        "2016",
        "title: 2016",
        "write title as text; quote",
    ),
    Slip(
        "id of another pattern",
        IN_CASE,
        "id: case-001",
        "id: Case 1",
        "Case 1",
        "write id as a word, a hyphen and three digits, for instance case-003",
    ),
    Slip(
        "id and file name differ",
        IN_CASE,
        "id: case-001",
        "id: case-002",
        "case-002",
        "write id: case-001, or rename the file",
    ),
    Slip(
        "type and folder differ",
        IN_CASE,
        "type: case",
        "type: guidance",
        "type: guidance",
        "unknown term 'guidance' in type: Write one of case",
    ),
    Slip(
        "field given twice",
        IN_CASE,
        "summary:",
        "title: Another\nsummary:",
        "title: Another",
        "title is given twice: keep one",
    ),
    Slip(
        "colon in a title",
        IN_CASE,
        "A boy speaks of leaving",
        "A boy: leaving",
        "A boy: leaving",
        "mend the YAML here: mapping values are not allowed in this context "
        "(quote a text that holds a colon)",
    ),
    Slip(
        "list for a field's name",
        IN_CASE,
        "summary: A",
        "[summary]: A",
        "[summary]",
        "mend the YAML here",
    ),
    Slip(
        "invisible character in a field",
        IN_CASE,
        "A boy speaks",
        "A boy\x00speaks",
        "A boy\x00",
        "take out the invisible character U+0000",
    ),
    Slip(
        "invisible character in the text",
        IN_CASE,
        "He was",
        "He\x0cwas",
        "He\x0cwas",
        "take out the invisible character U+000C",
    ),
    Slip(
        "no front matter",
        IN_CASE,
        CASE,
        "## Background\n\nHe was in year nine.\n",
        "",
        "begin with front matter: a line ---, the fields, and a line --- again",
    ),
    Slip(
        "front matter that does not end",
        IN_CASE,
        "---\n\n## Background",
        "\n## Background",
        "",
        "begin with front matter",
    ),
    Slip(
        "front matter without fields",
        IN_CASE,
        CASE,
        "---\nA boy speaks\n---\n\nText.\n",
        "A boy speaks",
        "write the front matter as fields, for instance title: …",
    ),
    Slip(
        "link that leads nowhere",
        IN_CASE,
        "(doc:guidance-001)",
        "(doc:guidance-002)",
        "(doc:",
        "guidance-002 leads nowhere: did you mean guidance-001?",
    ),
    Slip("empty link", IN_CASE, "(doc:guidance-001)", "(doc:)", "(doc:", "name an item"),
    Slip(
        "link with a title",
        IN_CASE,
        "(doc:guidance-001)",
        '(doc:guidance-002 "Ring")',
        "(doc:",
        "write a link as [its title](doc:case-003)",
    ),
    Slip(
        "link by a reference",
        IN_CASE,
        "[who to ring](doc:guidance-001).",
        "[who to ring][1].\n\n[1]: doc:guidance-002",
        "[1]: doc:",
        "write a link as [its title](doc:case-003)",
    ),
    Slip(
        "link with a space before the address",
        IN_CASE,
        "](doc:guidance-001)",
        "] (doc:guidance-001)",
        "] (doc:",
        "write a link as [its title](doc:case-003)",
    ),
    Slip(
        "related item that does not exist",
        IN_CASE,
        "- id: guidance-001",
        "- id: guidance-002",
        "- id: guidance-002",
        "guidance-002 leads nowhere: did you mean guidance-001?",
    ),
    Slip(
        "related to itself",
        IN_CASE,
        "- id: guidance-001",
        "- id: case-001",
        "- id: case-001",
        "case-001 is this item itself: name another",
    ),
    Slip(
        "link to itself",
        IN_CASE,
        "(doc:guidance-001)",
        "(doc:case-001)",
        "(doc:",
        "case-001 is this item itself: name another",
    ),
    Slip(
        "unknown authority",
        IN_CASE,
        "contributing_authority: E1",
        "contributing_authority: E2",
        "contributing",
        "no authority E2 in the register: write its code or not-stated",
    ),
    Slip(
        "heading of a case left out",
        IN_CASE,
        "## Outcome\n\nNot stated.\n\n",
        "",
        "## Background",
        "a case has exactly these ## headings in order: Background, Concern, Who raised it",
    ),
    Slip(
        "headings of a case in another order",
        IN_CASE,
        "## Outcome\n\nNot stated.\n\n## Learning",
        "## Learning\n\nNot stated.\n\n## Outcome",
        "## Background",
        "a case has exactly these ## headings in order",
    ),
    Slip(
        "text without headings",
        IN_GUIDANCE,
        "## Afterwards\n\n",
        "",
        "## Before",
        "break the text up with at least two ## headings",
    ),
    Slip(
        "heading of the first level",
        IN_GUIDANCE,
        "Write it down.",
        "# Write it down",
        "# Write",
        "write the heading “Write it down” with ## or ###",
    ),
    Slip(
        "heading of the first level without a space",
        IN_GUIDANCE,
        "Write it down.",
        "#Write it down",
        "#Write",
        "write the heading “Write it down” with ## or ###",
    ),
    Slip(
        "heading by a line below it",
        IN_GUIDANCE,
        "Write it down.",
        "Write it down\n=====",
        "Write it",
        "write the heading “Write it down” with ## or ###, not a line below it",
    ),
    Slip(
        "HTML",
        IN_GUIDANCE,
        "Write it down.",
        "Write <b>it",
        "<b>",
        "take out <b>: write Markdown, HTML is shown as text",
    ),
    Slip(
        "a note in a comment, which readers would see",
        IN_GUIDANCE,
        "Write it down.",
        "Write it.\n<!-- the boy's name -->",
        "<!--",
        "take out <!--: write Markdown, HTML is shown as text",
    ),
    Slip(
        "picture",
        IN_GUIDANCE,
        "Write it down.",
        "Write it.\n![A boy](boy.jpg)",
        "![A",
        "take out the picture: say in words what it shows",
    ),
    Slip(
        "reviewed before it was published",
        IN_CASE,
        "reviewed: 2026-02-05",
        "reviewed: 2026-01-04",
        "reviewed:",
        "reviewed can't be before published",
    ),
    Slip(
        "to be read again before it was read",
        IN_CASE,
        "review_by: 2027-02-05",
        "review_by: 2026-02-05",
        "review_by",
        "review_by must be after reviewed",
    ),
    Slip(
        "no definition",
        IN_TERM,
        "definitions:\n- text: Services that sit together.\n"
        "  source: A research report\n  year: 2017",
        "definitions: []",
        "definitions",
        "definitions: list should have at least 1 item",
    ),
    Slip(
        "list where one term is wanted",
        IN_CASE,
        "setting: school",
        "setting: [school]",
        "setting",
        "did you mean school?",
    ),
    Slip(
        "list of steps where fields are wanted",
        IN_PATHWAY,
        "pathway:\n  steps:",
        "pathway:",
        "pathway:",
        "write pathway as a field steps, which holds the list of steps",
    ),
    Slip(
        "unknown field of a pathway",
        IN_PATHWAY,
        "  steps:\n",
        "  owner: Somebody\n  steps:\n",
        "  owner: Somebody",
        "unknown field owner: take it out; an entry of pathway has no such field",
    ),
    Slip(
        "misspelt field of a step",
        IN_PATHWAY,
        "    door: true",
        "    doors: true",
        "    doors: true",
        "unknown field doors: write door",
    ),
    Slip(
        "misspelt field of a branch",
        IN_PATHWAY,
        "      when: always",
        "      when: always\n      wen: never",
        "      wen: never",
        "unknown field wen: write when",
    ),
    Slip(
        "missing owner of a step",
        IN_PATHWAY,
        "    role: Duty worker\n",
        "",
        "  - id: received",
        "missing field pathway.steps.role: add it as docs/content-format.md describes it",
    ),
    Slip(
        "id of a step with a space",
        IN_PATHWAY,
        "id: received",
        "id: Just received",
        "id: Just received",
        "write pathway.steps.id in small letters, digits and hyphens, for instance first-call",
    ),
    Slip(
        "number for a time standard",
        IN_PATHWAY,
        "within: 4 hours",
        "within: 4",
        "within: 4",
        "write pathway.steps.within as text; quote",
    ),
    Slip(
        "words for a front door",
        IN_PATHWAY,
        "door: true",
        "door: maybe",
        "door: maybe",
        "write pathway.steps.door as true, or leave it out",
    ),
    Slip(
        "step for a list of branches",
        IN_PATHWAY,
        "    then:\n    - to: decided\n      when: always",
        "    then: decided",
        "    then: decided",
        "write pathway.steps.then as a list whose entries have to, when",
    ),
    Slip(
        "branch to a step that is not there",
        IN_PATHWAY,
        "to: decided",
        "to: decide",
        "  - id: received",
        "Step 1, Concern received, leads to a step that is not there (decide)",
    ),
    Slip(
        "id of a step used twice",
        IN_PATHWAY,
        "  - id: decided",
        "  - id: received\n    title: Received again\n    role: not-stated\n"
        "    within: not-stated\n    text: Read it.\n  - id: decided",
        "  - id: received\n    title: Received again",
        "Steps 1 and 2 have the same id, received: give one of them another",
    ),
    Slip(
        "pathway without steps",
        IN_PATHWAY,
        PATHWAY,
        "pathway:\n  steps: []\n",
        "  steps: []",
        "The pathway has no steps: add the first one",
    ),
    Slip(
        "pathway of guidance",
        IN_GUIDANCE,
        "law_as_at: 2026-01-01",
        "law_as_at: 2026-01-01\npathway:\n  steps: []",
        "pathway:",
        "unknown field pathway: take it out; a guidance has no such field",
    ),
    Slip(
        "misspelt field beside the missing one",
        IN_PROTOCOL,
        "law_as_at:",
        "law_asat:",
        "law_asat",
        "unknown field law_asat: write law_as_at",
    ),
]
BESIDES = {"misspelt field beside the missing one": 1}
"""Where a slip can't but make a second problem."""


def test_sound_files_have_no_problems(tmp_path: Path) -> None:
    items, found = read(tmp_path, {})
    assert found == []
    assert [item.id for item in items] == [
        "case-001",
        "guidance-001",
        "protocol-001",
        "protocol-002",
        "term-001",
    ]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.name)
def test_a_mistake_is_reported_once_with_its_line_and_what_to_write(
    tmp_path: Path, slip: Slip
) -> None:
    text = change(FILES[slip.file], slip.before, slip.after)
    found = problems(tmp_path, {slip.file: text})
    line = line_of(text, slip.at) if slip.at else 1
    assert [(file, at) for file, at, said in found if slip.said in said] == [(slip.file, line)]
    assert len(found) == 1 + BESIDES.get(slip.name, 0), found


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.name)
def test_a_mistake_in_one_file_does_not_hide_those_in_others(tmp_path: Path, slip: Slip) -> None:
    others = {name: text for name, text in FILES.items() if name != slip.file}
    changed: dict[str, str | bytes] = {
        name: change(text, "audience: ", "audience: not-") for name, text in others.items()
    }
    changed[slip.file] = change(FILES[slip.file], slip.before, slip.after)
    reported = [file for file, _, said in problems(tmp_path, changed) if "in audience" in said]
    assert set(others) <= set(reported)
    assert any(file == slip.file for file, _, _ in problems(tmp_path, changed))


def test_a_pathway_that_is_only_odd_is_loaded(tmp_path: Path) -> None:
    text = change(WITH_PATHWAY, "    door: true\n", "")  # no front door, and a step without owner
    assert problems(tmp_path, {IN_PATHWAY: text}) == []


def test_a_pathway_is_written_as_it_was_read(tmp_path: Path) -> None:
    item = next(item for item in read(tmp_path, {})[0] if item.id == "protocol-002")
    assert content.dump(item.fields, item.body, WORDS) == WITH_PATHWAY
    names = list(item.fields)
    assert names[names.index("law_as_at") + 1] == "pathway"


def test_an_item_without_a_text_is_reported_where_the_text_would_stand(tmp_path: Path) -> None:
    text = change(TERM, "\nPeople differ on who belongs.\n", "")
    line = text.count("\n") + 1
    assert problems(tmp_path, {IN_TERM: text}) == [
        (IN_TERM, line, "write the text below the front matter")
    ]


def test_a_file_that_is_not_utf_8_is_reported(tmp_path: Path) -> None:
    text = change(CASE, "He was", "Zoë was").encode("latin-1")
    assert problems(tmp_path, {IN_CASE: text}) == [(IN_CASE, 1, "save the file as UTF-8 text")]


def test_a_file_from_windows_reads_as_any_other(tmp_path: Path) -> None:
    expected = read(tmp_path, {})[0]
    text = b"\xef\xbb\xbf" + CASE.replace("\n", "\r\n").encode()
    assert read(tmp_path, {IN_CASE: text}) == (expected, [])


def test_lines_count_the_same_in_a_file_from_windows(tmp_path: Path) -> None:
    text = change(CASE, "(doc:guidance-001)", "(doc:nowhere-001)")
    found = problems(tmp_path, {IN_CASE: text.replace("\n", "\r\n")})
    assert [line for _, line, _ in found] == [line_of(text, "doc:nowhere")]


def test_all_mistakes_of_a_file_are_reported_at_once(tmp_path: Path) -> None:
    text = change(CASE, "title: A boy", "titel: A boy")
    text = change(text, "setting: school", "setting: shool")
    text = change(text, "summary:", "audience: staff\nsummary:")
    text = change(text, "(doc:guidance-001)", "(doc:guidance-009)")
    text = change(text, "He was", "# He was")
    found = problems(tmp_path, {IN_CASE: text})
    assert [(line, said.split(":")[0]) for _, line, said in found] == [
        (1, "missing field title"),
        (line_of(text, "titel"), "unknown field titel"),
        (line_of(text, "audience: readers"), "audience is given twice"),
        (line_of(text, "shool"), "unknown term 'shool' in setting"),
        (line_of(text, "# He"), "write the heading “He was in year nine.” with ## or ###"),
        (line_of(text, "doc:guidance-009"), "guidance-009 leads nowhere"),
    ]


def test_a_link_to_a_file_with_a_mistake_is_not_called_broken(tmp_path: Path) -> None:
    found = problems(tmp_path, {IN_GUIDANCE: change(GUIDANCE, "title: Who", "titel: Who")})
    assert {file for file, _, _ in found} == {IN_GUIDANCE}


def test_an_id_used_twice_is_reported_where_it_is_used_again(tmp_path: Path) -> None:
    found = problems(tmp_path, {"cases/case-002.md": CASE})
    assert ("cases/case-002.md", 2, "write id: case-002, or rename the file") in found
    assert (
        "cases/case-002.md",
        2,
        f"id case-001 is taken by {tmp_path / IN_CASE}; choose another",
    ) in found


def test_an_item_in_the_folder_of_another_type_is_reported(tmp_path: Path) -> None:
    path = "cases/guidance-002.md"
    found = problems(tmp_path, {path: change(CASE, "id: case-001", "id: guidance-002")})
    assert found == [(path, 2, "the id of a case begins with case-")]


def test_a_problem_reads_as_tools_expect_it(tmp_path: Path) -> None:
    found = read(tmp_path, {IN_CASE: change(CASE, "setting: school", "setting: x")})[1]
    assert str(found[0]).startswith(f"{tmp_path}/cases/case-001.md:7: unknown term")


@pytest.mark.parametrize(
    "fine",
    [
        "<https://www.gov.uk/>",
        "Fewer than 3 < 4 of them.",
        "A Word doc: see the annex.",
        "| Role | Task |\n|---|---|\n| Manager | Signs |",
        "One.\n\n---\n\nTwo.",
    ],
)
def test_plain_markdown_is_no_mistake(tmp_path: Path, fine: str) -> None:
    assert problems(tmp_path, {IN_GUIDANCE: change(GUIDANCE, "Write it down.", fine)}) == []


DAMAGE = (
    st.text(max_size=20).map(str.encode)
    | st.binary(max_size=5)
    | st.sampled_from([b"1: x\n", b"null: x\n", b"? {a: b}\n", b"- ", b"!!int x", b"<<: x\n"])
)


@settings(max_examples=75, deadline=None)
@given(st.integers(0, len(CASE)), st.integers(0, 40), DAMAGE)
def test_whatever_a_file_holds_gives_problems_and_no_crash(
    start: int, length: int, middle: bytes
) -> None:
    text = CASE.encode()
    damaged = text[:start] + middle + text[start + length :]
    with tempfile.TemporaryDirectory() as folder:
        found = problems(Path(folder), {IN_CASE: damaged})
    last = damaged.count(b"\n") + damaged.count(b"\r") + 2
    assert all(1 <= line <= last and said for _, line, said in found)


# ---- There and back again


def test_every_file_of_the_library_is_written_as_we_would_write_it() -> None:
    folder = ROOT / "content"
    words = vocabularies.read(folder / "vocabularies.yaml")
    codes = [
        line.split(",")[0]
        for name in ("authorities.csv", "demonstration-authorities.csv")
        for line in (folder / name).read_text(encoding="utf-8").splitlines()
    ]
    items, found = content.read_folder(folder, words, codes)
    assert found == []
    assert items
    for item in items:
        expected = item.path.read_text(encoding="utf-8")
        assert content.dump(item.fields, item.body, words) == expected, item.path


AWKWARD = st.sampled_from(
    [
        *("a: b", "- a", "'a'", '"a"', "# a", "*a", "&a", "!a", "%a", "@a", "{a", "[a", "a #b"),
        *("yes", "null", "~", "<<", "2016", "2026-01-01", "1e3", "---", "..."),
        *("a\nb", "a\u2028b", "é", "😀"),
    ]
)


def texts(length: int) -> st.SearchStrategy[str]:
    anything = st.text(min_size=1, max_size=length).map(str.strip).filter(bool)
    return AWKWARD | anything


DATES = st.dates(date(2000, 1, 1), date(2090, 1, 1))
SOURCE = st.tuples(texts(80), st.integers(1900, 2100), st.none() | texts(80)).map(
    lambda parts: {
        name: part
        for name, part in zip(("title", "year", "part"), parts, strict=True)
        if part is not None
    }
)
SOURCES = st.lists(SOURCE, min_size=1, max_size=2)
TERMS = st.sampled_from([["police"], ["health", "police"], ["not-stated"]])


@st.composite
def guidance_fields(draw: st.DrawFn) -> dict[str, Any]:
    fields: dict[str, Any] = {"id": "guidance-002", "type": "guidance", "title": draw(texts(90))}
    if draw(st.booleans()):
        fields["question"] = draw(texts(90))
    published, years = draw(DATES), draw(st.integers(1, 9))
    return fields | {
        "summary": draw(texts(300)),
        "audience": draw(st.sampled_from(["readers", "curators"])),
        "setting": [draw(st.sampled_from(["school", "not-stated"]))],
        "agencies": draw(TERMS),
        "sources": draw(SOURCES),
        "practice_year": draw(st.integers(1900, 2100) | st.just("not-stated")),
        "law": draw(st.lists(texts(50), max_size=2)),
        "law_as_at": draw(DATES | st.just("not-stated")),
        "published": published,
        "reviewed": published,
        "review_by": published.replace(day=1, year=published.year + years),
        "related": draw(st.just([]) | texts(120).map(lambda why: [{"id": "case-001", "why": why}])),
    }


LINE = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="#<!\ufffe\uffff"),
    max_size=40,
).filter(lambda line: "doc:" not in line.lower() and not re.fullmatch(r"[=-]+ *", line))
BODIES = st.lists(LINE, max_size=5).map(
    lambda lines: "\n".join(["## One", "", *lines, "", "## Two", "", "End."])
)


@settings(max_examples=75, deadline=None)
@given(guidance_fields(), BODIES)
def test_what_is_written_is_read_back_the_same(fields: dict[str, Any], body: str) -> None:
    text = content.dump(fields, body, WORDS)
    with tempfile.TemporaryDirectory() as folder:
        items, found = read(Path(folder), {"guidance/guidance-002.md": text})
    assert found == []
    item = next(item for item in items if item.id == "guidance-002")
    assert item.fields == fields
    assert list(item.fields) == list(fields)
    assert item.body == body
    assert content.dump(item.fields, item.body, WORDS) == text


@settings(max_examples=100, deadline=None)
@given(guidance_fields(), guidance_fields(), LINE, LINE)
def test_two_items_have_one_hash_only_if_they_say_the_same(
    one: dict[str, Any], other: dict[str, Any], body: str, other_body: str
) -> None:
    same = (one, body) == (other, other_body)
    hashes = content.content_hash(one, body), content.content_hash(other, other_body)
    assert (hashes[0] == hashes[1]) == same


@settings(max_examples=50, deadline=None)
@given(guidance_fields(), guidance_fields(), st.data())
def test_a_change_of_any_field_changes_the_hash(
    fields: dict[str, Any], other: dict[str, Any], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(fields)))
    assume(other.get(name) != fields[name])
    changed = fields | {name: other.get(name, "left out")}
    assert content.content_hash(changed, "Text") != content.content_hash(fields, "Text")


@settings(max_examples=50, deadline=None)
@given(guidance_fields())
def test_the_order_of_fields_does_not_change_the_hash(fields: dict[str, Any]) -> None:
    turned = dict(reversed(fields.items()))
    assert content.content_hash(turned, "Text") == content.content_hash(fields, "Text")


def test_one_date_used_twice_is_written_twice() -> None:
    day = date(2026, 1, 5)
    once = {"published": day, "reviewed": day}
    twice = {"published": day, "reviewed": date(2026, 1, 5)}
    assert content.content_hash(once, "") == content.content_hash(twice, "")
    assert "reviewed: 2026-01-05\n" in content.dump(once, "Text", WORDS)
