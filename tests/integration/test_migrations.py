"""The history of the tables: up and down with data in them, and its end equals the models."""

from alembic.autogenerate import compare_metadata
from flask import Flask
from sqlalchemy import Text, cast, func, inspect, select

from portal.accounts.models import RoleAssignment
from portal.audit.service import COMMAND_LINE
from portal.authorities import publishing
from portal.authorities.models import Authority
from portal.core.config import ROOT
from portal.core.database import Base, commit, db, short_transaction
from portal.core.migrations import history_of
from portal.library import versions
from portal.library.models import Attachment, Document, State
from portal.publishing import writing
from portal.publishing.models import Manuscript, Upload
from portal.publishing.states import Stage
from tests import editions
from tests.databases import load_content
from tests.integration.describing import infer, known, state
from tests.integration.publishing import TEXTS, add_file, begin_edit, write
from tests.starter import DOCUMENTS


def test_the_end_of_the_history_equals_the_models(empty_portal: Flask) -> None:
    with empty_portal.app_context():
        context = history_of(empty_portal).migration_contexts["default"]
        assert compare_metadata(context, Base.metadata) == []


def test_down_and_up_again_with_data_in_the_tables(portal: Flask) -> None:
    with portal.app_context():
        alembic = history_of(portal)
        alembic.downgrade("base")
        assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
        alembic.upgrade()
        load_content()
        assert len(db.session.scalars(select(Document)).all()) == DOCUMENTS
        commit()


def test_profiles_and_figures_go_down_and_up_and_leave_the_rest(portal: Flask) -> None:
    state(portal, tier="early-help")
    infer(portal, tier="police-led")
    with portal.app_context():
        text = editions.text(editions.rows())
        shown = publishing.compare(db.session, text).fingerprint
        publishing.load(db.session, actor=COMMAND_LINE, text=text, shown=shown)
        commit()
        names = select(Authority.code, Authority.name).order_by(Authority.code)
        people = select(RoleAssignment.user_id, RoleAssignment.authority_id)
        before = [db.session.execute(query).all() for query in (names, people)]
        db.session.rollback()
        alembic = history_of(portal)
        alembic.downgrade("0003")
        tables = set(inspect(db.engine).get_table_names())
        assert not {"profile_answer", "authority_figures", "authority_neighbour"} & tables
        alembic.upgrade()
        assert [db.session.execute(query).all() for query in (names, people)] == before
        db.session.rollback()
    assert known(portal).version == 0
    state(portal, tier="early-help")
    assert known(portal).term("tier") == "early-help"


def test_what_was_hidden_in_files_of_published_texts_goes_from_older_databases(
    portal: Flask,
) -> None:
    published, open_ = write(portal), write(portal)
    held = {"name": "Name.docx", "traces": [{"text": "Name", "where": "x", "seen": False}]}
    for number in (published, open_):
        for purpose in ("attach", "import"):
            add_file(portal, number, "Words", purpose=purpose, **held)
    with portal.app_context():
        db.session.get_one(Manuscript, published).stage = Stage.PUBLISHED
        document = db.session.scalars(select(Document).limit(1)).one()
        document.state = State.REMOVED
        document.contributing_authority_id = db.session.scalars(select(Authority.id)).first()
        commit()
        alembic = history_of(portal)
        hidden = alembic.script_directory.get_revision("0013")
        alembic.downgrade(hidden.down_revision)
        alembic.upgrade()
        query = select(Upload.manuscript_id, Upload.name, func.length(cast(Upload.traces, Text)))
        rows = [tuple(row) for row in db.session.execute(query.order_by(Upload.id))]
        assert rows[0] == (published, "A list", len("[]"))
        assert [row[:2] for row in rows[1:]] == [(open_, "Name.docx")] * 2
        authority = select(Document.contributing_authority_id).where(Document.id == document.id)
        assert db.session.scalar(authority) is None
        commit()


def test_files_and_what_an_edit_was_made_from_are_kept_for_what_is_there(portal: Flask) -> None:
    with portal.app_context(), short_transaction() as session:
        found = session.scalars(select(Document).order_by(Document.id).limit(2)).all()
        file = {"title": "A list", "body": "Pens.", "html": "<p>Pens.</p>", "plain": "Pens."}
        session.add(Attachment(document_id=found[0].id, number=1, **file))
        ids, reference = [one.id for one in found], found[0].reference
    edit = begin_edit(portal, reference)
    with portal.app_context():
        alembic = history_of(portal)
        alembic.downgrade("0010")
        alembic.upgrade()
        for id_, held in zip(ids, ([("A list", "Pens.")], []), strict=True):
            last = versions.of(db.session, id_)[0]
            assert versions.attached_to(last) == held
        made_from = versions.latest_number(db.session, ids[0])
        assert db.session.get_one(Manuscript, edit).based_on == made_from
        db.session.rollback()


def test_revisions_are_numbered_in_order(empty_portal: Flask) -> None:
    with empty_portal.app_context():
        revisions = history_of(empty_portal).script_directory.walk_revisions()
        numbers = [revision.revision for revision in revisions][::-1]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    files = sorted(path.name for path in (ROOT / "migrations").glob("*.py"))
    assert [name.split("_")[0] for name in files] == numbers


def test_what_is_being_written_goes_down_and_up_and_no_open_page_overwrites_it(
    portal: Flask,
) -> None:
    number = write(portal)
    with portal.app_context():
        alembic = history_of(portal)
        alembic.downgrade("0010")
        alembic.upgrade()
        found = db.session.get_one(Manuscript, number)
        assert len(writing.texts_of(db.session, number)) == len(TEXTS)
        assert found.changed_in == dict.fromkeys(found.fields, found.revision)
