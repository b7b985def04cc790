"""The history of the tables: up and down with data in them, and its end equals the models."""

from alembic.autogenerate import compare_metadata
from flask import Flask
from sqlalchemy import inspect, select

from portal.core.config import ROOT
from portal.core.database import Base, commit, db
from portal.core.migrations import history_of
from portal.library.models import Document
from tests.databases import load_content


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
        assert len(db.session.scalars(select(Document)).all()) == 31
        commit()


def test_revisions_are_numbered_in_order(empty_portal: Flask) -> None:
    with empty_portal.app_context():
        revisions = history_of(empty_portal).script_directory.walk_revisions()
        numbers = [revision.revision for revision in revisions][::-1]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    files = sorted(path.name for path in (ROOT / "migrations").glob("*.py"))
    assert [name.split("_")[0] for name in files] == numbers
