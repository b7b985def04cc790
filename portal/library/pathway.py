"""A referral pathway: steps with owners and time standards, and what leads from one to the next.

Pure: no database, no Flask. A pathway as it is written may be broken; `check` says in what, and
everything here takes a broken one as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Any

from portal.library.vocabularies import NOT_STATED

ALWAYS = "always"
"""The condition of a branch that is taken every time."""
_NAMED = 3  # places that a message names one by one


@dataclass(frozen=True)
class Branch:
    """A way on from a step."""

    to: str
    """Id of the next step."""
    when: str
    """A plain condition, or `ALWAYS`."""


@dataclass(frozen=True)
class PathStep:
    """One step, in the words that readers see."""

    id: str
    title: str
    role: str
    """Who owns the step, or `NOT_STATED`."""
    within: str
    """Time standard in words, counted from the step before unless the text says otherwise."""
    door: bool
    """Whether a referral can come in here."""
    text: str
    then: tuple[Branch, ...] = ()
    """Nothing on a last step."""


@dataclass(frozen=True)
class Pathway:
    """Steps in the order in which they are numbered, from 1."""

    steps: tuple[PathStep, ...]

    @property
    def numbers(self) -> Mapping[str, int]:
        """The number of each step by its id; of two with the same id the first counts."""
        return {step.id: n for n, step in reversed(list(enumerate(self.steps, 1)))}

    @property
    def doors(self) -> Sequence[PathStep]:
        """The steps at which a referral can come in."""
        return [step for step in self.steps if step.door]


@unique
class Kind(StrEnum):
    """What can be wrong with a pathway."""

    NO_STEPS = "no-steps"
    SAME_ID = "same-id"
    NOWHERE = "nowhere"
    NO_DOOR = "no-door"
    SEVERAL_DOORS = "several-doors"
    NO_OWNER = "no-owner"
    UNREACHABLE = "unreachable"
    NO_WAY_OUT = "no-way-out"


ERRORS = frozenset({Kind.NO_STEPS, Kind.SAME_ID, Kind.NOWHERE})
"""What makes a pathway unreadable. The others may be true of a real pathway and are shown."""


@dataclass(frozen=True)
class PathProblem:
    """What is wrong with a step, or with the pathway as a whole."""

    step_id: str
    """Empty for the pathway as a whole."""
    kind: Kind
    message: str

    @property
    def is_error(self) -> bool:
        """Whether nothing can be published before it is mended."""
        return self.kind in ERRORS


def read(data: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> Pathway:
    """Return the pathway of a document's field: a list of steps, or a mapping that holds `steps`.

    What is missing is empty or not stated.
    """
    steps = data.get("steps") or [] if isinstance(data, Mapping) else data
    return Pathway(tuple(_step(step) for step in steps))


def _step(data: Mapping[str, Any]) -> PathStep:
    return PathStep(
        id=str(data.get("id") or ""),
        title=str(data.get("title") or ""),
        role=str(data.get("role") or NOT_STATED),
        within=str(data.get("within") or NOT_STATED),
        door=bool(data.get("door")),
        text=str(data.get("text") or ""),
        then=tuple(
            Branch(str(branch.get("to") or ""), str(branch.get("when") or ALWAYS))
            for branch in data.get("then") or []
        ),
    )


def said(value: str) -> str:
    """Return an owner or a time standard as readers see it."""
    return "not stated" if value == NOT_STATED else value


def plain(pathway: Pathway) -> str:
    """Return the words of a pathway in sentences, as they are searched."""
    lines = []
    for step in pathway.steps:
        lines.append(f"{step.title}: {step.text}")
        lines += [f"Owner: {step.role}."] if step.role != NOT_STATED else []
        lines += [f"Time: {step.within}."] if step.within != NOT_STATED else []
        lines += [f"If {branch.when}." for branch in step.then if branch.when != ALWAYS]
    return " ".join(" ".join(lines).split())


# ---- Checks


def check(pathway: Pathway) -> list[PathProblem]:
    """Return what is wrong with a pathway, errors first, then in the order of the steps."""
    if not pathway.steps:
        return [PathProblem("", Kind.NO_STEPS, "The pathway has no steps: add the first one")]
    found = [*_errors(pathway), *_doors(pathway), *_owners(pathway)]
    if pathway.doors:
        found += _unreachable(pathway)
    found += _without_way_out(pathway)
    return sorted(found, key=lambda problem: not problem.is_error)


def name(pathway: Pathway, step_id: str) -> str:
    """Return number and title of a step, for instance “step 3, Grade set in writing”."""
    number = pathway.numbers[step_id]
    title = pathway.steps[number - 1].title
    return f"step {number}, {title}" if title else f"step {number}"


def _errors(pathway: Pathway) -> Iterable[PathProblem]:
    numbers = pathway.numbers
    for number, step in enumerate(pathway.steps, 1):
        if numbers[step.id] != number:
            message = (
                f"Steps {numbers[step.id]} and {number} have the same id, {step.id}: give one of "
                "them another"
            )
            yield PathProblem(step.id, Kind.SAME_ID, message)
        for branch in step.then:
            if branch.to not in numbers:
                message = (
                    f"Step {number}, {step.title}, leads to a step that is not there "
                    f"({branch.to or 'none is named'}): choose another or take the branch out"
                )
                yield PathProblem(step.id, Kind.NOWHERE, message)


def _doors(pathway: Pathway) -> Iterable[PathProblem]:
    doors = pathway.doors
    if not doors:
        message = "No step is a front door: say where a referral comes in"
        yield PathProblem("", Kind.NO_DOOR, message)
    if len(doors) > 1:
        titles = "; ".join(step.title for step in doors)
        message = (
            f"Referrals can come in at {len(doors)} front doors ({titles}). Who refers has to "
            "choose: keep one, or say in the text who uses which"
        )
        yield PathProblem(doors[0].id, Kind.SEVERAL_DOORS, message)


def _owners(pathway: Pathway) -> Iterable[PathProblem]:
    for number, step in enumerate(pathway.steps, 1):
        if step.role == NOT_STATED:
            message = (
                f"Step {number}, {step.title}, has no owner: name the role that answers for it"
            )
            yield PathProblem(step.id, Kind.NO_OWNER, message)


def _unreachable(pathway: Pathway) -> Iterable[PathProblem]:
    reached = _reached(_ways(pathway), [step.id for step in pathway.doors])
    for number, step in enumerate(pathway.steps, 1):
        if step.id not in reached:
            message = (
                f"Step {number}, {step.title}, can’t be reached from a front door: lead to it from "
                "another step, or take it out"
            )
            yield PathProblem(step.id, Kind.UNREACHABLE, message)


def _without_way_out(pathway: Pathway) -> Iterable[PathProblem]:
    """Report each loop that nothing leaves, once, at its first step."""
    ways = _ways(pathway)
    told: set[str] = set()
    for start in ways:
        loop = _reached(ways, [start])
        if start in told or not all(start in _reached(ways, ways[step]) for step in loop):
            continue  # known, or there is a step after which nobody comes back
        told |= loop
        if any(branch.to not in ways for s in pathway.steps if s.id in loop for branch in s.then):
            continue  # leads to a step that is not there, which is reported already
        steps = [name(pathway, step) for step in ways if step in loop]
        listed = "; ".join(steps[:_NAMED]) + (" …" if len(steps) > _NAMED else "")
        message = f"Nobody gets out of a loop ({listed}): add a branch that leaves it or ends it"
        yield PathProblem(start, Kind.NO_WAY_OUT, message)


def _ways(pathway: Pathway) -> dict[str, list[str]]:
    """Return the steps that follow each step, without those that are not there."""
    ways: dict[str, list[str]] = {step.id: [] for step in pathway.steps}
    for step in pathway.steps:
        ways[step.id] += [branch.to for branch in step.then if branch.to in ways]
    return ways


def _reached(ways: Mapping[str, Sequence[str]], starts: Iterable[str]) -> set[str]:
    """Return where one can come to from the starts, which count as reached."""
    reached: set[str] = set()
    waiting = list(starts)
    while waiting:
        step = waiting.pop()
        if step not in reached:
            reached.add(step)
            waiting.extend(ways[step])
    return reached
