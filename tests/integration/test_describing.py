"""A situation in someone's own words: cases like it, with the reasons, and not a trace of it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from portal.core import clock
from portal.library.forms import MOST_CHARACTERS
from portal.search.port import Query, Results
from portal.search.whoosh_engine import WhooshEngine
from tests.client import Page, Reader, reader
from tests.databases import Databases
from tests.integration.searching import (
    DESCRIBE,
    change,
    describe,
    everything,
    index,
    own_words,
    reasons,
    rewrite,
    said,
    while_somebody_writes,
)
from tests.integration.watching import Watch, canary, watching
from tests.people import CURATOR, NOBODY, PRACTITIONER

FORM = "application/x-www-form-urlencoded"
WORDS = """
signs:
  source_of_harm:
    online: [gingerbread lantern]
  age_band:
    age-11-14: [fourteen candles]
    age-15-17: [fourteen candles]
  barriers:
    thin-information: [foggy quay]
"""
DOCUMENTS = {
    "case-001": "A marzipan lighthouse was built on the saltern.",
    "case-002": "A marzipan lighthouse stood alone.",
    "case-003": "Marzipan was sold.",
    "guidance-001": "A marzipan lighthouse on the saltern, built of marzipan.",
}
TERMS = {
    "case-002": {"source_of_harm": "online", "age_band": "age-15-17"},
    "case-004": {"source_of_harm": "online", "age_band": "age-11-14"},
}


@pytest.fixture(scope="module")
def shop(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A portal with cases, words and signs of its own; tests only read it."""
    content = own_words(tmp_path_factory.mktemp("shop") / "content", WORDS)
    app = databases.make("stocked", content=content)
    for number in range(1, 12):  # nothing but what stands above is a sign of anything
        change(app, f"case-{number:03}", terms=NO_TERMS)
    for reference, words in DOCUMENTS.items():
        rewrite(app, reference, f"About {reference}", words)
    for reference, terms in TERMS.items():
        change(app, reference, terms=terms)
    index(app)
    yield app
    databases.drop(app)


NO_TERMS = {"source_of_harm": "not-stated", "age_band": "not-stated"}


@pytest.fixture(scope="module")
def client(shop: Flask) -> Reader:
    return reader(shop, PRACTITIONER)


# ---- Cases like it


def test_cases_come_best_first_and_cases_alone(client: Reader) -> None:
    page = describe(client, "There is a lighthouse of marzipan on the saltern.")
    assert list(reasons(page)) == ["case-001", "case-002", "case-003"]
    assert page.heading == "Cases like yours"
    assert "Cases like yours (3)" in page.title
    (text,) = page.all("textarea")
    assert "There is a lighthouse" in page.text_of(text), "to be changed and sent again"


def test_each_case_says_in_words_what_it_has_in_common(client: Reader) -> None:
    found = reasons(describe(client, "Marzipan and a gingerbread lantern, fourteen candles."))
    assert found["case-002"] == [
        "Same source of harm: online contact or material",
        "Same age: 15 to 17",
        "Words in both: marzipan",
    ]
    assert found["case-004"] == [
        "Same source of harm: online contact or material",
        "Same age: 11 to 14",
    ]
    assert found["case-003"] == ["Words in both: marzipan"]
    assert next(iter(found)) == "case-002", "alike in kind and in words"


def test_no_case_is_shown_without_a_reason(portal: Flask) -> None:
    details = {"sources": [], "search_words": ["marzipan"]}
    rewrite(portal, "case-001", "Almonds", "Ground almonds.", details=details)
    index(portal)
    client = reader(portal, PRACTITIONER)
    for text in ("Marzipan!", "A school is worried about a girl of 14 and a holiday in Turkey."):
        assert [case for case, given in reasons(describe(client, text)).items() if not given] == []


def test_no_sign_means_anything_in_a_description(client: Reader) -> None:
    text = '-marzipan title:nothing type:guidance "lighthouse marzipan"'
    assert {"case-001", "case-002", "case-003"} <= set(reasons(describe(client, text)))


def test_a_description_that_no_case_is_like_says_what_to_do(client: Reader) -> None:
    page = describe(client, "Zzyzx wwkkww qqxxqq.")
    assert page.heading == "No case is like this"
    assert reasons(page) == {}
    assert "Say more about" in said(page)
    assert page.links["Ask for an example"] == "/ask-for-an-example"
    assert describe(client, "The and of it.").heading == "No case is like this"


def test_nothing_is_guessed_from_a_slip_in_a_description(client: Reader) -> None:
    page = describe(client, "Marzipam lighthouse.")
    assert all("marzip" not in line for given in reasons(page).values() for line in given)


def test_a_page_of_text_finds_what_its_telling_words_find(client: Reader) -> None:
    page = describe(client, "They were there and it was so. " * 800 + "A marzipan lighthouse.")
    assert next(iter(reasons(page))) in {"case-001", "case-002"}


def test_no_reason_comes_from_a_document_that_is_not_theirs(portal: Flask) -> None:
    rewrite(portal, "case-001", "Marzipan", "A marzipan lighthouse.", audience="curators")
    index(portal)
    text = "A marzipan lighthouse."
    assert reasons(describe(reader(portal, PRACTITIONER), text)) == {}
    ((reason,),) = reasons(describe(reader(portal, CURATOR), text)).values()
    assert set(reason.removeprefix("Words in both: ").split(", ")) == {"marzipan", "lighthouse"}


def test_the_form_is_empty_at_first_and_asks_for_no_token(client: Reader) -> None:
    page = client.page(DESCRIBE)
    (text,) = page.all("textarea")
    assert page.text_of(text) == ""
    assert text.get("autocomplete") == "off"
    assert "csrf_token" not in page.fields
    assert "The service does not keep it" in said(page)


@pytest.mark.parametrize("given", [{}, {"situation": ""}, {"situation": " \r\n\t\0 "}])
def test_an_empty_description_is_asked_for_again(client: Reader, given: dict[str, str]) -> None:
    answer = client.post(DESCRIBE, data=given)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.title.startswith("Error: ")
    assert "Describe the situation in a few sentences" in page.links


def test_one_that_is_too_long_is_kept_on_the_page_with_what_to_do(client: Reader) -> None:
    text = "marzipan " * (MOST_CHARACTERS // 9 + 1)
    answer = client.post(DESCRIBE, data={"situation": text})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert "Shorten the description to 30,000 characters" in " ".join(page.links)
    (field,) = page.all("textarea")
    assert page.text_of(field).split() == text.split()
    assert client.post(DESCRIBE, data={"situation": text[:MOST_CHARACTERS]}).status_code == 200


LEGIBLE = st.characters(exclude_categories=["Cc", "Cs", "Cn"], include_characters="\t\r\n")


@settings(max_examples=60, deadline=None)
@given(text=st.text(LEGIBLE, max_size=400))
def test_any_description_gives_a_sound_page(client: Reader, text: str) -> None:
    assert client.post(DESCRIBE, data={"situation": text}).status_code in {200, 422}


def test_signs_that_come_along_from_a_word_processor_do_no_harm(
    client: Reader, shop: Flask
) -> None:
    between = "\x0b\x0c\x1e\x85\xa0\u2028\u202f\u3000"  # lines and spaces of other kinds
    texts = [f"A marzipan{sign}lighthouse" for sign in between]
    texts += [f"A marzipan {sign} lighthouse" for sign in "\x1f\x7f\ufffe\0\u200b\u202e"]
    for text in texts:
        data = {"situation": text}
        found = reasons(Page(client.post(DESCRIBE, data=data).text))
        assert "marzipan" in found["case-001"][-1], repr(text)
        assert reader(shop).post(DESCRIBE, data=data).status_code == 401


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"situation": "marzipan"}},
        {"json": {"situation": 5}},
        {"json": ["marzipan"]},
        {"json": None},
        {"data": "{", "content_type": "application/json"},
        {"data": b"\xff\0", "content_type": "text/plain"},
        {"data": b"situation=%ff%00&situation=x", "content_type": FORM},
        {"data": b"situation=\xff\xfe", "content_type": FORM},
        {"data": b"--x", "content_type": "multipart/form-data; boundary=line"},
        {"data": b"", "content_type": "multipart/form-data"},
    ],
    ids=["json", "number", "list", "null", "no json", "text", "odd", "bytes", "torn", "no line"],
)
def test_what_no_browser_sends_is_refused_or_answered_and_breaks_nothing(
    client: Reader, shop: Flask, sent: dict[str, object]
) -> None:
    assert client.post(DESCRIBE, **sent).status_code in {200, 400, 415, 422}
    assert reader(shop).post(DESCRIBE, **sent).status_code in {400, 401}


# ---- Not a trace


def situation(word: str) -> str:
    """Return some 3 000 words that say `word` here and there."""
    before = "The school is worried about a girl of 14. Her family plans a sudden holiday. "
    return f"{word.capitalize()}. {before * 90} {word}'s sister, {word.upper()} too. {before * 90}"


def multipart(text: str, filename: str = "", name: str = "situation") -> dict[str, object]:
    """Return a form as a browser sends it in parts, made without a file."""
    said = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename else "")
    kind = "\r\nContent-Type: text/plain" if filename else ""
    body = f"--line\r\nContent-Disposition: {said}{kind}\r\n\r\n{text}\r\n--line--\r\n"
    return {"data": body.encode(), "content_type": "multipart/form-data; boundary=line"}


def long(word: str, length: int) -> str:
    text = situation(word)
    return (text * (length // len(text) + 1))[:length]


WAYS: dict[str, tuple[set[int], Callable[[Reader, str], TestResponse]]] = {
    "form": ({200}, lambda c, w: c.post(DESCRIBE, data={"situation": situation(w)})),
    "multipart": ({200}, lambda c, w: c.post(DESCRIBE, **multipart(situation(w)))),
    "file": ({200, 422}, lambda c, w: c.post(DESCRIBE, **multipart(long(w, 600_000), "x.txt"))),
    "json": ({200, 422}, lambda c, w: c.post(DESCRIBE, json={"situation": situation(w)})),
    "another field": ({422}, lambda c, w: c.post(DESCRIBE, data={"note": situation(w)})),
    "too long": ({422}, lambda c, w: c.post(DESCRIBE, data={"situation": long(w, 40_000)})),
    "too large a field": ({413}, lambda c, w: c.post(DESCRIBE, **multipart(long(w, 600_000)))),
    "too large": ({413}, lambda c, w: c.post(DESCRIBE, data={"situation": long(w, 1_100_000)})),
    "wrong address": ({404}, lambda c, w: c.post(f"{DESCRIBE}/", data={"situation": w})),
    "wrong method": ({405}, lambda c, w: c.put(DESCRIBE, data={"situation": w})),
}
"""Ways to post a situation, each with the statuses that it may be answered with."""
GIVEN_BACK = {"form", "multipart", "too long"}
"""Of these the ones whose answer shows the text again."""


@pytest.fixture
def watch(
    portal: Flask,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Iterator[Watch]:
    portal.config["SHOW_ERROR_PAGES"] = True
    for person in (PRACTITIONER, None):  # what is loaded at first use is loaded now
        reader(portal, person).post(DESCRIBE, data={"situation": "A school is worried."})
        reader(portal, person).get("/library?q=school")
    with watching(portal, caplog, capfd, tmp_path / "temporary") as watch:
        yield watch


def test_a_description_leaves_no_trace_however_it_is_sent(portal: Flask, watch: Watch) -> None:
    client = reader(portal, PRACTITIONER)
    watch.opened.clear()
    wrong = []
    before = everything(portal)
    for name, (statuses, post) in WAYS.items():
        word = canary()
        answer = post(client, word)
        watch.answers.append(answer)
        traces = watch.traces(client, word)
        if answer.status_code not in statuses or traces:
            wrong.append((name, answer.status_code, traces))
        shown = word in answer.text.casefold()
        assert shown or name not in GIVEN_BACK
        assert not shown or answer.status_code in {200, 422}
    assert wrong == []
    assert everything(portal) == before, "nothing at all is written"


def test_a_description_leaves_no_trace_when_the_portal_fails(portal: Flask, watch: Watch) -> None:
    class Failing(WhooshEngine):
        def search(self, query: Query) -> Results:
            raise RuntimeError(f"this is what was asked: {query.text}")

    library = portal.extensions["library"]
    portal.extensions["library"] = replace(library, engine=Failing(library.engine.folder))
    client = reader(portal, PRACTITIONER)
    watch.opened.clear()
    word = canary()
    answer = client.post(DESCRIBE, data={"situation": situation(word)})
    watch.answers.append(answer)
    assert answer.status_code == 500
    assert "there is a problem with the service" in Page(answer.text).heading
    assert word not in answer.text.casefold()
    assert "unexpected RuntimeError at POST /find-a-case/describe" in watch.caplog.text
    assert watch.traces(client, word) == []


def test_who_was_signed_out_meanwhile_gets_the_text_back_and_it_leaves_no_trace(
    portal: Flask, watch: Watch
) -> None:
    client = reader(portal)
    watch.opened.clear()
    for send in (
        lambda text: client.post(DESCRIBE, data={"situation": text, "submit": "Find"}),
        lambda text: client.post(DESCRIBE, **multipart(text)),
    ):
        word = canary()
        answer = send(situation(word))
        watch.answers.append(answer)
        assert answer.status_code == 401
        page = Page(answer.text)
        assert page.heading == "You have been signed out"
        (field,) = page.all("textarea")
        assert field.get("name") == "situation"
        assert page.text_of(field).split() == situation(word).split()
        (form,) = (f for f in page.all("form") if f.get("action") == DESCRIBE)
        assert form.get("method") == "post"
        assert watch.traces(client, word) == []


def test_the_text_that_was_given_back_can_be_sent_again_once_signed_in(shop: Flask) -> None:
    client = reader(shop)
    page = Page(client.post(DESCRIBE, data={"situation": "A marzipan lighthouse"}).text)
    (field,) = page.all("textarea")
    assert client.sign_in(PRACTITIONER).status_code == 302
    answer = client.post(DESCRIBE, data={field.get("name", ""): page.text_of(field)})
    assert answer.status_code == 200
    assert "case-001" in reasons(Page(answer.text))


@pytest.mark.parametrize("name", ["x y", "main-content", "situation", "", '"><script>', "é", "1"])
def test_what_is_given_back_stands_on_a_sound_page_whatever_it_was_called(
    shop: Flask, name: str
) -> None:
    data = {name: "marzipan", "situation": "lighthouse"}
    answer = reader(shop).post(DESCRIBE, data=data)
    assert answer.status_code == 401
    assert "lighthouse" in answer.text or name == "situation"
    ids = [element.get("id") for element in Page(answer.text).root.iter()]
    assert [given for given in ids if given is not None and not re.fullmatch(r"\S+", given)] == []


def test_the_refused_and_the_closed_door_leave_no_trace_either(portal: Flask, watch: Watch) -> None:
    client = reader(portal, NOBODY)
    watch.opened.clear()
    word = canary()
    refused = client.post(DESCRIBE, data={"situation": situation(word)})
    assert refused.status_code == 403
    maintenance = portal.extensions["settings"].instance / "maintenance"
    maintenance.touch()
    closed = client.post(DESCRIBE, data={"situation": situation(word)})
    maintenance.unlink()
    assert closed.status_code == 503
    for answer in (refused, closed):
        watch.answers.append(answer)
        assert word not in answer.text.casefold()
    watch.opened[:] = [path for path in watch.opened if path != str(maintenance)]
    assert watch.traces(client, word) == []


@pytest.mark.parametrize("minutes", [0, 5])
def test_a_description_is_answered_while_somebody_else_writes(portal: Flask, minutes: int) -> None:
    start = clock.now()
    with clock.frozen(start):
        client = reader(portal, PRACTITIONER)

    def post() -> TestResponse:
        with clock.frozen(start + timedelta(minutes=minutes)):  # time to note that they are there
            return client.post(DESCRIBE, data={"situation": "A school is worried about travel."})

    answer = while_somebody_writes(portal, post)
    assert answer.status_code == 200
    assert reasons(Page(answer.text))
