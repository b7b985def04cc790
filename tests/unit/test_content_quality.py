"""The starter library reads easily and hangs together; the check finds what would not."""

import csv
import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from portal.core.config import ROOT
from portal.library import content, readability, vocabularies
from portal.library.content import Item
from portal.library.readability import Allowed

CONTENT = ROOT / "content"
REGISTERS = ("authorities.csv", "demonstration-authorities.csv")
THEMES = {"guidance-006", "guidance-007", "guidance-008", "guidance-009"}
"""The guidance on the four themes of the research."""
VOCABULARIES = vocabularies.read(CONTENT / "vocabularies.yaml")
TODAY = date(2026, 11, 26)
REPORT = "Safeguarding and radicalisation (DFE-RR555)"
MOVES = {
    "First call": "call",
    "Summary": "summary",
    "Handover meeting": "meeting",
    "Difference": "dispute",
    "New area says yes": "accepted",
    "Both areas look back": "look-back",
}
"""How a row of the guidance on moves begins, and the step of the transfer protocol it speaks of."""
TRADE = {
    "appropriate adult",
    "child assessment order",
    "child protection conference",
    "child protection plan",
    "emergency protection order",
    "front door",
    "lead practitioner",
    "looked-after child",
    "national referral mechanism",
    "prevent lead",
    "section 47",
    "strategy discussion",
}
"""Words that a newcomer cannot be expected to know."""
PLAIN = "We ask the family. They tell us why."


def starter() -> list[Item]:
    codes = [
        row["code"]
        for name in REGISTERS
        for row in csv.DictReader((CONTENT / name).read_text(encoding="utf-8").splitlines())
    ]
    items, problems = content.read_folder(CONTENT, VOCABULARIES, codes)
    assert not problems, "\n".join(map(str, problems))
    return items


def item(reference: str, body: str = PLAIN, related: str = "", **fields: Any) -> Item:
    every: Mapping[str, Any] = {
        "id": reference,
        "type": "guidance",
        "review_by": TODAY + timedelta(days=1),
        "related": [{"id": related, "why": "Read it next"}] if related else [],
    }
    return Item(Path(f"{reference}.md"), {**every, **fields}, body)


def found(*items: Item, allowed: Allowed | None = None) -> list[str]:
    """Return what the check says of items, leaving out what it says of terms without any use."""
    given = allowed or Allowed()
    faults = readability.faults(items, VOCABULARIES, today=TODAY, allowed=given)
    return [str(fault) for fault in faults if "nothing is described" not in str(fault)]


# ---- The starter library


def test_the_starter_library_has_nothing_to_mend() -> None:
    items = starter()
    first = max(entry.fields["reviewed"] for entry in items)
    allowed = readability.read_allowed(CONTENT)
    faults = readability.faults(items, VOCABULARIES, today=first, allowed=allowed)
    assert not faults, "\n".join(map(str, faults))


def test_every_item_is_one_step_from_a_reading_path_or_a_theme() -> None:
    items = starter()
    starts = {one.id for one in items if one.fields.get("kind") == ["reading-path"]}
    near = {
        target for one in items if one.id in starts | THEMES for target in readability.targets(one)
    }
    assert {one.id for one in items} - starts - near == set()


def test_a_protocol_with_time_limits_says_what_happens_when_one_is_missed() -> None:
    without = {
        one.id
        for one in starter()
        if one.fields["type"] == "protocol" and "\n## When a limit is missed\n" not in one.body
    }
    assert without == set()


def test_the_limits_of_a_move_are_the_same_in_its_protocol_and_in_the_guidance() -> None:
    items = {one.id: one for one in starter()}
    steps = {step["id"]: step for step in items["protocol-010"].fields["pathway"]["steps"]}
    told = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", items["guidance-027"].body, re.MULTILINE))
    for begins, step in MOVES.items():
        (limit,) = (limit for row, limit in told.items() if row.startswith(begins))
        assert limit == steps[step]["within"], begins


def test_no_case_of_the_report_is_given_an_age_that_the_report_does_not_give() -> None:
    """It speaks of a junior and of a secondary school, of young children and of young people."""
    aged = {
        one.id
        for one in starter()
        if one.fields["type"] == "case"
        and [source["title"] for source in one.fields["sources"]] == [REPORT]
        and one.fields["age_band"] != ["not-stated"]
    }
    assert aged == set()


def test_words_of_the_trade_that_the_library_uses_stand_in_its_glossary() -> None:
    items = starter()
    explained = {
        name.casefold()
        for one in items
        if one.fields["type"] == "glossary"
        for name in (one.fields["title"], *one.fields["also"])
    }
    text = "\n".join(one.body for one in items).casefold()
    assert {word for word in TRADE if word in text} - explained == set()


def test_every_exception_has_a_reason_in_words() -> None:
    allowed = readability.read_allowed(CONTENT)
    reasons = [
        reason
        for group in (allowed.unused_terms, allowed.long_sentences)
        for named in group.values()
        for reason in named.values()
    ]
    assert reasons
    assert all(len(reason.split()) >= 6 for reason in reasons)


def test_an_invented_story_says_so_in_its_title_its_summary_and_its_first_heading() -> None:
    stories = [one for one in starter() if one.fields.get("kind") == ["vignette"]]
    assert stories
    for story in stories:
        assert story.fields["title"].endswith("(vignette)"), story.id
        assert story.fields["summary"].startswith("Invented:"), story.id
        assert story.body.startswith("## The situation (invented)\n"), story.id


def test_titles_of_the_library_are_distinct_also_by_their_beginning() -> None:
    beginnings = [" ".join(one.fields["title"].casefold().split()[:4]) for one in starter()]
    assert len(set(beginnings)) == len(beginnings)


def test_the_list_of_needs_answers_each_need_or_says_that_it_does_not() -> None:
    needs = ROOT / "docs" / "needs.md"
    text = needs.read_text(encoding="utf-8")
    answers = dict(re.findall(r"^\| (N\d+) \|[^|]+\|([^|]+)\|$", text, re.MULTILINE))
    assert list(answers) == [f"N{number}" for number in range(1, 74)]
    assert all(len(answer.split()) > 1 for answer in answers.values())
    titles = {one.id: one.fields["title"] for one in starter()}
    for title, place, reference in re.findall(
        r"\[([^\]]+)\]\((\.\./content/[a-z]+/([\w-]+)\.md)\)", text
    ):
        assert (needs.parent / place).is_file(), place
        assert title == f"{reference} {titles[reference]}"


# ---- The check


def test_a_sentence_ends_where_a_list_entry_or_paragraph_ends() -> None:
    text = "Ask two things:\n\n- Who\n- When, and\n  where\n\n> Dear (name)\n>\n> Thank you. Bye\n"
    text += "\n1. One\n"
    assert list(readability.sentences(text)) == [
        "Ask two things:",
        "Who",
        "When, and where",
        "Dear (name)",
        "Thank you.",
        "Bye",
        "One",
    ]


def test_tables_headings_and_addresses_are_no_sentences() -> None:
    text = (
        "## A heading\n\nSee [the case](doc:case-003) now.\n\n| a | b |\n|---|---|\n| c. | d. |\n"
    )
    assert list(readability.sentences(text)) == ["See the case now."]


def test_a_sentence_of_more_than_forty_words_is_a_fault_unless_a_reason_is_given() -> None:
    long = "The worker went " + "and went " * 20 + "home."
    one, two = (
        item("guidance-901", f"{long}\n\n{PLAIN}", "guidance-902"),
        item("guidance-902", related="guidance-901"),
    )
    assert found(one, two) == [f"guidance-901: a sentence of 44 words: “{long[:60]}…”"]
    allowed = Allowed(long_sentences={"guidance-901": {"The worker went": "It is a quotation"}})
    assert found(one, two, allowed=allowed) == []


def test_an_exception_for_a_sentence_that_is_gone_is_a_fault() -> None:
    one, two = (
        item("guidance-901", related="guidance-902"),
        item("guidance-902", related="guidance-901"),
    )
    allowed = Allowed(long_sentences={"guidance-901": {"No longer": "It is a quotation"}})
    assert "is not there: “No longer”" in "\n".join(found(one, two, allowed=allowed))


def test_text_whose_usual_sentence_is_long_is_a_fault() -> None:
    body = " ".join(
        "So we went to the old house and saw the dog and the cat by the red door and sat with them."
        for _ in range(3)
    )
    one, two = (
        item("guidance-901", body, "guidance-902"),
        item("guidance-902", related="guidance-901"),
    )
    assert "half of its sentences have 22 words or more" in "\n".join(found(one, two))


def test_hard_words_raise_the_reading_age() -> None:
    hard = "Interdepartmental prioritisation necessitates organisational accountability. " * 4
    assert readability.measure(item("guidance-901", hard)).age > readability.OLDEST
    assert readability.measure(item("guidance-901", PLAIN * 5)).age < 9


def test_an_item_to_which_nothing_links_is_a_fault() -> None:
    one, two = item("guidance-901"), item("guidance-902", related="guidance-901")
    assert found(one, two) == ["guidance-902: no other document links to it"]


def test_items_that_link_to_each_other_alone_are_found_from_no_reading_path() -> None:
    start = item("guidance-901", kind=["reading-path"], related="guidance-902")
    second = item("guidance-902", related="guidance-901")
    apart = (
        item("guidance-903", related="guidance-904"),
        item("guidance-904", body=f"{PLAIN} See [it](doc:guidance-903).", related="guidance-903"),
    )
    assert found(start, second, *apart) == [
        "guidance-903: no reading path leads to it",
        "guidance-904: no reading path leads to it",
    ]


def test_an_item_whose_review_is_overdue_is_a_fault() -> None:
    one = item("guidance-901", related="guidance-902", review_by=TODAY - timedelta(days=1))
    two = item("guidance-902", related="guidance-901", review_by=TODAY)
    assert found(one, two) == ["guidance-901: its review was due by 2026-11-25"]


def test_a_weakness_of_a_pathway_is_told() -> None:
    step = {"id": "in", "title": "In", "role": "not-stated", "within": "4 hours", "text": "Ask."}
    one = item("protocol-901", related="guidance-902", pathway={"steps": [step | {"door": True}]})
    two = item("guidance-902", related="protocol-901")
    assert any("pathway, step in: " in fault for fault in found(one, two))


def test_a_term_that_describes_nothing_is_a_fault_unless_a_reason_is_given(tmp_path: Path) -> None:
    reasons = {"unused_terms": {"consent": {"refused": "Nobody has refused in what we hold"}}}
    (tmp_path / readability.EXCEPTIONS).write_text(yaml.safe_dump(reasons), encoding="utf-8")
    used = [item("guidance-901", related="guidance-902", consent=["given"])]
    faults = readability.faults(
        used, VOCABULARIES, today=TODAY, allowed=readability.read_allowed(tmp_path)
    )
    told = [fault.message for fault in faults if "consent:" in fault.message]
    assert told == [
        "nothing is described with consent: given-later",
        "nothing is described with consent: not-sought",
    ]


def test_a_reason_for_a_term_that_is_used_after_all_is_a_fault() -> None:
    one = item("guidance-901", related="guidance-902", consent=["refused"])
    two = item("guidance-902", related="guidance-901")
    allowed = Allowed(unused_terms={"consent": {"refused": "Nobody has refused in what we hold"}})
    assert found(one, two, allowed=allowed) == [
        "library: check.yaml says consent: refused is unused; it is used"
    ]
