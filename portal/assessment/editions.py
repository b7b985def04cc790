"""The editions of the instrument: one is asked now, results of earlier ones stay readable."""

from dataclasses import dataclass
from pathlib import Path

from portal.assessment import instrument
from portal.assessment.instrument import Instrument
from portal.core.errors import NotFound


@dataclass(frozen=True)
class Editions:
    """Every edition that was ever asked, by its name; the last one is in use."""

    by_name: dict[str, Instrument]

    @property
    def current(self) -> Instrument:
        """The edition that new rounds ask."""
        return self.by_name[max(self.by_name, key=_order)]

    def of(self, edition: str) -> Instrument:
        """Return an edition. Raises `NotFound` for one whose file has been removed."""
        if edition not in self.by_name:
            raise NotFound
        return self.by_name[edition]


def _order(edition: str) -> list[int]:
    """Return what orders editions: 2026-2 comes before 2026-10."""
    return [int(part) for part in edition.split("-")]


def read_all(folder: Path) -> Editions:
    """Read the files of a folder, one for each edition, named for it: 2026-1.yaml.

    Raises `ValueError` that says what is wrong, also where there is none.
    """
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        one = instrument.read(path)
        if one.edition != path.stem:
            raise ValueError(f"{path.name}: the edition must be {path.stem}, like its name")
        found[one.edition] = one
    if not found:
        raise ValueError(f"{folder.name} has no edition of the self-assessment")
    return Editions(found)
