"""The register and a curator's file: every row or none, the difference first, nothing deleted."""

from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.audit.models import AuditEntry
from portal.authorities import figures
from portal.authorities.models import Authority, AuthorityFigures, AuthorityNeighbour, Band
from portal.core.database import db, reading
from tests import editions
from tests.client import Page, Reader, reader
from tests.editions import Row
from tests.integration.describing import infer, state
from tests.integration.inviting import authority
from tests.people import CURATOR, LEAD, PRACTITIONER

ADDRESS = "/authorities/import"


def run(app: Flask, *arguments: object, status: int = 0, answer: str = "") -> str:
    given = ["authorities", "import", *(str(argument) for argument in arguments)]
    result = app.test_cli_runner().invoke(args=given, input=answer)
    assert result.exit_code == status, result.output
    return result.output


@pytest.fixture
def rows() -> list[Row]:
    return editions.rows()


@pytest.fixture
def file(tmp_path: Path, rows: list[Row]) -> Path:
    return written(tmp_path / "figures.csv", rows)


def written(path: Path, rows: list[Row]) -> Path:
    path.write_text(editions.text(rows), encoding="utf-8")
    return path


def numbers(app: Flask) -> tuple[int, int, int]:
    """Return how many authorities, figures and neighbours there are."""
    with app.app_context(), reading():
        tables = (Authority, AuthorityFigures, AuthorityNeighbour)
        found = [db.session.scalar(select(func.count()).select_from(table)) for table in tables]
    return found[0] or 0, found[1] or 0, found[2] or 0


def entries(app: Flask) -> list[dict[str, int]]:
    with app.app_context(), reading():
        query = select(AuditEntry.details).where(
            AuditEntry.action == "register.imported", AuditEntry.object_id == "published figures"
        )
        return list(db.session.scalars(query.order_by(AuditEntry.id)))


# ---- The command


def test_a_dry_run_shows_the_difference_and_loads_nothing(portal: Flask, file: Path) -> None:
    said = run(portal, file, "--dry-run")
    assert "Columns passed over: sn2021, colour" in said
    assert "E06000001 Hartlepool\n" in said
    assert "  Children in poverty: not stated -> 10.5%" in said
    assert "  Statistical neighbours: not stated -> 2 of 2025" in said
    assert said.count("Not in the file, and left as it is: ") == 149
    assert numbers(portal) == (153, 0, 0)


def test_a_file_is_loaded_once_somebody_says_so(portal: Flask, file: Path) -> None:
    run(portal, file, status=1, answer="n\n")
    assert numbers(portal) == (153, 0, 0)
    said = run(portal, file, answer="y\n")
    assert said.endswith("Authorities: 0 added, 4 changed, 0 unchanged\n")
    assert numbers(portal) == (153, 4, 8)
    here = authority(portal)
    with portal.app_context(), reading():
        found = figures.figures_of(db.session, here)
        near = figures.neighbours_of(db.session, here)
        one = db.session.get(Authority, here)
        assert one is not None
        assert (one.la_code, one.two_tier) == ("800", False)
    assert found is not None
    assert (found.year, found.source) == (2025, "figures of a test")
    assert found.percentages["fsm_secondary_pct"] is None
    assert [(n.rank, n.band) for n in near] == [(1, Band.VERY_CLOSE), (2, Band.SOMEWHAT_CLOSE)]
    assert [n.authority_id for n in near] == [
        authority(portal, "E06000004"),
        authority(portal, "E06000003"),
    ]
    assert entries(portal) == [{"added": 0, "changed": 4, "unchanged": 0}]


def test_loading_again_changes_nothing(portal: Flask, file: Path) -> None:
    run(portal, file, "--yes")
    assert run(portal, file, "--yes").endswith("Nothing differs.\n")
    assert len(entries(portal)) == 1


def test_one_faulty_row_keeps_all_out(portal: Flask, tmp_path: Path, rows: list[Row]) -> None:
    rows[3]["two_tier"] = "maybe"
    said = run(portal, written(tmp_path / "a.csv", rows), "--yes", status=1)
    assert "line 5: write two_tier as 0 or 1" in said
    assert "nothing was loaded: mend the problem above" in said
    assert numbers(portal) == (153, 0, 0)
    assert entries(portal) == []


def test_what_is_no_text_is_refused(portal: Flask, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in run(portal, path, "--yes", status=1)
    path.write_text("a" * 300_001, encoding="utf-8")
    assert "longer than" in run(portal, path, "--yes", status=1)


def test_a_new_edition_takes_the_place_of_the_former(
    portal: Flask, tmp_path: Path, rows: list[Row], file: Path
) -> None:
    run(portal, file, "--yes")
    rows[0] |= {"sn2025": "803;801", "sn2025_band": "close;close", "child_poverty_pct": "11"}
    rows[1] |= {"name": "Middlesbrough and the Tees"}
    new = {"ons_code": "E06000099", "name": "Newshire", "la_code": "899", "type": "county"}
    rows.append(rows[2] | new | {"sn2025": "800;801"})
    said = run(portal, written(tmp_path / "b.csv", rows), "--yes")
    neighbours = (
        "2 of 2025 -> 2 of 2025; new: Middlesbrough and the Tees; gone: Redcar and Cleveland"
    )
    assert f"  Statistical neighbours: {neighbours}" in said
    assert "  Name: Middlesbrough -> Middlesbrough and the Tees" in said
    assert "E06000099 Newshire (new)" in said
    assert said.endswith("Authorities: 1 added, 2 changed, 2 unchanged\n")
    assert numbers(portal) == (154, 5, 10)


def test_two_authorities_may_exchange_their_codes(
    portal: Flask, tmp_path: Path, rows: list[Row], file: Path
) -> None:
    run(portal, file, "--yes")
    rows[0]["la_code"], rows[1]["la_code"] = "801", "800"
    rows[1]["sn2025"] = "801;803"
    run(portal, written(tmp_path / "b.csv", rows), "--yes")
    with portal.app_context(), reading():
        codes = select(Authority.code, Authority.la_code).where(Authority.la_code.is_not(None))
        found = {code: la_code for code, la_code in db.session.execute(codes)}
    assert (found["E06000001"], found["E06000002"]) == ("801", "800")


def test_the_starter_register_does_not_undo_what_a_curator_has_loaded(
    portal: Flask, tmp_path: Path, rows: list[Row]
) -> None:
    rows[0]["name"] = "Hartlepool and the Headland"
    run(portal, written(tmp_path / "a.csv", rows), "--yes")
    result = portal.test_cli_runner().invoke(args=["library", "import"])
    assert "Authorities: 0 added, 0 changed, 153 unchanged" in result.output
    with portal.app_context(), reading():
        name = select(Authority.name).where(Authority.code == "E06000001")
        assert db.session.scalar(name) == "Hartlepool and the Headland"


# ---- The page


def upload(client: Reader, text: str | bytes) -> tuple[int, Page]:
    token = client.page(ADDRESS).fields["csrf_token"]
    content = text.encode() if isinstance(text, str) else text
    data = {"csrf_token": token, "file": (BytesIO(content), "figures.csv")}
    answer = client.post(ADDRESS, data=data)
    return answer.status_code, Page(answer.text)


def test_a_curator_sees_the_difference_and_loads_it_at_a_second_press(
    portal: Flask, rows: list[Row]
) -> None:
    client = reader(portal, CURATOR)
    status, page = upload(client, editions.text(rows))
    assert status == 200
    assert "4 authorities would change" in page.text
    assert "These columns are passed over: sn2021, colour." in page.text
    assert "149 authorities of the register are not in the file" in page.text
    assert Page.text_of(page.all("caption")[0]) == "Hartlepool"
    assert numbers(portal) == (153, 0, 0)
    data = {name: page.fields[name] for name in ("csrf_token", "text", "shown")}
    done = client.post(ADDRESS, data=data | {"load": "yes"})
    assert done.status_code == 302
    assert "Authorities added: 0, changed: 4." in client.page(done.location).text
    assert numbers(portal) == (153, 4, 8)
    _, again = upload(client, editions.text(rows))
    assert "Nothing differs from the register" in again.text


def test_a_long_difference_comes_in_parts(portal: Flask) -> None:
    client = reader(portal, CURATOR)
    _, page = upload(client, editions.text(editions.rows(45)))
    assert len(page.all("caption")) == 20
    assert "Part 1 of 3" in page.text
    data = {name: page.fields[name] for name in ("csrf_token", "text", "shown")}
    last = Page(client.post(ADDRESS, data=data | {"page": "3"}).text)
    assert len(last.all("caption")) == 5
    assert last.fields["text"].replace("\r", "") == page.fields["text"].replace("\r", "")
    data = {name: last.fields[name] for name in ("csrf_token", "text", "shown")}
    assert client.post(ADDRESS, data=data | {"load": "yes"}).status_code == 302
    assert numbers(portal)[1] == 45


def test_problems_stand_with_their_lines_and_nothing_can_be_loaded(
    portal: Flask, rows: list[Row]
) -> None:
    client = reader(portal, CURATOR)
    sound = upload(client, editions.text(rows))[1].fields
    rows[2]["child_poverty_pct"] = "<b>lots</b>"
    status, page = upload(client, editions.text(rows))
    assert status == 422
    assert "Line 4: Problem: Write child_poverty_pct as a number from 0 to 100" in page.text
    assert "load" not in [button.get("name") for button in page.all("button")]
    data = {"csrf_token": sound["csrf_token"], "shown": sound["shown"], "load": "yes"}
    forced = client.post(ADDRESS, data=data | {"text": editions.text(rows)})
    assert forced.status_code == 422, "checked again, whatever the form says"
    assert numbers(portal) == (153, 0, 0)


def test_what_is_loaded_is_what_was_shown(portal: Flask, rows: list[Row], tmp_path: Path) -> None:
    client = reader(portal, CURATOR)
    fields = upload(client, editions.text(rows))[1].fields
    run(portal, written(tmp_path / "a.csv", [rows[0] | {"sn2025": "", "sn2025_band": ""}]), "--yes")
    data = {name: fields[name] for name in ("csrf_token", "text", "shown")} | {"load": "yes"}
    answer = client.post(ADDRESS, data=data)
    assert answer.status_code == 409
    assert "the register has changed since the difference was shown" in Page(answer.text).text
    assert numbers(portal) == (153, 1, 0)
    other = [row | {"child_poverty_pct": "50"} for row in rows]
    swapped = client.post(ADDRESS, data=data | {"text": editions.text(other)})
    assert swapped.status_code == 409, "another file than the one whose difference was shown"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Mend the lines below and choose the file again"),
        (b"\xff\xfe", "saved as UTF-8 text"),
        (b"a\0b", "300,000 characters or fewer"),
        (b"a" * 300_001, "300,000 characters or fewer"),
        (b"a,b\n1,2", "Mend the lines below and choose the file again"),
    ],
    ids=["empty", "no text", "no character", "too long", "another table"],
)
def test_what_is_no_such_file_is_said_on_the_field(
    portal: Flask, content: bytes, said: str
) -> None:
    status, page = upload(reader(portal, CURATOR), content)
    assert status == 422
    (error,) = [e for e in page.all("p") if e.get("id") == "file-error"]
    assert said in Page.text_of(error)


def test_a_press_without_a_file_asks_for_one(portal: Flask) -> None:
    client = reader(portal, CURATOR)
    token = client.page(ADDRESS).fields["csrf_token"]
    for data in ({}, {"load": "yes"}, {"text": "a" * 300_001}):
        answer = client.post(ADDRESS, data={"csrf_token": token} | data)
        assert answer.status_code == 422
        assert "Choose a CSV file" in Page(answer.text).text


# ---- The pages of the register and of an authority


def test_a_curator_finds_authorities_by_name_and_by_what_is_known(portal: Flask) -> None:
    state(portal, tier="early-help")
    state(portal, hosting="yes")
    infer(portal, tier="police-led", route="several")
    client = reader(portal, CURATOR)
    page = client.page("/authorities?name=hartle")
    assert page.links["Hartlepool"] == f"/authorities/{authority(portal)}"
    assert "2 answers stated, 1 more inferred. Not confirmed yet." in page.text
    assert "1 authority" in client.page("/authorities?profile=stated").text
    assert "152 authorities" in client.page("/authorities?profile=nothing").text
    assert "No authority fits" in client.page("/authorities?profile=due").text
    assert "153 authorities" in client.page("/authorities?profile=unheard-of").text
    assert "No authority fits" in client.page("/authorities?name=%25").text
    assert client.page("/authorities?page=999").heading == "Authorities"
    assert "loaded" not in client.page("/authorities?added=x&changed=<b>").text


def test_published_figures_stand_on_the_page_of_the_authority(portal: Flask, file: Path) -> None:
    address = f"/authorities/{authority(portal)}"
    client = reader(portal, PRACTITIONER)
    assert "No figures have been loaded" in client.page(address).text
    run(portal, file, "--yes")
    for person in (PRACTITIONER, LEAD, CURATOR):
        text = reader(portal, person).page(address).text
        for words in ("10.5%", "Not published", "0%", "Edition of 2025", "Two-tier areaNo"):
            assert words in text
        assert "Stockton-on-Tees (very close)Redcar and Cleveland (somewhat close)" in text
