"""A curator's file of published figures: what is wrong is said by line, with what to do."""

from collections.abc import Callable

import pytest

from portal.authorities.edition import Edition, InRegister, read
from portal.authorities.models import Band
from tests import editions
from tests.editions import HEADER, Row

Change = Callable[[list[Row]], object]


def with_change(change: Change, *register: InRegister) -> Edition:
    rows = editions.rows()
    change(rows)
    return read(editions.text(rows), register)


def test_a_sound_file_is_read_whole() -> None:
    edition = read(editions.text(editions.rows()), [])
    assert edition.problems == []
    assert edition.year == editions.YEAR
    assert list(edition.passed_over) == ["sn2021", "colour"]
    first = edition.rows[0]
    assert (first.line, first.code, first.la_code, first.two_tier) == (2, "E06000001", "800", False)
    assert first.percentages["child_poverty_pct"] == 10.5
    assert first.percentages["fsm_secondary_pct"] is None, "what is not published is not nought"
    assert first.percentages["eal_primary_pct"] == 0
    assert first.neighbours == (("803", Band.VERY_CLOSE), ("802", Band.SOMEWHAT_CLOSE))


def test_columns_may_stand_in_any_order_and_the_newest_year_counts() -> None:
    rows = [
        row | {"sn2026": row["sn2025"], "sn2026_band": row["sn2025_band"]}
        for row in editions.rows()
    ]
    edition = read("\ufeff" + editions.text(rows, ["sn2026_band", "sn2026", *HEADER[::-1]]), [])
    assert edition.problems == []
    assert edition.year == 2026
    assert {"sn2025", "sn2025_band"} <= set(edition.passed_over)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("ons_code", "E0600001", "like E06000001"),
        ("name", "", "give name"),
        ("name", "a" * 101, "100 characters"),
        ("name", "=HYPERLINK(1)", "begin with a letter or a digit"),
        ("source", "@SUM(1)", "begin with a letter or a digit"),
        ("region", "Nor\x07th", "give region"),
        ("type", "demonstration", "write type as county"),
        ("two_tier", "yes", "0 or 1"),
        ("la_code", "80", "three digits"),
        ("child_poverty_pct", "100.1", "from 0 to 100"),
        ("child_poverty_pct", "-1", "from 0 to 100"),
        ("eal_secondary_pct", "1e2", "from 0 to 100"),
        ("fsm_primary_pct", "nan", "from 0 to 100"),
        ("source", "", "give source"),
        ("sn2025", "802;999", "no authority of the file or the register has the la_code 999"),
        ("sn2025", "801;802", "no neighbour of itself"),
        ("sn2025", "802;802", "802 stands twice"),
        ("sn2025", "802", "as many bands as neighbours"),
        ("sn2025_band", "close", "as many bands as neighbours"),
        ("sn2025_band", "near;close", "“near” in sn2025_band is no band"),
    ],
)
def test_each_fault_of_a_row_is_said_with_its_line(column: str, value: str, said: str) -> None:
    edition = with_change(lambda rows: rows[1].update({column: value}))
    assert {problem.line for problem in edition.problems} >= {3}
    of_line = [problem.text for problem in edition.problems if problem.line == 3]
    assert any(said in text for text in of_line), of_line


@pytest.mark.parametrize("column", ["ons_code", "name", "la_code"])
def test_what_tells_authorities_apart_stands_once(column: str) -> None:
    edition = with_change(lambda rows: rows[3].update({column: rows[0][column].upper()}))
    texts = [(problem.line, problem.text) for problem in edition.problems]
    assert (5, f"{column} is the same as in line 2: mend one") in texts


def test_an_authority_of_the_register_keeps_its_name_and_code() -> None:
    there = InRegister("E10000099", "HARTLEPOOL", "801")
    edition = with_change(lambda rows: None, there)
    assert [(problem.line, problem.text) for problem in edition.problems] == [
        (2, "name is the same as in E10000099 of the register: mend one"),
        (3, "la_code is the same as in E10000099 of the register: mend one"),
    ]


def test_a_neighbour_may_stand_in_the_register_alone() -> None:
    there = InRegister("E10000099", "Elsewhere", "999")
    edition = with_change(lambda rows: rows[1].update(sn2025="802;999"), there)
    assert edition.problems == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        (",".join(HEADER), "there is no row"),
        ("ons_code,name", "add the column region"),
        (";".join(HEADER), "with commas between its columns"),
        (",".join(HEADER).replace("sn2025", "sn9999"), "add the columns snYYYY"),
        (
            ",".join(HEADER).replace("sn2025_band", "bands"),
            "add the columns snYYYY and snYYYY_band",
        ),
        (",".join((*HEADER, "name")), "the column name stands twice"),
        (",".join(HEADER) + '\n"E06000001,never closed', "close every quotation mark"),
        (",".join(HEADER) + "\nE06000001,Hartlepool", "there are 2 cells, and 16 columns"),
    ],
)
def test_what_is_no_such_file_is_said(text: str, said: str) -> None:
    edition = read(text, [])
    assert edition.rows == []
    assert any(said in problem.text for problem in edition.problems), edition.problems


def test_a_fault_is_not_said_again_of_those_who_name_the_row() -> None:
    edition = with_change(lambda rows: rows[1].update(two_tier="maybe"))
    assert [problem.line for problem in edition.problems] == [3]


def test_every_problem_is_said_at_once() -> None:
    def spoil(rows: list[Row]) -> None:
        rows[0]["two_tier"] = "maybe"
        rows[3] |= {"la_code": "x", "type": "village"}

    assert [problem.line for problem in with_change(spoil).problems].count(5) >= 2
    assert with_change(spoil).problems[0].line == 2
