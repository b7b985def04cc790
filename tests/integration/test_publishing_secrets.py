"""Nothing of a text that is not published leaks: not to a page, a letter, the search or a log.

A word that stands nowhere else is planted in each place. Every page is opened by everybody, with
every number that it could be asked for, and the word is looked for in each answer.
"""

import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.routing import Rule
from werkzeug.test import Client

from portal.accounts import service as accounts
from portal.accounts.models import MailFrequency, User
from portal.audit.service import COMMAND_LINE
from portal.authorities import service as authorities
from portal.core import clock
from portal.core.carriers import Letter
from portal.core.database import Base, db, reading, short_transaction
from portal.core.roles import Role
from portal.library.models import Document
from portal.publishing import checking, publication, reviewing, uploads, writing
from portal.publishing.models import Manuscript, Remark, SignOffKind, Upload, UploadState
from tests import made_files
from tests.client import Page, Reader, reader
from tests.databases import Databases
from tests.integration.publishing import (
    SECOND,
    THIRD,
    acting,
    add_curators,
    approve,
    sign_off,
    submit,
    take_on,
    vocabularies,
    write,
)
from tests.integration.searching import index, listed
from tests.integration.watching import canary
from tests.people import (
    ADMINISTRATOR,
    CURATOR,
    LEAD,
    NOBODY,
    PARTNER,
    PASSWORD,
    PRACTITIONER,
    Person,
)
from tests.work import work

COLLEAGUE = Person("Connie Colleague", Role.PRACTITIONER, "E06000001")
"""Of the author's own authority, with the author's own role."""
EVERYBODY = (PRACTITIONER, COLLEAGUE, LEAD, PARTNER, CURATOR, SECOND, THIRD, ADMINISTRATOR, NOBODY)
EDITED = "guidance-001"


@dataclass(frozen=True)
class Words:
    """A word for each place; none stands anywhere else."""

    draft: str = field(default_factory=canary)
    """In a draft of a practitioner, in every field of it."""
    dropped: str = field(default_factory=canary)
    refused: str = field(default_factory=canary)
    """In the file that was refused; never kept."""
    answer: str = field(default_factory=canary)
    """Why a finding of the draft may stay."""
    sent: str = field(default_factory=canary)
    reviewed: str = field(default_factory=canary)
    approved: str = field(default_factory=canary)
    hidden: str = field(default_factory=canary)
    """Hidden in a file of the text that was sent in."""
    attached: str = field(default_factory=canary)
    """What a reader of that file sees."""
    remark: str = field(default_factory=canary)
    """In a remark that was not sent."""
    edit: str = field(default_factory=canary)
    """In a curator's draft of the next version of a published document."""

    def each(self) -> dict[str, str]:
        return {one.name: getattr(self, one.name) for one in fields(self)}


@dataclass(frozen=True)
class Planted:
    app: Flask
    words: Words
    texts: dict[str, int]
    files: list[int]
    letters: list[Letter]
    logged: str


def case(app: Flask, word: str) -> int:
    """Write a case with a word in each of its fields."""
    return write(
        app,
        title=f"An essay about {word} worries a teacher",
        summary=f"What was learned about {word}.",
        concern=f"A teacher read of {word} in an essay.",
        learning=f"Ask what {word} meant.",
        search_words=[word],
        related=[{"id": "case-001", "why": f"Also about {word}"}],
    )


def attach(app: Flask, number: int, title: str, name: str, content: bytes) -> int:
    with acting(app, PRACTITIONER) as (session, actor):
        made = uploads.add(
            session,
            actor=actor,
            manuscript_id=number,
            name=name,
            content=content,
            title=title,
            purpose=uploads.ATTACH,
        )
        return made.id


def people(app: Flask) -> None:
    """Let everybody be there, and be told everything at once."""
    add_curators(app)
    with app.app_context(), short_transaction() as session:
        place = authorities.ids_by_code(session)["E06000001"]
        accounts.create(
            session,
            actor=COMMAND_LINE,
            email=COLLEAGUE.email,
            name=COLLEAGUE.name,
            password=PASSWORD,
            roles=[(Role.PRACTITIONER, place)],
        )
        session.execute(update(User).values(mail_frequency=MailFrequency.AT_ONCE))


def plant(app: Flask, words: Words) -> tuple[dict[str, int], list[int]]:
    """Put each word where it belongs; return the texts and the files."""
    texts = {name: case(app, getattr(words, name)) for name in ("draft", "dropped", "sent")}
    texts |= {name: case(app, getattr(words, name)) for name in ("reviewed", "approved")}
    with acting(app, PRACTITIONER) as (session, actor):
        draft = session.get_one(Manuscript, texts["draft"])
        part = writing.parts_of(session, draft.id)["background"]
        writing.save_part(
            session,
            actor=actor,
            manuscript_id=draft.id,
            name="background",
            text=f"Kayleigh Smith lives in {words.draft}.",
            revision=part.revision,
        )
        found = checking.check(session, draft)[0]
        checking.answer(
            session,
            actor=actor,
            manuscript_id=draft.id,
            part=found.place,
            passage=found.passage,
            answer="invented",
            reason=f"It is invented, {words.answer}.",
        )
        writing.drop(session, actor=actor, manuscript_id=texts["dropped"])
    seen = made_files.p(f"First ask about {words.attached}.")
    hidden = made_files.p(f"Ask {words.hidden}", "<w:vanish/>")
    unfit = b"MZ" + words.refused.encode() * 40
    files = [
        attach(app, texts["draft"], f"Plan {words.draft}", f"{words.draft}.docx", unfit),
        attach(
            app, texts["sent"], "A plan of the work", "plan.docx", made_files.docx(seen + hidden)
        ),
    ]
    work(app)
    submit(app, texts["sent"])
    submit(app, texts["reviewed"])
    take_on(app, texts["reviewed"])
    with acting(app, CURATOR) as (session, actor):
        reviewing.remark(
            session,
            actor=actor,
            manuscript_id=texts["reviewed"],
            part="concern",
            passage=words.reviewed,
            reason=f"Say less of {words.remark}.",
        )
    sign_off(app, texts["reviewed"], SignOffKind.CONTENT, by=SECOND)
    approve(app, texts["approved"])
    with acting(app, SECOND) as (session, actor):
        edit = writing.begin_edit(
            session,
            actor=actor,
            reference=EDITED,
            why=f"To say more of {words.edit}",
            vocabularies=vocabularies(app),
        )
        texts["edit"] = edit.id
        part = writing.parts_of(session, edit.id)["body"]
        writing.save_part(
            session,
            actor=actor,
            manuscript_id=edit.id,
            name="body",
            text=f"{part.text}\n\nMore of {words.edit}.",
            revision=part.revision,
        )
    work(app, scheduled=True)
    return texts, files


@pytest.fixture(scope="module")
def planted(databases: Databases) -> Iterator[Planted]:
    """A portal with texts in every state before publication; tests only read it."""
    app = databases.make("stocked")
    said = io.StringIO()
    ear = logging.StreamHandler(said)
    names = ("", "sqlalchemy.engine", "portal", "werkzeug")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        # of the database every statement, as somebody sets it who looks for a fault
        level = logging.INFO if name.startswith("sqlalchemy") else logging.DEBUG
        logging.getLogger(name).setLevel(level)
    logging.getLogger().addHandler(ear)
    try:
        people(app)
        words = Words()
        texts, files = plant(app, words)
        index(app)
    finally:
        logging.getLogger().removeHandler(ear)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
    letters = app.extensions["postman"].carrier.letters()
    yield Planted(app, words, texts, files, letters, said.getvalue())
    databases.drop(app)


# ---- Every page


def fillings(planted: Planted, rule: Rule) -> Iterator[dict[str, object]]:
    """Give every way to fill the arguments of an address that could lead to something planted."""
    choices: dict[str, list[object]] = {
        "manuscript_id": list(planted.texts.values()),
        "upload_id": list(planted.files),
        "reference": [EDITED, "case-001"],
        "form": ["html", "md", "json"],
        "key": ["handling"],
        "what": ["suspend"],
    }
    if rule.rule.startswith("/writing") and "name" in rule.arguments:
        choices["name"] = ["background", "concern", "title", "readers"]
    made: list[dict[str, object]] = [{}]
    for argument in sorted(rule.arguments):
        values = choices.get(argument, [1])
        made = [{**one, argument: value} for one in made for value in values]
    yield from made


def addresses(planted: Planted) -> list[str]:
    """Return the address of every page, and lists asked for in other ways."""
    made = set()
    adapter = planted.app.url_map.bind("localhost", url_scheme="https")
    for rule in planted.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        for values in fillings(planted, rule):
            try:
                made.add(adapter.build(rule.endpoint, values))
            except ValueError:  # a form that this address does not have
                continue
    shows = ("mine", "unassigned", "overdue", "unowned", "orphaned", "ageing", "workload", "files")
    made |= {f"/desk?show={show}" for show in shows}
    made |= {f"/desk/export.csv?show={show}" for show in shows}
    made |= {"/library?sort=title&type=case", "/library?type=guidance", "/notices?all=yes"}
    return sorted(made)


def opened(there: Reader, address: str) -> str:
    # not `there.get`, which reads every page strictly: here only its words count
    answer = Client.open(there, address, base_url="https://localhost")
    assert answer.status_code < 500 or answer.status_code == 501, address
    return re.sub(r"\s+", " ", answer.text)


def met(planted: Planted, person: Person | None) -> dict[str, set[str]]:
    """Return where a person meets each word, as the first part of the addresses."""
    there = reader(planted.app, person)
    found: dict[str, set[str]] = {}
    for address in addresses(planted):
        said = opened(there, address)
        for name, word in planted.words.each().items():
            if word in said:
                found.setdefault(name, set()).add("/" + address.split("/")[1].partition("?")[0])
    return found


AUTHORS = {"/writing", "/account"}
REVIEWERS = {"/review", "/writing", "/desk"}
THEIRS: dict[Person, dict[str, set[str]]] = {
    PRACTITIONER: {
        **dict.fromkeys(("draft", "dropped", "sent", "reviewed", "approved"), AUTHORS),
        **{name: {"/writing"} for name in ("answer", "hidden", "attached")},
    },
    **{
        curator: {
            **dict.fromkeys(("sent", "reviewed", "approved"), REVIEWERS),
            **{name: {"/review", "/writing"} for name in ("hidden", "attached")},
            "remark": {"/review"},
        }
        for curator in (CURATOR, SECOND, THIRD)
    },
}
"""Who may meet which word, and where."""
THEIRS[SECOND] = {**THEIRS[SECOND], "edit": AUTHORS}


@pytest.mark.parametrize("person", [*EVERYBODY, None], ids=lambda one: one.name if one else "-")
def test_whoever_opens_every_page_meets_only_the_texts_that_are_theirs_to_read(
    planted: Planted, person: Person | None
) -> None:
    may = THEIRS.get(person, {}) if person else {}
    found = met(planted, person)
    assert found.keys() == may.keys()
    for name, places in found.items():
        assert places <= may[name], name


@pytest.mark.parametrize("person", EVERYBODY, ids=lambda one: one.name)
def test_no_search_finds_completes_or_describes_what_is_not_published(
    planted: Planted, person: Person
) -> None:
    there = reader(planted.app, person)
    if person is NOBODY:
        assert there.get("/library").status_code == 403
        return
    for name, word in planted.words.each().items():
        assert listed(there.page(f"/library?q={word}")) == [], name
        for typed in (word[:3], word[:8], word):
            told = there.get(f"/library/complete?q={typed}").json or []
            assert not [one for one in told if word in one], name
        slip = f"{word[:7]}{word[8:]}"
        assert word not in there.get(f"/library?q={slip}").text, name
        assert word not in there.get(f"/library?q={slip}&type=glossary").text, name


# ---- Beside the pages


def in_files(folder: Path, word: str) -> list[str]:
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and word[:12].encode() in path.read_bytes()
    ]


def test_the_search_index_holds_no_word_before_publication_and_every_one_after(
    portal: Flask,
) -> None:
    people(portal)
    word = canary()
    number = case(portal, word)
    approve(portal, number)
    index(portal)
    folder = portal.extensions["settings"].instance / "search"
    assert in_files(folder, word) == []
    with acting(portal, SECOND) as (session, actor):
        publication.publish(
            session, actor=actor, manuscript_id=number, vocabularies=vocabularies(portal)
        )
    index(portal)
    assert in_files(folder, word) != [], "the look into the files sees what is there"


def test_the_index_files_hold_nothing_of_it(planted: Planted) -> None:
    folder = planted.app.extensions["settings"].instance / "search"
    assert [path for path in folder.rglob("*") if path.is_file()]
    for name, word in planted.words.each().items():
        assert in_files(folder, word) == [], name


def test_letters_say_that_there_is_something_but_not_what(planted: Planted) -> None:
    said = "\n".join(f"{letter.subject}\n{letter.text}" for letter in planted.letters)
    assert "was sent in for review" in said
    assert [name for name, word in planted.words.each().items() if word in said] == []


def test_the_log_of_everything_holds_nothing_of_it(planted: Planted) -> None:
    assert "manuscript" in planted.logged, "it was listened to"
    assert [name for name, word in planted.words.each().items() if word in planted.logged] == []


def test_its_words_stand_in_no_table_but_those_of_publishing(planted: Planted) -> None:
    own = {"manuscript", "manuscript_part", "upload", "remark", "finding_answer"}
    with planted.app.app_context(), reading():
        for table in Base.metadata.sorted_tables:
            rows = repr(db.session.execute(select(table)).all())
            held = {name for name, word in planted.words.each().items() if word in rows}
            assert not held or table.name in own, table.name


def test_of_a_file_that_is_refused_nothing_is_kept_but_that_and_why(planted: Planted) -> None:
    with planted.app.app_context(), reading():
        upload = db.session.get_one(Upload, planted.files[0])
        assert upload.state == UploadState.REFUSED
        assert upload.original is None
        rows = repr([tuple(row) for row in db.session.execute(select(Upload.__table__))])
    assert planted.words.refused not in rows


def test_an_export_of_the_library_holds_nothing_of_it(planted: Planted, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    result = planted.app.test_cli_runner().invoke(args=["library", "export", str(folder)])
    assert result.exit_code == 0, result.output
    assert list(folder.rglob("*.md"))
    for name, word in planted.words.each().items():
        assert in_files(folder, word) == [], name
        assert word not in result.output


def test_a_remark_that_was_not_sent_reaches_its_author_only_when_it_is(portal: Flask) -> None:
    add_curators(portal)
    number = write(portal)
    submit(portal, number)
    take_on(portal, number)
    word = canary()
    with acting(portal, CURATOR) as (session, actor):
        reviewing.remark(
            session, actor=actor, manuscript_id=number, part="concern", passage="", reason=word
        )
    author, other = reader(portal, PRACTITIONER), reader(portal, SECOND)
    places = (f"/writing/{number}", f"/writing/{number}/sections/concern", "/writing")
    assert not [place for place in places if word in author.get(place).text]
    assert word in other.get(f"/review/{number}").text
    with portal.app_context(), reading():
        remark_id = db.session.scalars(select(Remark.id)).one()
    author.page(f"/writing/{number}/remarks/{remark_id}", 404)
    with acting(portal, CURATOR) as (session, actor):
        reviewing.ask_changes(session, actor=actor, manuscript_id=number)
    assert word in author.get(f"/writing/{number}").text


def test_a_text_that_is_taken_back_is_its_authors_alone_again(portal: Flask) -> None:
    add_curators(portal)
    word = canary()
    number = case(portal, word)
    submit(portal, number)
    curator = reader(portal, CURATOR)
    assert word in curator.get(f"/review/{number}").text
    with acting(portal, PRACTITIONER) as (session, actor):
        writing.take_back(session, actor=actor, manuscript_id=number)
    for address in (f"/review/{number}", "/review", f"/writing/{number}", "/desk", "/notices"):
        assert word not in curator.get(address).text, address


def test_what_was_saved_or_refused_while_somebody_writes_stands_in_no_log(
    portal: Flask, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    number = write(portal)
    there = reader(portal, PRACTITIONER)
    token = there.page("/account/mail").fields["csrf_token"]
    word = canary()
    address = f"/writing/{number}/sections/concern/save"
    saved = there.post(address, data={"csrf_token": token, "text": word, "revision": "1"})
    assert saved.status_code == 200
    behind = there.post(address, data={"csrf_token": token, "text": f"{word}.", "revision": "1"})
    assert behind.status_code == 409
    expired = there.post(address, data={"text": f"{word}..", "revision": "2"})
    assert expired.status_code == 400
    captured = capfd.readouterr()
    said = caplog.text + captured.out + captured.err
    assert word not in said


def test_a_published_text_says_nothing_of_who_wrote_it_or_of_what_was_hidden(
    portal: Flask,
) -> None:
    people(portal)
    words = {name: canary() for name in ("seen", "hidden", "remark", "answer")}
    number = write(portal)
    content = made_files.docx(
        made_files.p(f"First ask {words['seen']}.")
        + made_files.p(f"Ask {words['hidden']}", "<w:vanish/>")
    )
    attach(portal, number, "A plan of the work", "plan.docx", content)
    work(portal)
    approve(portal, number)
    with acting(portal, SECOND) as (session, actor):
        published = publication.publish(
            session, actor=actor, manuscript_id=number, vocabularies=vocabularies(portal)
        )
        reference = published.reference
    index(portal)
    there = reader(portal, LEAD)
    where = f"/library/{reference}"
    attachment = there.page(f"{where}/attachments/1").text
    assert words["seen"] in attachment
    for address in (where, f"{where}/attachments/1", f"{where}/download.md", "/library?q=essay"):
        said = (
            Page(there.get(address).text).text
            if "download" not in address
            else there.get(address).text
        )
        assert words["hidden"] not in said
        for person in (PRACTITIONER, CURATOR, SECOND):
            assert person.name not in said, address
    with portal.app_context(), reading():
        kept = db.session.scalars(select(Document).where(Document.reference == reference)).one()
        assert words["hidden"] not in repr(vars(kept))
    assert clock.today() == kept.published_on
