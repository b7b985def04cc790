"""A curator's file of what is published about authorities: reading it, checking every row. Pure.

Its columns are those of `COLUMNS`, and for the statistical neighbours `snYYYY` and `snYYYY_band`:
codes and bands in the order of closeness, separated by semicolons, of the edition of that year.
"""

import csv
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from portal.authorities.figures import PERCENTAGES
from portal.authorities.models import Band

MOST_CHARACTERS = 300_000
MOST_ROWS = 1_000
TYPES = ("county", "london_borough", "metropolitan", "unitary")
COLUMNS = (
    *("ons_code", "name", "region", "type", "two_tier", "la_code"),
    *PERCENTAGES,
    "source",
)
_NEIGHBOURS = re.compile(r"sn(20[0-9]{2})")
_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula in a file that lists authorities."""
_LONGEST = {"name": 100, "region": 40, "source": 200}


@dataclass(frozen=True)
class Published:
    """One row: what is published about an authority."""

    line: int
    code: str
    name: str
    region: str
    type: str
    two_tier: bool
    la_code: str
    percentages: Mapping[str, float | None]
    neighbours: tuple[tuple[str, Band], ...]
    """Codes of three digits with their bands, the closest first."""
    source: str


@dataclass(frozen=True)
class Problem:
    """What is wrong in a line, and what to do."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


@dataclass(frozen=True)
class Edition:
    """A file as it was read."""

    year: int
    rows: Sequence[Published]
    passed_over: Sequence[str]
    """Columns that the register has no use for."""
    problems: Sequence[Problem]


@dataclass(frozen=True)
class InRegister:
    """What the register knows already, as far as a file can contradict it."""

    code: str
    name: str
    la_code: str | None


def read(text: str, register: Collection[InRegister]) -> Edition:
    """Read and check a file; nothing of one with problems may be loaded."""
    reader = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]
    except csv.Error:
        wrong = Problem(reader.line_num, "this is no line of CSV: close every quotation mark")
        return Edition(0, [], [], [wrong])
    if not lines:
        return Edition(0, [], [], [Problem(1, "the file is empty")])
    header = [cell.strip() for cell in lines[0][1]]
    year, problems = _header(header)
    if problems:
        return Edition(0, [], [], [Problem(lines[0][0], text) for text in problems])
    wanted = {*COLUMNS, f"sn{year}", f"sn{year}_band"}
    rows, found = _rows(header, lines[1:], year)
    at = header.index("la_code")
    named = {cells[at].strip() for _, cells in lines[1:] if len(cells) > at}
    found += _together(rows, register, named)
    return Edition(year, rows, [name for name in header if name not in wanted], sorted_(found))


def sorted_(problems: Collection[Problem]) -> list[Problem]:
    """Return problems in the order of their lines."""
    return sorted(problems, key=lambda one: (one.line, one.text))


def _header(header: Sequence[str]) -> tuple[int, list[str]]:
    """Return the newest year with neighbours and bands, and what is wrong with the header."""
    if len(header) == 1 and header[0].count(";") > 1:
        return 0, ["save the file with commas between its columns, not with semicolons"]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    problems = [f"the column {name} stands twice: keep one" for name in twice]
    problems += [f"add the column {name}" for name in COLUMNS if name not in header]
    years = [
        int(found[1])
        for found in map(_NEIGHBOURS.fullmatch, header)
        if found and f"{found[0]}_band" in header
    ]
    if not years:
        problems.append("add the columns snYYYY and snYYYY_band, with the year of the neighbours")
    return max(years, default=0), problems


def _rows(
    header: Sequence[str], lines: Sequence[tuple[int, list[str]]], year: int
) -> tuple[list[Published], list[Problem]]:
    problems: list[Problem] = []
    rows: list[Published] = []
    if not lines:
        problems.append(Problem(1, "there is no row below the header"))
    if len(lines) > MOST_ROWS:
        return [], [Problem(MOST_ROWS + 1, f"there are more than {MOST_ROWS:,} rows")]
    for line, cells in lines:
        if len(cells) != len(header):
            text = f"there are {len(cells)} cells, and {len(header)} columns: give as many"
            problems.append(Problem(line, text))
            continue
        given = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        wrong = list(_wrong(given, year))
        problems += [Problem(line, text) for text in wrong]
        if not wrong:
            rows.append(_published(line, given, year))
    return rows, problems


def _wrong(given: Mapping[str, str], year: int) -> Iterator[str]:
    """Return what is wrong with a row by itself."""
    yield from _wrong_words(given)
    if not re.fullmatch(r"E[0-9]{8}", given["ons_code"]):
        yield "write ons_code like E06000001"
    if not re.fullmatch(r"[0-9]{3}", given["la_code"]):
        yield "write la_code as three digits"
    if given["type"] not in TYPES:
        yield f"write type as {', '.join(TYPES)}"
    if given["two_tier"] not in {"0", "1"}:
        yield "write two_tier as 0 or 1"
    for name in PERCENTAGES:
        if not _is_percentage(given[name]):
            yield f"write {name} as a number from 0 to 100, or leave it empty"
    yield from _wrong_neighbours(given, year)


def _wrong_words(given: Mapping[str, str]) -> Iterator[str]:
    for name, most in _LONGEST.items():
        if not given[name] or not given[name].isprintable():
            yield f"give {name} in letters and signs that can be printed"
        elif given[name].startswith(_FORMULA):
            yield f"let {name} begin with a letter or a digit, not with {given[name][0]}"
        elif len(given[name]) > most:
            yield f"write {name} in {most} characters or fewer"


def _is_percentage(text: str) -> bool:
    if not re.fullmatch(r"(?:[0-9]{1,3}(?:\.[0-9]{1,6})?)?", text):
        return False
    return not text or float(text) <= 100


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(";")] if text else []


def _wrong_neighbours(given: Mapping[str, str], year: int) -> Iterator[str]:
    codes, bands = _listed(given[f"sn{year}"]), _listed(given[f"sn{year}_band"])
    if len(codes) != len(bands):
        yield (
            f"give as many bands as neighbours: sn{year} has {len(codes)}, sn{year}_band has "
            f"{len(bands)}"
        )
    if given["la_code"] in codes:
        yield f"take {given['la_code']} out of sn{year}: an authority is no neighbour of itself"
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield f"{code} stands twice in sn{year}: keep one"
    known = {band.value for band in Band}
    for band in sorted(set(bands) - known):
        yield f"“{band[:40]}” in sn{year}_band is no band: write {', '.join(b.value for b in Band)}"


def _published(line: int, given: Mapping[str, str], year: int) -> Published:
    bands = map(Band, _listed(given[f"sn{year}_band"]))
    return Published(
        line=line,
        code=given["ons_code"],
        name=given["name"],
        region=given["region"],
        type=given["type"],
        two_tier=given["two_tier"] == "1",
        la_code=given["la_code"],
        percentages={name: float(given[name]) if given[name] else None for name in PERCENTAGES},
        neighbours=tuple(zip(_listed(given[f"sn{year}"]), bands, strict=True)),
        source=given["source"],
    )


def _together(
    rows: Sequence[Published], register: Collection[InRegister], named: Collection[str]
) -> list[Problem]:
    """Return what is wrong with sound rows beside each other, and beside the register.

    `named` are the codes of all rows, so that one fault is not said of each of its neighbours.
    """
    problems: list[Problem] = []
    in_file = {row.code for row in rows}
    elsewhere = [one for one in register if one.code not in in_file]
    names = {one.name.casefold(): f"{one.code} of the register" for one in elsewhere}
    la_codes = {one.la_code: f"{one.code} of the register" for one in elsewhere if one.la_code}
    codes: dict[str, str] = {}
    for row in rows:
        here = f"line {row.line}"
        for word, value, seen in (
            ("ons_code", row.code, codes),
            ("name", row.name.casefold(), names),
            ("la_code", row.la_code, la_codes),
        ):
            first = seen.setdefault(value, here)
            if first != here:
                problems.append(Problem(row.line, f"{word} is the same as in {first}: mend one"))
    for row in rows:
        for code, _ in row.neighbours:
            if code not in la_codes and code not in named:
                text = f"no authority of the file or the register has the la_code {code}"
                problems.append(Problem(row.line, f"{text}, which is named as a neighbour"))
    return problems
