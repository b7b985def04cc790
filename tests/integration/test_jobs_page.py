"""The administrator's page of the work in the background."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.core import clock, jobs
from portal.core.database import db, reading, short_transaction
from portal.core.jobs import Job, Jobs, JobState, Kind, WorkFailed
from tests.client import Page, Reader, reader
from tests.people import ADMINISTRATOR, EVERYONE, Person
from tests.work import work

ADDRESS = "/administration/jobs"
REASON = "The mail server refused."


@pytest.fixture
def app(portal: Flask) -> Flask:
    """A portal whose only work is that of the test: `good`, and `bad`, which is given up."""

    def fail() -> None:
        raise WorkFailed(REASON, final=True)

    known = portal.extensions["jobs"] = Jobs()
    known.register(Kind("good", "Send a letter", lambda: None))
    known.register(Kind("bad", "Write to everybody", fail))
    return portal


def ask(app: Flask, *names: str) -> None:
    with app.app_context(), short_transaction() as session:
        for name in names:
            jobs.enqueue(session, name)


def states(app: Flask) -> list[JobState]:
    with app.app_context(), reading():
        return list(db.session.scalars(select(Job.state).order_by(Job.id)))


def press(client: Reader, page: Page, action: str) -> Page:
    data = {"csrf_token": page.fields["csrf_token"]}
    answer = client.post(action, data=data)
    assert answer.status_code == 302
    return client.page(answer.location)


def actions(page: Page) -> list[str]:
    all_ = [form.get("action", "") for form in page.all("form")]
    return [action for action in all_ if action.startswith(ADDRESS)]


def test_without_a_worker_the_page_says_so(app: Flask) -> None:
    page = reader(app, ADMINISTRATOR).page(ADDRESS)
    assert "No worker has done anything yet." in page.text
    assert "Nothing is waiting." in page.text
    assert actions(page) == []


def test_a_worker_that_has_not_been_seen_for_some_time_is_missed(app: Flask) -> None:
    ask(app, "good")
    work(app)
    assert "A worker did something last on" in reader(app, ADMINISTRATOR).page(ADDRESS).text
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        text = reader(app, ADMINISTRATOR).page(ADDRESS).text
    assert "No worker has done anything since" in text


def test_what_failed_says_why_and_is_tried_again(app: Flask) -> None:
    ask(app, "bad", "good")
    work(app)
    client = reader(app, ADMINISTRATOR)
    page = client.page(ADDRESS)
    assert "Write to everybody Failed" in page.text
    assert f"after 1 try. Why: {REASON}" in page.text
    assert "Send a letter" not in page.text  # it is done
    (action,) = actions(page)
    page = press(client, page, action)
    assert "What failed will be tried again." in page.text
    assert f"Before, it went wrong: {REASON}" in page.text
    assert states(app) == [JobState.WAITING, JobState.DONE]
    with app.app_context():
        (entry,) = db.session.scalars(
            select(AuditEntry).where(AuditEntry.action == "job.retried")
        ).all()
        assert (entry.actor_name, entry.details) == (ADMINISTRATOR.name, {"name": "bad"})


def test_all_that_failed_is_tried_again_at_once(app: Flask) -> None:
    ask(app, "bad", "bad", "forgotten")
    work(app)
    client = reader(app, ADMINISTRATOR)
    page = client.page(ADDRESS)
    assert "Try all 3 that failed again" in page.text
    press(client, page, f"{ADDRESS}/retry")
    assert states(app) == [JobState.WAITING] * 3
    with app.app_context():
        query = select(AuditEntry).where(AuditEntry.action == "job.retried")
        found = sorted((e.object_id, e.details["name"]) for e in db.session.scalars(query))
    assert found == [("all", "bad"), ("all", "forgotten")]


def test_what_is_tried_again_already_is_not_tried_twice(app: Flask) -> None:
    ask(app, "bad")
    work(app)
    client = reader(app, ADMINISTRATOR)
    page = client.page(ADDRESS)
    (action,) = actions(page)
    press(client, page, action)
    assert "There was nothing to try again" in press(client, page, action).text


def test_each_state_can_be_seen_alone(app: Flask) -> None:
    ask(app, "bad", "good")
    work(app)
    ask(app, "good")
    client = reader(app, ADMINISTRATOR)
    labels = {"failed": "Write to everybody", "waiting": "Send a letter", "done": "Send a letter"}
    for state, label in labels.items():
        headings = [Page.text_of(h) for h in client.page(f"{ADDRESS}?state={state}").all("h3")]
        assert headings == [label], state
    assert "Nothing is running" in client.page(f"{ADDRESS}?state=running").text
    whole = client.page(ADDRESS).text
    assert client.page(f"{ADDRESS}?state=nonsense").text == whole


def test_a_long_list_has_pages(app: Flask) -> None:
    ask(app, *["bad"] * 25)
    work(app)
    client = reader(app, ADMINISTRATOR)
    first, second = (client.page(f"{ADDRESS}?state=failed&page={n}") for n in (1, 2))
    assert [len(page.all("h3")) for page in (first, second)] == [20, 5]
    assert len(set(actions(first) + actions(second))) == 26  # with the one for all
    assert "page 2" in second.title
    assert client.page(f"{ADDRESS}?state=failed&page=99").heading == second.heading


@pytest.mark.parametrize("address", [f"{ADDRESS}/1/retry", f"{ADDRESS}/retry"])
@pytest.mark.parametrize(
    "person", [p for p in EVERYONE if p != ADMINISTRATOR], ids=lambda person: person.name
)
def test_nobody_else_lets_work_begin_again(app: Flask, person: Person, address: str) -> None:
    ask(app, "bad")
    work(app)
    client = reader(app, person)
    app.config["WTF_CSRF_ENABLED"] = False
    assert client.post(address).status_code == 403
    assert states(app) == [JobState.FAILED]


@pytest.mark.parametrize("number", ["0", "999", "2147483648", "9" * 30])
def test_work_that_there_is_not_is_no_error(app: Flask, number: str) -> None:
    client = reader(app, ADMINISTRATOR)
    app.config["WTF_CSRF_ENABLED"] = False
    answer = client.post(f"{ADDRESS}/{number}/retry")
    assert answer.status_code in {302, 404}


def test_an_administrator_is_told_that_e_mail_stays_on_this_machine(library: Flask) -> None:
    text = reader(library, ADMINISTRATOR).page("/administration/jobs").text
    assert "sent to nobody, so no invitation arrives" in text
