"""A document is for one audience: nobody else learns that it exists, wherever they look."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.authorities import service as authorities
from portal.core.database import commit, db
from portal.library import indexing, service
from portal.library.models import Document
from tests.client import Reader, reader
from tests.people import ADMINISTRATOR, CURATOR, LEAD, PARTNER, PRACTITIONER
from tests.starter import DOCUMENTS

WORD = "quinquereme"
MAY_READ = {
    "readers": {PRACTITIONER, LEAD, PARTNER, CURATOR, ADMINISTRATOR},
    "staff": {PRACTITIONER, LEAD, CURATOR},
    "leads": {LEAD, CURATOR},
    "curators": {CURATOR},
}


@pytest.fixture
def restricted(portal: Flask) -> Flask:
    """A portal in which one case for each audience holds a word that no other has."""
    with portal.app_context():
        for number, audience in enumerate(MAY_READ, start=1):
            document = {
                "audience": audience,
                "title": f"{WORD} {audience}",
                "question": f"row a {WORD} {audience}",
                "article_html": f"<p>{WORD} {audience}</p>",
                "plain": f"{WORD} {audience}",
            }
            where = Document.reference == f"case-00{number}"
            db.session.execute(update(Document).where(where).values(**document))
            changed = db.session.scalars(select(Document.id).where(where)).all()
            service.record_changes(db.session, changed)
        commit()
        library = portal.extensions["library"]
        indexing.sync_index(db.session, library.engine, library.vocabularies)
    return portal


def test_each_reader_finds_their_audiences_documents_and_no_other(restricted: Flask) -> None:
    references = {audience: f"case-00{n}" for n, audience in enumerate(MAY_READ, start=1)}
    for person in (PRACTITIONER, LEAD, PARTNER, CURATOR, ADMINISTRATOR):
        client = reader(restricted, person)
        own = {audience for audience, allowed in MAY_READ.items() if person in allowed}
        for audience, reference in references.items():
            status = 200 if audience in own else 404
            assert client.get(f"/library/{reference}").status_code == status
            assert client.get(f"/library/{reference}/download.html").status_code == status
            assert client.get(f"/library/{reference}/download.md").status_code == status
            assert client.get(f"/library/{reference}/download.odt").status_code == status
        seen = "".join(everywhere(client))
        for audience in MAY_READ:
            assert (f"{WORD} {audience}" in seen) == (audience in own), (person, audience)
        found = client.page(f"/library?q={WORD}")
        assert f"{len(own)} document" in found.title
        assert f"({DOCUMENTS - 4 + len(own)} document" in client.page("/library").title


def everywhere(client: Reader) -> list[str]:
    """Return every page that might speak of a document."""
    addresses = [
        "/",
        "/concern",
        "/find-a-case",
        "/library",
        "/library?page=2",
        "/library?question=yes",
        "/library?sort=title",
        f"/library?q={WORD}&type=case",
        f"/library?q={WORD}&type=glossary",
        "/glossary",
        *(f"/library/case-{number:03}" for number in range(5, 12)),
        *(f"/library/guidance-{number:03}" for number in range(1, 6)),
        *(f"/library/case-{n:03}/download.{form}" for n in range(5, 12) for form in ("html", "md")),
    ]
    return [client.get(address).text for address in addresses]


def test_counts_beside_the_filters_leave_out_what_is_not_theirs(restricted: Flask) -> None:
    for person, cases in ((CURATOR, 11), (LEAD, 10), (PRACTITIONER, 9), (PARTNER, 8)):
        page = reader(restricted, person).page("/library")
        assert f"Case example ({cases})" in page.text


def test_the_contributing_authority_is_stored_and_never_shown(portal: Flask) -> None:
    with portal.app_context():
        codes = authorities.ids_by_code(db.session)
        code, name = "E06000023", "Bristol, City of"
        where = Document.reference == "case-004"
        values = {"contributing_authority_id": codes[code]}
        db.session.execute(update(Document).where(where).values(**values))
        commit()
        library = portal.extensions["library"]
        indexing.rebuild_index(db.session, library.engine, library.vocabularies)
        exported = {n: t for _, n, t in service.export_items(db.session, library.vocabularies)}
    assert f"contributing_authority: {code}" in exported["case-004.md"]
    client = reader(portal, CURATOR)
    pages = [
        "/library/case-004",
        "/library/case-004/download.html",
        "/library/case-004/download.md",
        "/library?q=Bristol",
        f"/library?q={code}",
        "/library",
    ]
    for address in pages:
        text = client.get(address).text.replace(f"q={code}", "").replace(f'value="{code}"', "")
        text = text.replace("“" + f'<span class="app-wrap">{code}</span>”', "")
        assert code not in text, address
        assert name not in text, address
    assert "No document" in client.page("/library?q=Bristol").text
    index = portal.extensions["settings"].instance / "search"
    assert not [f for f in index.rglob("*") if f.is_file() and code.encode() in f.read_bytes()]


def test_a_copy_does_not_name_related_documents_that_are_not_theirs(portal: Flask) -> None:
    with portal.app_context():
        case = db.session.scalars(select(Document).where(Document.reference == "case-001")).one()
        hidden, why = case.related[0]["id"], case.related[0]["why"]
        where = Document.reference == hidden
        changed = db.session.scalars(select(Document.id).where(where)).all()
        db.session.execute(update(Document).where(where).values(audience="curators"))
        service.record_changes(db.session, changed)
        commit()
    for person, shown in ((PRACTITIONER, False), (CURATOR, True)):
        client = reader(portal, person)
        for address in ("/library/case-001/download.md", "/library/case-001"):
            assert (why in client.get(address).text) == shown, (person, address)
