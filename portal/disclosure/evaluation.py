"""Measuring the check of texts on texts that people judged."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

from portal.disclosure.findings import Finding, Kind
from portal.disclosure.lists import Lists
from portal.disclosure.text import find

STRUCTURED, NAMES, PLACES, OTHER = "structured", "names", "places and organisations", "other"
_GROUPS = {
    STRUCTURED: "DOB DATE NHS NINO UPN PASSPORT BANK PHONE EMAIL POSTCODE PLATE URL HANDLE CASEREF",
    NAMES: "NAME",
    PLACES: "ADDRESS PLACE SCHOOL LA ORG",
}
_GROUP = {type_: group for group, types in _GROUPS.items() for type_ in types.split()}
_KINDS = {
    NAMES: {Kind.NAME},
    PLACES: {Kind.ADDRESS, Kind.PLACE, Kind.SCHOOL, Kind.AUTHORITY, Kind.ORGANISATION},
    OTHER: {Kind.AGE, Kind.RARE_COMBINATION},
}
_GROUP_OF_KIND = {kind: group for group, kinds in _KINDS.items() for kind in kinds}


class Entity(NamedTuple):
    """What a judge marked: characters `start` to `end`, end not included."""

    type: str
    start: int
    end: int


@dataclass(frozen=True)
class Judged:
    """A text with all that identifies somebody in it; a clean text has nothing."""

    id: str
    clean: bool
    text: str
    entities: tuple[Entity, ...]
    open: tuple[Entity, ...] = ()
    """What judges may differ about: to find it counts neither for the check nor against it."""


@dataclass(frozen=True)
class Share:
    """How many of how many."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """From 0 to 1; 1 where there was nothing to hit."""
        return self.hits / self.of if self.of else 1.0


@dataclass(frozen=True)
class Measured:
    """What a set of judged texts says of the check. An overlap is a hit."""

    texts: int
    recall: Share
    precision: Share
    recall_by_type: dict[str, Share]
    recall_by_group: dict[str, Share]
    precision_by_group: dict[str, Share]
    clean_words: int
    clean_flags: int
    clean_texts: Share
    """Clean texts without a single flag."""
    kilobytes_a_second: float
    """Of text, in a second of processor time: other programs do not count."""

    @property
    def flags_per_thousand(self) -> float:
        """Flags per 1 000 words of clean text."""
        return 1000 * self.clean_flags / self.clean_words if self.clean_words else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return what `json` can write."""
        return asdict(self) | {"flags_per_thousand": self.flags_per_thousand}

    def table(self) -> str:
        """Return the figures as a table of plain text."""
        lines = [f"{'':28}{'recall':>8}{'':>10}{'precision':>12}"]
        rows: list[tuple[str, Share, Share | None]] = [("all", self.recall, self.precision)]
        rows += [
            (group, share, self.precision_by_group.get(group))
            for group, share in self.recall_by_group.items()
        ]
        for name, recall, precision in rows:
            found = f"{recall.hits}/{recall.of}"
            precise = f"{precision.value:.3f}" if precision is not None else ""
            lines.append(f"{name:28}{recall.value:>8.3f}{found:>10}{precise:>12}")
        for type_, share in sorted(self.recall_by_type.items()):
            lines.append(f"  {type_:26}{share.value:>8.3f}{f'{share.hits}/{share.of}':>10}")
        clean = self.clean_texts
        lines += [
            f"flags per 1 000 clean words {self.flags_per_thousand:8.1f}",
            f"clean texts with none       {clean.value:8.3f}{f'{clean.hits}/{clean.of}':>10}",
            f"kB a second                 {self.kilobytes_a_second:8.0f}",
        ]
        return "\n".join(lines)


def judged(path: Path) -> Iterator[Judged]:
    """Give the texts of JSON lines with id, kind, text and entities.

    What judges may differ about may stand there as `open`, in the same form.
    An entity is `{"type", "start", "end"}` or a list that begins with these three. Raises
    `ValueError` with the number of the line that could not be read.
    """
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                said = json.loads(line)
                entities = tuple(_entity(one) for one in said["entities"])
                debatable = tuple(_entity(one) for one in said.get("open", ()))
                clean, text = said["kind"] == "clean", str(said["text"])
                yield Judged(str(said["id"]), clean, text, entities, debatable)
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}, line {number}: this is no judged text") from error


def _entity(said: Any) -> Entity:
    parts = [said[key] for key in ("type", "start", "end")] if isinstance(said, dict) else said[:3]
    return Entity(str(parts[0]), int(parts[1]), int(parts[2]))


def evaluate(texts: Iterable[Judged], lists: Lists | None = None) -> Measured:
    """Check `texts` as the portal does; count what was found, missed and flagged wrongly."""
    known = lists or Lists.load()
    hit: Counter[str] = Counter()
    marked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    given: Counter[str] = Counter()
    clean: Counter[str] = Counter()
    count, letters, seconds = 0, 0, 0.0
    for one in texts:
        began = process_time()
        found = find(one.text, lists=known)
        seconds += process_time() - began
        findings = [finding for finding in found if not _debatable(finding, one)]
        letters += len(one.text.encode())
        count += 1
        for entity in one.entities:
            marked[entity.type] += 1
            hit[entity.type] += any(_overlap(finding, entity) for finding in found)
        for finding in findings:
            group = _GROUP_OF_KIND.get(finding.kind, STRUCTURED)
            given[group] += 1
            right[group] += any(_overlap(finding, entity) for entity in one.entities)
        if one.clean:
            clean += Counter(texts=1, words=len(one.text.split()), flags=len(findings))
            clean["none"] += not findings
    groups = Counter(_GROUP.get(type_, OTHER) for type_ in marked)
    return Measured(
        texts=count,
        recall=Share(hit.total(), marked.total()),
        precision=Share(right.total(), given.total()),
        recall_by_type={type_: Share(hit[type_], marked[type_]) for type_ in sorted(marked)},
        recall_by_group={group: _share(group, hit, marked) for group in sorted(groups)},
        precision_by_group={group: Share(right[group], given[group]) for group in sorted(given)},
        clean_words=clean["words"],
        clean_flags=clean["flags"],
        clean_texts=Share(clean["none"], clean["texts"]),
        kilobytes_a_second=letters / 1000 / seconds if seconds else 0.0,
    )


def _share(group: str, hit: Counter[str], marked: Counter[str]) -> Share:
    types = [type_ for type_ in marked if _GROUP.get(type_, OTHER) == group]
    return Share(sum(hit[type_] for type_ in types), sum(marked[type_] for type_ in types))


def _debatable(finding: Finding, text: Judged) -> bool:
    """Say whether a finding is of nothing but what judges may differ about."""
    return any(_overlap(finding, mark) for mark in text.open) and not any(
        _overlap(finding, mark) for mark in text.entities
    )


def _overlap(finding: Finding, entity: Entity) -> bool:
    return finding.start < entity.end and entity.start < finding.end
