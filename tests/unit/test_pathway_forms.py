"""A pathway is written in a form without JavaScript, and nothing that was typed is lost."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, render_template
from govuk_frontend_wtf.main import WTFormsHelpers, wtforms_errors
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader

from portal.core.config import ROOT
from portal.library.pathway import Kind, read
from portal.publishing.pathway_forms import (
    MOST_BRANCHES,
    PathwayForm,
    after_button,
    data_of,
    form_of,
)
from tests.unit.test_pathway import FIVE_DOORS, GRADED, SHARING, door, step

PATHWAYS = {"graded": GRADED, "five-doors": FIVE_DOORS, "time-rule": SHARING}


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask(__name__)
    app.config |= {"SECRET_KEY": "made up", "WTF_CSRF_ENABLED": False}
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader(ROOT / "portal/publishing/templates"),
            PrefixLoader(
                {
                    name: PackageLoader(name)
                    for name in ("govuk_frontend_jinja", "govuk_frontend_wtf")
                }
            ),
        ]
    )
    WTFormsHelpers(app)
    return app


@pytest.fixture
def opened(app: Flask) -> Iterator[None]:
    """A page that is opened."""
    with app.test_request_context():
        yield


def page_of(form: PathwayForm) -> str:
    return render_template("publishing/_pathway_form.html", form=form)


def typed(form: PathwayForm) -> dict[str, str]:
    """What a browser sends of a form that it shows."""
    html = page_of(form)
    sent = {}
    for tag in re.findall(r"<input[^>]*>", html):
        at = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        if at["type"] != "checkbox" or re.search(r"\schecked\b", tag):
            sent[at["name"]] = at.get("value", "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>([^<]*)</textarea>', html):
        sent[name] = text
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', html, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    return sent


def press(app: Flask, sent: dict[str, str], button: str, data: Any = None) -> PathwayForm:
    with app.test_request_context(method="POST", data={**sent, "button": button}):
        form = form_of(data)
        form.sound = form.validate_on_submit()
        return form


def shown(app: Flask, data: Any) -> dict[str, str]:
    with app.test_request_context():
        return typed(form_of(data, revision=7))


@pytest.mark.parametrize("name", PATHWAYS)
def test_a_pathway_that_is_opened_and_saved_stays_as_it_was(app: Flask, name: str) -> None:
    data = {"steps": PATHWAYS[name]}
    form = press(app, shown(app, data), "save")
    assert form.sound, form.errors
    assert form.saves
    assert form.made_from == 7
    assert read(data_of(form) or {}) == read(data)
    assert [list(one) for one in (data_of(form) or {})["steps"]] == [
        [key for key in ("id", "title", "role", "within", "door", "text", "then") if key in one]
        for one in PATHWAYS[name]
    ]


def test_a_step_keeps_more_branches_than_a_new_one_has(app: Flask) -> None:
    ways = [("b", f"condition {n}") for n in range(5)]
    data = [door("a", *ways), step("b")]
    sent = shown(app, data)
    assert "steps-0-then-5-to" in sent
    assert read(data_of(press(app, sent, "save")) or {}) == read(data)


def test_a_step_has_room_for_no_more_branches_than_a_document_may_have(app: Flask) -> None:
    ways = [("b", f"condition {n}") for n in range(MOST_BRANCHES)]
    assert f"steps-0-then-{MOST_BRANCHES}-to" not in shown(app, [door("a", *ways), step("b")])


def test_nothing_begins_with_one_step_which_is_the_front_door(app: Flask) -> None:
    sent = shown(app, None)
    assert "steps-0-door" in sent
    assert "steps-1-title" not in sent
    with app.test_request_context():
        assert form_of(None).problems == []


def test_a_form_in_which_nothing_is_written_is_no_pathway(app: Flask) -> None:
    sent = shown(app, None)
    del sent["steps-0-door"]
    form = press(app, sent, "save")
    assert form.sound
    assert data_of(form) is None


def test_an_added_step_comes_last_and_can_be_chosen_as_the_next(app: Flask) -> None:
    sent = shown(app, None) | {"steps-0-title": "Received", "steps-0-text": "Write it down."}
    form = press(app, sent, "add")
    assert not form.saves
    with app.test_request_context():
        more = typed(after_button(form))
    assert (more["steps-0-title"], more["steps-1-title"]) == ("Received", "")
    more |= {
        "steps-0-then-0-to": more["steps-1-id"],
        "steps-1-title": "Decided",
        "steps-1-text": "Choose.",
    }
    saved = press(app, more, "save")
    assert saved.sound, saved.errors
    steps = (data_of(saved) or {})["steps"]
    assert steps[0]["then"] == [{"to": steps[1]["id"], "when": "always"}]
    assert [one["title"] for one in steps] == ["Received", "Decided"]


def test_what_is_typed_but_not_sound_stays_when_a_step_is_added(app: Flask) -> None:
    sent = shown(app, [door("a")]) | {
        "steps-0-title": "",
        "steps-0-role": "x" * 200,
        "steps-0-then-1-when": "a condition without a step",
    }
    with app.test_request_context():
        more = typed(after_button(press(app, sent, "add")))
    for name in ("steps-0-title", "steps-0-role", "steps-0-then-1-when", "steps-0-text"):
        assert more[name] == sent[name]
    assert more["revision"] == "7"


def test_the_step_that_is_taken_out_is_the_one_that_was_named(app: Flask) -> None:
    sent = shown(app, [door("a", "b"), step("b", "c"), step("c")])
    with app.test_request_context():
        form = after_button(press(app, sent, "remove-2"))
        assert [one.form.title.data for one in form.steps] == ["A", "C"]
        left = typed(form)
        assert {one.kind for one in form.problems} >= {Kind.NOWHERE}
        assert "A step that was taken out" in page_of(form)
    form = press(app, left, "save")
    assert not form.sound
    assert form.errors["steps"][0]["then"][0]["to"] == [
        "The step that this led to is not there any more: choose another"
    ]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ("1234", "ABCD"),
        ("1222", "ACDB"),
        ("1232", "ADBC"),
        ("3234", "BCAD"),
        ("4321", "DCBA"),
        (["1", "", "3", "x"], "ABCD"),
    ],
    ids=["as-before", "two-moved-up", "last-up", "first-down", "turned", "not-a-number"],
)
def test_steps_go_where_their_numbers_say(app: Flask, numbers: Any, expected: str) -> None:
    sent = shown(app, [door("a", "b"), step("b", "c"), step("c", "d"), step("d")])
    sent |= {f"steps-{place}-order": number for place, number in enumerate(numbers)}
    with app.test_request_context():
        form = after_button(press(app, sent, "order"))
        assert "".join(str(one.form.title.data) for one in form.steps) == expected
        assert [one.form.order.data for one in form.steps] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("changes", "where", "message"),
    [
        ({"steps-0-title": ""}, ("title",), "Say what happens in this step"),
        ({"steps-0-text": ""}, ("text",), "Say in one or two sentences what to do"),
        ({"steps-0-order": "second"}, ("order",), "Write a whole number, for instance 2"),
        ({"steps-0-within": "x" * 61}, ("within",), "Shorten this to 60 characters"),
        (
            {"steps-0-then-1-when": "later"},
            ("then", 1, "to"),
            "Choose the step that this leads to, or empty the condition",
        ),
        (
            {"steps-0-then-0-when": "", "steps-0-then-1-to": "c", "steps-0-then-1-when": "x"},
            ("then", 0, "when"),
            "Say when, since there is more than one way on",
        ),
    ],
    ids=["title", "text", "number", "long", "condition-alone", "no-condition"],
)
def test_a_slip_is_said_at_its_field_and_what_was_typed_stays(
    app: Flask, changes: dict[str, str], where: tuple[Any, ...], message: str
) -> None:
    sent = shown(app, [door("a", "b"), step("b", "c"), step("c")]) | changes
    with app.test_request_context(method="POST", data=sent):
        form = form_of(None)
        assert not form.validate_on_submit()
        found: Any = form.errors["steps"][0]
        for key in where:
            found = found[key]
        assert found == [message]
        again = typed(form)
        assert {name: again[name] for name in changes} == changes
        html = page_of(form)
        (listed,) = wtforms_errors(form)["errorList"]
        assert listed["text"] == message
        assert f'id="{listed["href"][1:]}"' in html


def test_a_pathway_that_is_only_odd_is_saved_and_its_writer_is_told(app: Flask) -> None:
    form = press(app, shown(app, FIVE_DOORS), "save")
    assert form.sound
    assert [one.kind for one in form.problems] == [Kind.SEVERAL_DOORS]
    with app.test_request_context():
        assert "5 front doors" in page_of(form_of(FIVE_DOORS))


def test_two_steps_never_get_one_id(app: Flask) -> None:
    sent = shown(app, [door("step-2", "b"), step("b")]) | {"steps-1-id": "step-2"}
    form = press(app, sent, "save")
    ids = [one["id"] for one in (data_of(form) or {})["steps"]]
    assert len(set(ids)) == 2


def test_an_id_that_a_page_could_not_show_is_not_kept(app: Flask) -> None:
    sent = shown(app, [door("a")]) | {"steps-0-id": '"><script>'}
    (one,) = (data_of(press(app, sent, "save")) or {})["steps"]
    assert re.fullmatch(r"[a-z0-9-]+", one["id"])


def test_enter_saves_and_takes_nothing_out(opened: None) -> None:
    html = page_of(form_of([door("a", "b"), step("b")]))
    assert re.findall(r'<button[^>]*value="([a-z0-9-]+)"', html)[0] == "save"


def test_every_field_has_a_label_of_its_own(opened: None) -> None:
    html = page_of(form_of([door("a", "b"), step("b")]))
    ids = re.findall(r'\sid="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    for tag in re.findall(r"<(?:input|select|textarea)[^>]*>", html):
        if 'type="hidden"' not in tag:
            (id_,) = re.findall(r'\sid="([^"]*)"', tag)
            assert f'for="{id_}"' in html, tag
