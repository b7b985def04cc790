"""What tests of the search need: documents of their own making, and what a page says of them."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from flask import Flask
from sqlalchemy import inspect, select, text

from portal.core.config import ROOT
from portal.core.database import commit, db, reading
from portal.library import indexing, service
from portal.library.models import Document, SearchCount
from tests.client import Page, Reader

T = TypeVar("T")
SOON = 10.0
"""Seconds within which something that follows a request has happened; far more than it takes."""
DESCRIBE = "/find-a-case/describe"


def change(app: Flask, reference: str, *, terms: dict[str, str] | None = None, **to: object) -> int:
    """Change a published document for good, without the index; return its id."""
    with app.app_context():
        document = db.session.scalars(select(Document).where(Document.reference == reference)).one()
        for name, value in to.items():
            setattr(document, name, value)
        if terms:
            document.terms = document.terms | {name: [term] for name, term in terms.items()}
        service.record_changes(db.session, [document.id])
        commit()
        return document.id


def rewrite(app: Flask, reference: str, title: str, words: str, **to: object) -> int:
    """Let a document say `title` and `words` and nothing else, without the index."""
    details = {"sources": [], "also": [], "definitions": [], "law": [], "search_words": []}
    said = {
        "title": title,
        "summary": "",
        "question": None,
        "body": words,
        "plain": words,
        "article_html": f"<p>{words}</p>",
        "details": details,
        "related": [],
    }
    return change(app, reference, **said | to)  # type: ignore[arg-type]  # the keywords differ


def index(app: Flask) -> None:
    """Bring the index up to date, as the portal does by itself after a while."""
    library = app.extensions["library"]
    with app.app_context(), reading():
        indexing.sync_index(db.session, library.engine, library.vocabularies)


def own_words(folder: Path, search_words: str) -> Path:
    """Make a content folder with the portal's vocabularies and other words for the search."""
    folder.mkdir()
    for name in ("vocabularies.yaml", "retention.yaml"):
        shutil.copy(ROOT / "content" / name, folder)
    shutil.copytree(ROOT / "content" / "assessment", folder / "assessment")
    (folder / "search-words.yaml").write_text(search_words, encoding="utf-8")
    return folder


# ---- What a page says


def total(page: Page) -> int:
    """Return how many documents a list says it has."""
    found = re.search(r"\(([\d,]+) documents?[,)]", page.title)
    assert found, page.title
    return int(found[1].replace(",", ""))


def listed(page: Page) -> list[str]:
    """Return the references of the documents on a page of a list, in its order."""
    items = [item for item in page.all("li") if item.get("class") == "app-results__item"]
    links = [next(link for link in item.iter() if link.get("href")) for item in items]
    return [link.get("href", "").removeprefix("/library/") for link in links]


def chips(page: Page) -> list[str]:
    """Return the filters that are chosen, in words."""
    links = [link for link in page.all("a") if link.get("class") == "app-chip"]
    return [page.text_of(link).removeprefix("Remove ").removesuffix(" ×") for link in links]


def said(page: Page) -> str:
    """Return what the main part of a page says."""
    (main,) = page.all("main")
    return page.text_of(main)


def ways_out(page: Page) -> dict[str, tuple[str, int]]:
    """Return where an empty list leads on, by what is left out: an address and a number."""
    found = {}
    for words, address in page.links.items():
        way = re.fullmatch(r"without “?(.+?)”?: ([\d,]+) documents?", words)
        if way:
            found[way[1]] = (address, int(way[2].replace(",", "")))
    return found


def describe(client: Reader, situation: str) -> Page:
    """Post a situation and return the page with the cases that are like it."""
    answer = client.post(DESCRIBE, data={"situation": situation})
    assert answer.status_code == 200, answer.status_code
    return Page(answer.text)


def reasons(page: Page) -> dict[str, list[str]]:
    """Return for each similar case on a page the reasons that it gives, best case first."""
    found = {}
    for item in page.all("li"):
        if item.get("class") == "app-results__item":
            address = next(e.get("href", "") for e in item.iter() if e.get("href"))
            given = [page.text_of(e) for e in item.iter() if e.get("class") == "app-wrap"]
            found[address.removeprefix("/library/")] = given
    return found


# ---- What is kept


def counted(app: Flask) -> dict[tuple[str, int], int]:
    """Return how often each search was counted, by its words and what they found."""
    with app.app_context(), reading():
        rows = db.session.scalars(select(SearchCount)).all()
        return {(row.words, row.results): row.times for row in rows}


def everything(app: Flask) -> str:
    """Return every value of every table, as text."""
    with app.app_context(), reading(), db.engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        return "\n".join(
            f"{table} {row!r}"
            for table in tables
            for row in connection.execute(text(f'SELECT * FROM "{table}"'))
        )


# ---- What goes on meanwhile


@contextmanager
def somebody_writing(app: Flask) -> Iterator[None]:
    """Hold off everyone else who would write, as a long import does."""
    with app.app_context(), db.engine.connect() as connection:
        connection.begin()  # on SQLite: BEGIN IMMEDIATE
        if connection.dialect.name == "postgresql":
            tables = ", ".join(f'"{name}"' for name in inspect(connection).get_table_names())
            connection.execute(text(f"LOCK TABLE {tables} IN EXCLUSIVE MODE"))
        yield


def while_somebody_writes(app: Flask, work: Callable[[], T]) -> T:
    """Return what `work` gives while everyone who would write has to wait; it must not."""
    with ThreadPoolExecutor(1) as pool, somebody_writing(app):
        return pool.submit(work).result(SOON)


def soon(happens: Callable[[], T]) -> T:
    """Ask until the answer is yes, and return it; fail when it is not within `SOON`."""
    end = time.monotonic() + SOON
    while True:
        answer = happens()
        if answer:
            return answer
        assert time.monotonic() < end, "it has not happened"
        time.sleep(0.02)  # and let the thread that it is about do its work
