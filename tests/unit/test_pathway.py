"""What is wrong with a referral pathway is found and said, and what is only odd is let through."""

from typing import Any

import pytest

from portal.library.pathway import ALWAYS, Kind, check, plain, read


def step(id: str, *then: str | tuple[str, str], **more: Any) -> dict[str, Any]:
    """A sound step that leads to others, always or under a condition."""
    data: dict[str, Any] = {
        "id": id,
        "title": id.replace("-", " ").capitalize(),
        "role": "Duty manager",
        "within": "not-stated",
        "text": f"Do {id}.",
    }
    ways = [(way, ALWAYS) if isinstance(way, str) else way for way in then]
    if ways:
        data["then"] = [{"to": to, "when": when} for to, when in ways]
    return data | more


def door(id: str, *then: str | tuple[str, str], **more: Any) -> dict[str, Any]:
    return step(id, *then, door=True, **more)


def kinds(*steps: dict[str, Any]) -> list[tuple[str, Kind]]:
    return [(problem.step_id, problem.kind) for problem in check(read(list(steps)))]


GRADED = [
    door("received", "grade"),
    step("grade", ("red", "danger"), ("amber", "several signs"), ("green", "help is welcome")),
    step("red", "decide", within="4 hours"),
    step("amber", "decide", within="24 hours"),
    step("green", ("grade", "the family refuses"), role="Early help lead"),
    step("decide"),
]
"""Red within 4 hours, amber within 24 hours, green to early help and back to the front door."""
FIVE_DOORS = [
    *(
        door(id, "triage")
        for id in ("call-101", "local-police", "front-door", "channel", "own-manager")
    ),
    step("triage"),
]
SHARING = [
    door("request", "share", role="Channel panel chair"),
    step("share", "decide", role="Channel panel members", within="In time for the panel"),
    step("decide"),
]


def test_a_sound_pathway_has_nothing_to_mend() -> None:
    assert kinds(door("a", "b"), step("b")) == []
    assert kinds(door("a")) == []


def test_a_graded_scheme_keeps_its_time_standards() -> None:
    pathway = read({"steps": GRADED})
    assert {one.id: one.within for one in pathway.steps if one.within != "not-stated"} == {
        "red": "4 hours",
        "amber": "24 hours",
    }
    # green only comes back to be graded again, and grading leads on
    assert check(pathway) == []


def test_a_time_rule_of_one_agency_is_kept_with_its_owner() -> None:
    pathway = read(SHARING)
    assert check(pathway) == []
    assert (pathway.steps[1].role, pathway.steps[1].within) == (
        "Channel panel members",
        "In time for the panel",
    )


def test_five_front_doors_are_one_finding_that_names_them_and_no_error() -> None:
    (problem,) = check(read(FIVE_DOORS))
    assert problem.kind == Kind.SEVERAL_DOORS
    assert not problem.is_error
    assert "5 front doors" in problem.message
    assert all(str(one["title"]) in problem.message for one in FIVE_DOORS if "door" in one)


def test_a_pathway_without_a_front_door_says_that_and_not_that_nothing_is_reached() -> None:
    assert kinds(step("a", "b"), step("b")) == [("", Kind.NO_DOOR)]


def test_a_step_that_no_front_door_leads_to_is_found() -> None:
    assert kinds(door("a", "b"), step("b"), step("c", "b")) == [("c", Kind.UNREACHABLE)]


def test_a_step_reached_only_from_one_that_is_not_is_found_too() -> None:
    found = kinds(door("a"), step("b", "c"), step("c"))
    assert found == [("b", Kind.UNREACHABLE), ("c", Kind.UNREACHABLE)]


@pytest.mark.parametrize("role", ["not-stated", "", None])
def test_a_step_without_an_owner_is_found(role: str | None) -> None:
    assert kinds(door("a", "b"), step("b", role=role)) == [("b", Kind.NO_OWNER)]


def test_a_loop_that_nothing_leaves_is_found_once() -> None:
    found = kinds(door("a", "b"), step("b", "c"), step("c", "b"))
    assert found == [("b", Kind.NO_WAY_OUT)]


def test_a_step_that_leads_only_to_itself_is_a_loop() -> None:
    assert kinds(door("a", "a")) == [("a", Kind.NO_WAY_OUT)]


def test_a_loop_with_one_way_out_is_no_finding() -> None:
    way_out = ("end", "nothing more is needed")
    assert kinds(door("a", "b"), step("b", "a", way_out), step("end")) == []
    assert kinds(door("a", "a", way_out), step("end")) == []


def test_each_of_two_closed_loops_is_found_and_the_way_to_them_is_not() -> None:
    found = kinds(
        door("a", ("b", "one"), ("c", "other")), step("b", "b"), step("c", "d"), step("d", "c")
    )
    assert found == [("b", Kind.NO_WAY_OUT), ("c", Kind.NO_WAY_OUT)]


def test_a_loop_whose_way_out_leads_into_a_closed_one_is_not_blamed_for_it() -> None:
    found = kinds(door("a", "b"), step("b", "a", ("c", "later")), step("c", "c"))
    assert found == [("c", Kind.NO_WAY_OUT)]


def test_what_can_not_be_read_is_an_error_and_comes_first() -> None:
    problems = check(
        read([door("a", "nowhere", role="not-stated"), door("b"), step("b", title="Other")])
    )
    assert [(one.step_id, one.kind) for one in problems if one.is_error] == [
        ("a", Kind.NOWHERE),
        ("b", Kind.SAME_ID),
    ]
    assert [one.is_error for one in problems] == sorted(
        (p.is_error for p in problems), reverse=True
    )


@pytest.mark.parametrize("data", [[], {}, {"steps": []}, {"steps": None}])
def test_a_pathway_without_steps_is_an_error(data: Any) -> None:
    (problem,) = check(read(data))
    assert problem.kind == Kind.NO_STEPS
    assert problem.is_error


def test_a_branch_to_nowhere_is_not_called_a_loop_as_well() -> None:
    assert kinds(door("a", "nowhere")) == [("a", Kind.NOWHERE)]


def test_a_half_written_pathway_can_be_read_and_checked() -> None:
    found = check(read([{"id": "a"}, {"id": "b", "then": [{}]}]))
    assert {one.kind for one in found} >= {Kind.NOWHERE, Kind.NO_DOOR, Kind.NO_OWNER}


def test_messages_name_steps_as_readers_see_them() -> None:
    (problem,) = check(read([door("a", "b"), step("b", title="First call", role="not-stated")]))
    assert "Step 2, First call" in problem.message


def test_every_word_of_a_pathway_can_be_searched() -> None:
    words = plain(read(GRADED))
    for one in GRADED:
        assert str(one["title"]) in words
        assert str(one["text"]) in words
        assert str(one["role"]) in words
    for said in ("4 hours", "24 hours", "danger", "the family refuses"):
        assert said in words
    assert "not-stated" not in words
