"""The word lists are whole, and each says where it comes from."""

import csv

from portal.core.config import ROOT
from portal.disclosure import Kind, Lists, find
from portal.disclosure.lists import OURS, fold


def test_every_authority_of_the_portal_is_known_without_a_database() -> None:
    listed = {
        fold(line) for line in (OURS / "authorities.txt").read_text(encoding="utf-8").splitlines()
    }
    with (ROOT / "content" / "authorities.csv").open(encoding="utf-8", newline="") as lines:
        names = [row["name"].removesuffix(", City of") for row in csv.DictReader(lines)]
    assert names
    assert [name for name in names if fold(name) not in listed] == []


def test_an_authority_is_found_by_its_name_with_council_behind_it() -> None:
    with (ROOT / "content" / "authorities.csv").open(encoding="utf-8", newline="") as lines:
        names = [row["name"].removesuffix(", City of") for row in csv.DictReader(lines)]
    lists = Lists.load()
    wanted = {Kind.AUTHORITY, Kind.PLACE}
    missed = [
        name
        for name in names
        if not wanted & {one.kind for one in find(f"She wrote to {name} Council.", lists=lists)}
    ]
    assert missed == []


def test_every_word_list_names_its_source_and_licence() -> None:
    text = (OURS / "README.md").read_text(encoding="utf-8")
    files = {path.name for path in OURS.iterdir()} - {"README.md"}
    assert files
    assert [name for name in sorted(files) if f"| `{name}` |" not in text] == []


def test_who_the_places_come_from_is_said_where_their_licence_asks_for_it() -> None:
    for path in ("CONTENT-LICENCE.md", "docs/disclosure.md", "portal/disclosure/words/README.md"):
        text = (ROOT / path).read_text(encoding="utf-8")
        assert "GeoNames" in text, path
        assert "CC BY 4.0" in text, path
