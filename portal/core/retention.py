"""How long records are kept: each room says what it keeps, the schedule for how long and why."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import ColumnElement, delete, func, inspect, select, tuple_
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.database import Base

MOST_DAYS = 36_500
_FIELDS = {"days", "why"}


@dataclass(frozen=True)
class Rule:
    """Records of one kind that grow old."""

    name: str
    label: str
    """What the records are called, in words for anybody."""
    what: str
    """What they say."""
    since: str
    """What its age is counted from: the words after "90 days"."""
    count: Callable[[Session, datetime], int]
    """How many records are older than a moment."""
    remove: Callable[[Session, datetime, int], int]
    """Remove such records, at most so many (or all), and return how many were removed."""
    least: int = 1
    """Days for which the portal needs them itself."""


class Rules:
    """What the rooms keep, by name, in the order in which they said so."""

    def __init__(self) -> None:
        self._by_name: dict[str, Rule] = {}

    def register(self, rule: Rule) -> None:
        """Take in a rule; its name has one owner."""
        if rule.name in self._by_name:
            raise ValueError(f"{rule.name} is decided elsewhere already")
        self._by_name[rule.name] = rule

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._by_name.values())


@dataclass(frozen=True)
class Keeping:
    """How long the records of a rule are kept, and why."""

    rule: Rule
    days: int
    why: str

    @property
    def span(self) -> str:
        """How long, in words: 1 day, 90 days, 2 years."""
        number, unit = (self.days // 365, "year") if self.days % 365 == 0 else (self.days, "day")
        return f"{number:,} {unit}{'' if number == 1 else 's'}"

    @property
    def before(self) -> datetime:
        """The moment before which a record is too old now."""
        return clock.now() - timedelta(days=self.days)


Condition = Callable[[datetime], ColumnElement[bool]]


def rows(name: str, model: type[Base], old: Condition, **words: Any) -> Rule:
    """Return a rule over rows of a table: those for which `old` holds at a moment are too old."""
    key = tuple_(*inspect(model).primary_key)

    def count(session: Session, before: datetime) -> int:
        return session.scalar(select(func.count()).select_from(model).where(old(before))) or 0

    def remove(session: Session, before: datetime, most: int) -> int:
        some = select(*inspect(model).primary_key).where(old(before)).limit(most)
        deleted = delete(model).where(key.in_(some)).returning(*inspect(model).primary_key)
        return len(session.execute(deleted, execution_options={"synchronize_session": False}).all())

    return Rule(name, count=count, remove=remove, **words)


def read(path: Path, rules: Rules) -> tuple[Keeping, ...]:
    """Read the schedule, in the order of the file.

    Raises `ValueError` that says what is wrong: what cannot be read, a rule that is unknown or
    missing, a number of days that is none, no reason.
    """
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(f"{path.name} can’t be read: {type(error).__name__}") from error
    if not isinstance(data, dict):
        raise ValueError(f"{path.name} is not a list of rules")
    by_name = {rule.name: rule for rule in rules}
    for said, names in (
        ("speaks of what the portal does not keep", data.keys() - by_name.keys()),
        ("does not say how long the portal keeps", by_name.keys() - data.keys()),
    ):
        if names:
            raise ValueError(f"{path.name} {said}: {', '.join(sorted(map(str, names)))}")
    return tuple(_keeping(path.name, by_name[name], entry) for name, entry in data.items())


def _keeping(file: str, rule: Rule, entry: Any) -> Keeping:
    if not isinstance(entry, dict) or entry.keys() != _FIELDS:
        raise ValueError(f"{file}: {rule.name} needs `days` and `why`, and nothing else")
    days, why = entry["days"], entry["why"]
    if type(days) is not int or not rule.least <= days <= MOST_DAYS:
        allowed = f"{rule.least} to {MOST_DAYS}"
        raise ValueError(f"{file}: the days of {rule.name} must be a whole number from {allowed}")
    if not isinstance(why, str) or not why.strip():
        raise ValueError(f"{file}: {rule.name} does not say why")
    return Keeping(rule, days, why.strip())
