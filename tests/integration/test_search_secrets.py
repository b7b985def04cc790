"""What someone may not read changes nothing that they see, whatever they search for or describe.

A portal with a document that is not theirs is compared, page by page, with one that never had it.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import delete

from portal.core.database import commit, db, reading
from portal.library import indexing
from portal.library.models import Document
from tests.client import Reader, reader
from tests.databases import Databases
from tests.integration.searching import (
    DESCRIBE,
    change,
    describe,
    index,
    listed,
    reasons,
    rewrite,
    said,
    total,
)
from tests.people import ADMINISTRATOR, CURATOR, LEAD, PARTNER, PRACTITIONER, Person

SECRET = "case-009"
TITLE = "Quinquereme of Nineveh"
# rare words of its own, and so many common ones that every statistic would move
BODY = "A quinquereme rowed home to haven in sunny palestine. " + "passport travel syria " * 300
SITUATION = "A quinquereme of Nineveh was stopped with a passport, on its travel to Syria. Ophir!"
TERM, LABEL = ("age_band", "age-18-plus"), "18 and over"
"""A term that no other document has."""
State = Callable[[str], Flask]


def reindex(app: Flask) -> None:
    library = app.extensions["library"]
    with app.app_context(), reading():
        indexing.rebuild_index(db.session, library.engine, library.vocabularies)


def without(app: Flask) -> None:
    with app.app_context():
        db.session.execute(delete(Document).where(Document.reference == SECRET))
        commit()
    reindex(app)


def with_secret(app: Flask, audience: str) -> None:
    details = {"sources": [], "search_words": ["ophir", "distant"]}
    told = {"audience": audience, "details": details, "question": "row a quinquereme"}
    told["related"] = [{"id": "case-004", "why": "Rowed by the same hands"}]  # type: ignore[assignment]
    rewrite(app, SECRET, TITLE, BODY, **told)
    change(app, SECRET, terms=dict([TERM]))
    index(app)


@pytest.fixture(scope="module")
def portal_with(databases: Databases) -> Iterator[State]:
    """Portals that tests only read, in which the secret is `absent`, `withdrawn`, or an audience's.

    The withdrawn one could be read by everybody once, and was indexed.
    """
    made: dict[str, Flask] = {}

    def of(state: str) -> Flask:
        if state not in made:
            app = made[state] = databases.make("stocked")
            if state == "absent":
                without(app)
            else:
                with_secret(app, "readers" if state == "withdrawn" else state)
            if state == "withdrawn":
                command = ["library", "withdraw", SECRET, "--reason", "It sank."]
                assert app.test_cli_runner().invoke(args=command).exit_code == 0
        return made[state]

    yield of
    for app in made.values():
        databases.drop(app)


QUERIES = [
    "quinquereme",
    "quinqureme",  # a slip
    "quinqueremish",  # like a word of it
    "ninevehpassport",
    "“quinquereme of nineveh”",
    "title:nineveh",
    "ophir",
    "distant ophir",
    "sunny palestine",
    "passport",
    "passport -quinquereme",
    "quinquereme -passport",
    "passport quinquereme",
    "travel to syria with a passport and two children",
    LABEL,
    "passport age_band:age-18-plus",
    "quinquereme age_band:age-18-plus type:case",
]
ADDRESSES = [
    "/",
    "/find-a-case",
    "/library",
    "/library?sort=title&type=case",
    "/library?question=yes",
    "/library?age_band=age-18-plus",
    "/library?age_band=age-18-plus&type=case&outcome=no-concern",
    "/library?q=passport&age_band=age-18-plus",
    "/library?q=quinquereme&type=case&sort=title",
    *(f"/library?q={q.replace(' ', '+')}" for q in QUERIES),
    *(f"/library/complete?q={typed}" for typed in ("qu", "nin", "of nin", "18 a", "row")),
    "/library/case-004",
]


def seen(app: Flask, person: Person) -> dict[str, str]:
    """Return what a person is sent, without what is new in every answer."""
    client = reader(app, person)
    found = {address: client.get(address).text for address in ADDRESSES}
    found[DESCRIBE] = client.post(DESCRIBE, data={"situation": SITUATION}).text
    return {address: re.sub(r'nonce="[^"]*"', "", text) for address, text in found.items()}


HIDDEN_FROM = [
    ("staff", PARTNER),
    ("staff", ADMINISTRATOR),
    ("leads", PRACTITIONER),
    ("leads", PARTNER),
    ("curators", LEAD),
    ("curators", ADMINISTRATOR),
    ("withdrawn", PRACTITIONER),
    ("withdrawn", CURATOR),
]


@pytest.mark.parametrize(
    ("state", "person"), HIDDEN_FROM, ids=[f"{s}-{p.name.split()[0]}" for s, p in HIDDEN_FROM]
)
def test_whoever_may_not_read_a_document_sees_what_they_would_see_without_it(
    portal_with: State, state: str, person: Person
) -> None:
    theirs, others = seen(portal_with(state), person), seen(portal_with("absent"), person)
    assert [address for address in theirs if theirs[address] != others[address]] == []


@pytest.mark.parametrize(
    ("audience", "person"),
    [("staff", PRACTITIONER), ("leads", LEAD), ("curators", CURATOR)],
    ids=["staff", "leads", "curators"],
)
def test_whoever_may_read_it_meets_it_in_all_these_places(
    portal_with: State, audience: str, person: Person
) -> None:
    client = reader(portal_with(audience), person)
    assert listed(client.page("/library?q=quinquereme")) == [SECRET]
    assert "so “quinquereme” was looked for" in said(client.page("/library?q=quinqureme"))
    nearly = client.page("/library?q=quinqueremish&type=glossary")
    assert "quinquereme" in nearly.links
    assert listed(client.page("/library?age_band=age-18-plus")) == [SECRET]
    assert f"{LABEL} (1)" in client.page("/library").text
    assert client.get("/library/complete?q=nin").json == [TITLE]
    assert client.get("/library/complete?q=18+a").json == [LABEL]
    assert "quinquereme" in reasons(describe(client, SITUATION))[SECRET][-1]
    assert SECRET in listed(client.page("/library?q=ophir"))


@pytest.mark.parametrize(
    ("state", "role"),
    [
        ("staff", "partner-reader"),
        ("staff", "administrator"),
        ("leads", "practitioner"),
        ("curators", "strategic-lead"),
        ("withdrawn", "curator"),
    ],
)
def test_a_query_on_the_command_line_keeps_to_the_role(
    portal_with: State, state: str, role: str
) -> None:
    def outputs(app: Flask) -> list[str]:
        run = app.test_cli_runner()
        queries = ("quinquereme", "quinqureme", "ophir", "passport travel", "travel -quinquereme")
        commands = [["search", "query", q, "--as", role, "--limit", "40"] for q in queries]
        commands += [[*command, "--json"] for command in commands]
        results = [run.invoke(args=command) for command in commands]
        assert {result.exit_code for result in results} == {0}
        return [result.output for result in results]

    theirs = outputs(portal_with(state))
    assert theirs == outputs(portal_with("absent"))
    assert theirs[0] == "0 documents\n"
    run = portal_with("curators").test_cli_runner()
    result = run.invoke(args=["search", "query", "quinqureme", "--as", "curator"])
    assert result.output.startswith("1 document")
    assert SECRET in result.output


def test_many_words_that_someone_may_not_read_do_not_stand_in_the_way_of_theirs(
    portal: Flask,
) -> None:
    rewrite(portal, "case-001", "Marzipan", "A house of marzipan.")
    index(portal)
    client = reader(portal, PRACTITIONER)

    def helped() -> tuple[list[str], bool]:
        read_as = listed(client.page("/library?q=marzipqn"))
        return read_as, "marzipan" in client.page("/library?q=zarzipan&type=glossary").links

    before = helped()
    assert before[0] == ["case-001"]
    letters = "abcdefghijklmnoprstuvwxyz"
    near = " ".join(f"{a}arzipan marzip{a}n marzi{a}qn" for a in letters)
    rewrite(portal, SECRET, "Many words", near.replace("marzipan", ""), audience="curators")
    index(portal)
    assert helped() == before


def test_a_document_is_not_shown_from_the_moment_it_is_not_theirs(portal: Flask) -> None:
    rewrite(portal, "case-001", "Marzipan", "A house of marzipan and gingerbread.")
    rewrite(portal, SECRET, TITLE, BODY)
    index(portal)
    client = reader(portal, PRACTITIONER)
    assert listed(client.page("/library?q=quinquereme")) == [SECRET]
    with portal.extensions["library"].engine.writing():  # the index stays as it is
        change(portal, SECRET, audience="leads")
        assert_nothing_of_it(client)
        change(portal, SECRET, audience="readers", state="withdrawn")
        assert_nothing_of_it(client)


def test_no_word_of_it_is_offered_from_that_moment_either(portal: Flask) -> None:
    rewrite(portal, SECRET, TITLE, BODY)
    index(portal)
    client = reader(portal, PRACTITIONER)
    run = portal.test_cli_runner()
    with portal.extensions["library"].engine.writing():  # the index stays as it is
        change(portal, SECRET, audience="leads")
        for q in ("quinqureme", "quinqueremish"):
            assert "“quinquereme”" not in said(client.page(f"/library?q={q}"))
            assert "quinquereme" not in client.page(f"/library?q={q}&type=glossary").links
        result = run.invoke(args=["search", "query", "quinquereme"])
        assert result.output == "0 documents\n"


def assert_nothing_of_it(client: Reader) -> None:
    page = client.page("/library?q=quinquereme")
    assert (total(page), listed(page)) == (0, [])
    assert listed(client.page("/library?q=marzipan+quinquereme")) == ["case-001"]
    ways = client.page("/library?q=quinquereme+-gingerbread&type=case")
    assert not [words for words in ways.links if words.startswith("without")]
    assert client.get("/library/complete?q=quin").json == []
    assert SECRET not in reasons(describe(client, SITUATION))
    for address in ("/library?q=quinquereme", "/library?q=quinqureme", "/", "/library?q=passport"):
        assert TITLE not in client.get(address).text
        assert "sunny palestine" not in client.get(address).text
