"""The desk: what waits for curators, narrowed, exported, and given to somebody."""

import csv
from datetime import date, timedelta
from io import StringIO

from flask import Flask
from sqlalchemy import event, select

from portal.core import clock
from portal.core.database import db, short_transaction
from portal.desk import tables
from portal.library import demand, ownership, service, takedown
from portal.library.models import Document, State
from portal.library.ownership import OWNED
from portal.publishing import reviewing, writing
from portal.publishing.models import Manuscript, Upload, UploadState
from portal.ui import pagination
from tests.client import Page, Reader, reader
from tests.integration.keeping import change, instrument, own, post, told
from tests.integration.publishing import (
    SECOND,
    acting,
    add_curators,
    submit,
    take_on,
    vocabularies,
    write,
)
from tests.people import CURATOR, PRACTITIONER
from tests.starter import DOCUMENTS

FAR = date(2099, 1, 1)


def desk(client: Reader, **asked: str) -> Page:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return client.page(f"/desk?{query}")


def table(client: Reader, **asked: str) -> list[dict[str, str]]:
    """Return what the desk exports."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    answer = client.get(f"/desk/export.csv?{query}")
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(StringIO(answer.text, newline="")))


def listed(client: Reader, **asked: str) -> set[str]:
    """Return the references in a list."""
    return {row["Reference"] for row in table(client, **asked)}


def published(app: Flask) -> list[Document]:
    with app.app_context():
        query = select(Document).where(Document.state == State.PUBLISHED)
        found = list(db.session.scalars(query))
        db.session.expunge_all()
        return found


# ---- What waits


def test_a_text_that_nobody_holds_waits_for_every_curator_but_who_wrote_in_it(
    portal: Flask,
) -> None:
    add_curators(portal)
    number = write(portal, by=SECOND)
    submit(portal, number, by=SECOND)
    assert f"/review/{number}" in desk(reader(portal, CURATOR)).links.values()
    assert f"/review/{number}" not in desk(reader(portal, SECOND)).links.values()


def test_a_text_waits_for_the_curator_who_holds_it_alone(portal: Flask) -> None:
    add_curators(portal)
    number = write(portal)
    submit(portal, number)
    take_on(portal, number)
    assert f"/review/{number}" in desk(reader(portal, CURATOR)).links.values()
    assert f"/review/{number}" not in desk(reader(portal, SECOND)).links.values()


def test_answers_to_what_was_asked_are_counted(portal: Flask) -> None:
    number = write(portal)
    submit(portal, number)
    take_on(portal, number)
    with acting(portal, CURATOR) as (session, actor):
        made = reviewing.remark(
            session, actor=actor, manuscript_id=number, part="title", passage="", reason="Shorter"
        )
        remark = made.id
        reviewing.ask_changes(session, actor=actor, manuscript_id=number)
    assert "Nothing waits for you" in desk(reader(portal, CURATOR)).text
    with acting(portal, PRACTITIONER) as (session, actor):
        reviewing.answer_remark(
            session, actor=actor, manuscript_id=number, remark_id=remark, answer="It is now"
        )
        writing.submit(session, actor=actor, manuscript_id=number)
    assert "1 answer to what was asked" in desk(reader(portal, CURATOR)).text


def test_a_draft_is_on_nobodys_desk(portal: Flask) -> None:
    number = write(portal, title="A draft that is nobody else’s")
    with acting(portal, PRACTITIONER) as (session, actor):
        session.add(
            Upload(
                manuscript_id=number,
                name="draft.odt",
                title="A file",
                purpose="attach",
                size=1,
                state=UploadState.REFUSED,
                reason="It is broken",
                traces=[],
                warnings=[],
                by_id=actor.id,
                at=clock.now(),
            )
        )
    client = reader(portal, CURATOR)
    for show in ("mine", "overdue", "files"):
        assert "nobody else’s" not in desk(client, show=show).text
    submit(portal, number)
    page = desk(client, show="files").text
    assert "nobody else’s" in page
    assert "It is broken" in page


def test_what_is_overdue_is_a_stage_of_a_text_or_a_document(portal: Flask) -> None:
    change(portal, review_by=FAR)
    yesterday = clock.today() - timedelta(days=1)
    change(portal, ["guidance-001"], review_by=yesterday)
    change(portal, ["guidance-002"], review_by=clock.today())
    number = write(portal)
    submit(portal, number)
    with acting(portal, CURATOR) as (session, _):
        session.get_one(Manuscript, number).due_on = yesterday
    client = reader(portal, CURATOR)
    page = desk(client, show="overdue")
    assert f"/review/{number}" in page.links.values()
    assert "/library/guidance-001/history" in page.links.values()
    assert "/library/guidance-002/history" not in page.links.values()
    assert listed(client, show="soon") == {"guidance-002"}


def test_what_is_due_within_60_days_is_listed_and_no_later_one(portal: Flask) -> None:
    change(portal, review_by=FAR)
    change(portal, ["case-001"], review_by=clock.today() + timedelta(days=60))
    change(portal, ["case-003"], review_by=clock.today() + timedelta(days=61))
    assert listed(reader(portal, CURATOR), show="soon") == {"case-001"}


def test_a_document_of_somebody_who_is_no_curator_any_more_has_no_owner(portal: Flask) -> None:
    own(portal, ["case-001"], CURATOR)
    own(portal, ["case-003"], PRACTITIONER)
    unowned = listed(reader(portal, CURATOR), show="unowned")
    assert "case-001" not in unowned
    assert "case-003" in unowned


def test_a_document_that_no_other_leads_to_is_orphaned(portal: Flask) -> None:
    client = reader(portal, CURATOR)
    before = listed(client, show="orphaned")
    naming = [
        document.reference
        for document in published(portal)
        if any(entry["id"] == "case-004" for entry in document.related)
        or "/library/case-004" in document.article_html
    ]
    assert naming
    assert "case-004" not in before
    for reference in naming:
        with acting(portal, CURATOR) as (session, actor):
            service.withdraw(
                session,
                actor=actor,
                reference=reference,
                reason="Gone.",
                vocabularies=vocabularies(portal),
            )
    assert "case-004" in listed(client, show="orphaned")


def test_a_term_that_a_text_explains_is_not_orphaned(library: Flask) -> None:
    explained = {
        document.reference
        for document in published(library)
        if document.type == "glossary"
        and any(
            f"meaning-{document.reference}" in other.article_html for other in published(library)
        )
    }
    assert explained
    assert not explained & listed(reader(library, CURATOR), show="orphaned")


def test_a_document_ages_by_its_practice_its_law_and_its_last_reading(portal: Flask) -> None:
    today = clock.today()
    change(portal, practice_year=today.year, law_as_at=None, reviewed_on=today)
    assert listed(reader(portal, CURATOR), show="ageing") == set()
    two_years = today - timedelta(days=731)
    change(portal, ["case-001"], practice_year=today.year - 6)
    change(portal, ["case-003"], practice_year=today.year - 5)
    change(portal, ["guidance-001"], law_as_at=two_years)
    change(portal, ["term-001"], reviewed_on=two_years)
    with acting(portal, CURATOR) as (session, _):
        service.record_changes(session, [])
    client = reader(portal, CURATOR)
    assert listed(client, show="ageing") == {"case-001", "guidance-001", "term-001"}
    assert listed(client, show="ageing", kind="law-date") == {"guidance-001"}
    assert listed(client, show="ageing", kind="practice") == {"case-001"}
    assert listed(client, show="ageing", kind="unread") == {"term-001"}


def test_what_rests_on_a_superseded_law_is_listed_with_its_name(portal: Flask) -> None:
    client = reader(portal, CURATOR)
    assert listed(client, show="law") == set()
    number = instrument(portal, "Data Protection Act 2018")
    address = f"/law/{number}/supersede"
    day = {"ended_on": ["1", "10", "2026"], "note": "", "successor": "0"}
    seen = post(client, address, 200, **day).fields["seen"]
    post(client, address, 302, **day, seen=seen, confirm="yes")
    rows = table(client, show="law")
    assert "guidance-005" in {row["Reference"] for row in rows}
    assert all("Data Protection Act 2018" in row["What there is to do"] for row in rows)


def test_a_removal_is_listed_until_the_index_is_built_anew(portal: Flask) -> None:
    with acting(portal, CURATOR) as (session, actor):
        takedown.take_down(
            session,
            actor=actor,
            reference="case-001",
            reason="It could identify somebody.",
            vocabularies=vocabularies(portal),
            purges=takedown.Purges(),
        )
    client = reader(portal, CURATOR)
    assert listed(client, show="receipts") == {"case-001"}
    library = portal.extensions["library"]
    with portal.app_context():
        takedown.purge(library.engine, library.vocabularies, "case-001")
    assert listed(client, show="receipts") == set()


# ---- Figures


def test_the_balance_counts_published_cases_exactly(portal: Flask) -> None:
    cases = [document for document in published(portal) if document.type == "case"]
    unwelcome = [
        case for case in cases if {"no-concern", "did-not-work"} & set(case.terms["outcome"])
    ]
    assert unwelcome
    client = reader(portal, CURATOR)
    assert f"{len(unwelcome)} published cases of {len(cases)}" in desk(client, show="balance").text
    rows = {row["Outcome"]: row["Cases"] for row in table(client, show="balance")}
    assert rows["No concern or did not work"] == str(len(unwelcome))
    with acting(portal, CURATOR) as (session, actor):
        service.withdraw(
            session,
            actor=actor,
            reference=unwelcome[0].reference,
            reason="Gone.",
            vocabularies=vocabularies(portal),
        )
    rows = {row["Outcome"]: row["Cases"] for row in table(client, show="balance")}
    assert rows["All cases"] == str(len(cases) - 1)
    assert rows["No concern or did not work"] == str(len(unwelcome) - 1)


def test_the_workload_says_who_carries_what_and_what_nobody_does(portal: Flask) -> None:
    add_curators(portal)
    change(portal, review_by=FAR)
    change(portal, ["case-001"], review_by=clock.today() - timedelta(days=1))
    own(portal, ["case-001", "case-003"], SECOND)
    number = write(portal)
    submit(portal, number)
    take_on(portal, number)
    rows = {row["Curator"]: row for row in table(reader(portal, CURATOR), show="workload")}
    assert rows[SECOND.name]["Documents owned"] == "2"
    assert rows[SECOND.name]["Documents overdue"] == "1"
    assert rows[CURATOR.name]["Texts held"] == "1"
    assert rows["Nobody"]["Documents owned"] == str(DOCUMENTS - 2)
    assert rows.keys() == {"Nobody", CURATOR.name, SECOND.name, "Theo Third"}


def test_what_readers_miss_is_shown_without_words_that_nobody_keeps(portal: Flask) -> None:
    with portal.app_context(), short_transaction() as session:
        for words, results in (("passport travel", 0), ("school", 9), ("", 4)):
            demand.count_search(session, words=words, results=results)
        demand.add_wish(
            session,
            terms={"source_of_harm": ["online"]},
            vocabularies=vocabularies(portal),
        )
    client = reader(portal, CURATOR)
    page = desk(client, show="missed").text
    assert "passport travel" in page
    assert "1 search had words that stand nowhere in the library" in page
    rows = table(client, show="missed")
    assert [row["In words"] for row in rows if row["What"] == "Search"] == [
        "passport travel",
        "words that the library does not have",
    ]
    label = vocabularies(portal)["source_of_harm"].terms["online"]
    (wish,) = (row for row in rows if row["What"] == "Example asked for")
    assert wish["In words"].endswith(label)
    assert wish["Times"] == "1"


# ---- Narrowing and taking away


def test_a_list_is_narrowed_by_type_and_owner(portal: Flask) -> None:
    add_curators(portal)
    own(portal, ["case-001", "guidance-001"], CURATOR)
    own(portal, ["case-003"], SECOND)
    client = reader(portal, CURATOR)
    everything = listed(client, show="documents")
    assert len(everything) == DOCUMENTS
    assert listed(client, show="documents", owner="me") == {"case-001", "guidance-001"}
    assert listed(client, show="documents", owner="me", type="case") == {"case-001"}
    unowned = listed(client, show="documents", owner="none")
    assert unowned == everything - {"case-001", "case-003", "guidance-001"}
    assert f"2 of {DOCUMENTS} shown" in desk(client, show="documents", owner="me").text


def test_the_table_holds_the_whole_list_and_the_page_a_part_of_it(library: Flask) -> None:
    client = reader(library, CURATOR)
    pages = range(1, -(-DOCUMENTS // pagination.PER_PAGE) + 1)
    on_pages = [
        href
        for number in pages
        for href in desk(client, show="documents", page=str(number)).links.values()
        if "/history" in href
    ]
    assert len(pages) > 1
    assert len(on_pages) == len(set(on_pages)) == len(table(client, show="documents"))
    assert len(on_pages) == DOCUMENTS


def test_no_cell_of_a_table_is_calculated_by_a_spreadsheet() -> None:
    cells = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "A “quoted”, word\nand a line")
    written = tables.as_csv([cells, (1, "=x", "plain")])
    assert written.endswith("\r\n")
    first, second = csv.reader(StringIO(written, newline=""))
    assert [cell for cell in first[:6] if not cell.startswith("'")] == []
    assert first[6] == cells[6]
    assert second == ["1", "'=x", "plain"]


# ---- Owners


def test_documents_are_given_an_owner_together_after_they_are_shown(portal: Flask) -> None:
    add_curators(portal)
    chosen = ["case-001", "guidance-001"]
    address = "/desk/owners?show=unowned&document=case-001&document=guidance-001"
    client = reader(portal, CURATOR)
    asked = client.page(address)
    assert asked.heading == "Give 2 documents an owner"
    with acting(portal, SECOND) as (_, actor):
        second = actor.id
    done = post(client, address, 302, document=chosen, owner=str(second))
    assert "The documents have their owner" in done.text
    assert {row["Reference"] for row in table(client, owner=str(second), show="documents")} == set(
        chosen
    )
    assert told(portal, SECOND, OWNED) == [
        ("You are now the owner of 2 documents", "/desk?show=documents&owner=me")
    ]
    assert told(portal, CURATOR, OWNED) == []


def test_a_whole_list_is_given_an_owner(portal: Flask) -> None:
    client = reader(portal, CURATOR)
    page = client.page("/desk/owners?show=unowned&type=protocol&every=yes")
    count = sum(document.type == "protocol" for document in published(portal))
    assert page.heading.startswith(f"Give {count} document")


def test_nobody_but_a_curator_becomes_an_owner(portal: Flask) -> None:
    with acting(portal, PRACTITIONER) as (_, actor):
        stranger = actor.id
    client = reader(portal, CURATOR)
    address = "/desk/owners?document=case-001"
    post(client, address, 422, document="case-001", owner=str(stranger))
    with portal.app_context():
        assert ownership.owners(db.session) == {}


def test_without_a_document_there_is_nothing_to_give(portal: Flask) -> None:
    page = reader(portal, CURATOR).page("/desk/owners?show=unowned&document=case-999")
    assert page.heading == "No document is chosen"


def test_the_desk_asks_few_questions_however_many_documents_there_are(portal: Flask) -> None:
    client = reader(portal, CURATOR)
    desk(client)
    asked: list[str] = []
    with portal.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    desk(client, show="documents")
    assert 0 < len(asked) <= 20
