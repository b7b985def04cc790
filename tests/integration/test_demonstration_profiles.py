"""The ten areas of the report: what it states, what a reader inferred, and nothing else."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.authorities import profiles, service
from portal.authorities.models import Authority, ProfileAnswer, State
from portal.authorities.profiles import Profile
from portal.core.config import ROOT
from portal.core.database import commit, db, reading
from portal.operations.demonstration import add_profiles
from tests.integration.describing import answer
from tests.integration.inviting import authority
from tests.people import LEAD

CONTENT = ROOT / "content"
CODED = {
    # as one reader coded the report: Prevent, prevalence, tier, who holds, route, cases, training
    "A": "yes high child-protection dedicated-team front-door 4 4",
    "B": "yes moderate child-protection spread front-door ? ?",
    "C": "yes moderate early-help spread channel-panel 3 1",
    "D": "yes moderate police-led dedicated-team prevent-police 3 3",
    "E": "yes moderate early-help spread front-door 3 ?",
    "F": "no moderate child-protection spread several 2 1",
    "G": "no low police-led spread prevent-police 1 4",
    "H": "no low universal-services spread front-door 1 4",
    "I": "yes high community-safety dedicated-team channel-panel 4 ?",
    "J": "yes moderate community-safety named-lead channel-panel 2 4",
}
COLUMNS = ("prevent", "prevalence", "tier", "holds", "route", "case_volume", "training")
MASH = {"D": "planned", "J": "no"}
"""What the report says of a hub; of the other eight that there is one."""


def filled(app: Flask) -> dict[str, Profile]:
    """Load the register of the demonstration and its profiles; return them by code."""
    with app.app_context():
        rows, problems = service.read_file(CONTENT / "demonstration-authorities.csv")
        assert not problems
        for row in rows:
            db.session.add(
                Authority(code=row.code, name=row.name, region=row.region, type=row.type)
            )
        db.session.flush()
        assert add_profiles(db.session, CONTENT) > 0
        commit()
    with app.app_context(), reading():
        by_id = profiles.profiles(db.session)
        codes = {id_: code for code, id_ in service.ids_by_code(db.session).items()}
        return {codes[id_]: profile for id_, profile in by_id.items()}


def ten(app: Flask) -> dict[str, Profile]:
    """Return the areas of the report, without those that are invented."""
    return {code: profile for code, profile in filled(app).items() if code in CODED}


def test_the_ten_areas_are_as_they_were_coded(portal: Flask) -> None:
    found = ten(portal)
    as_coded = {
        code: " ".join(profile.term(column) or "?" for column in COLUMNS)
        for code, profile in found.items()
    }
    assert as_coded == CODED
    assert {code: one.term("mash") for code, one in found.items()} == dict.fromkeys(
        CODED, "yes"
    ) | MASH


def test_the_other_areas_say_that_they_are_invented(portal: Flask) -> None:
    for code, profile in filled(portal).items():
        if code not in CODED:
            assert not profile.stated
            assert profile.inferred
            for one in profile.inferred.values():
                assert one.source == f"Invented for the demonstration, like area {code[0]}"


def test_only_what_the_report_says_is_stated(portal: Flask) -> None:
    found = ten(portal)
    stated = {code: sorted(one.stated) for code, one in found.items()}
    as_type = [code for code, keys in stated.items() if "prevalence" in keys]
    assert as_type == ["A", "G", "H", "I"], "the report names the type of these four alone"
    assert all(
        set(keys) <= {"mash", "prevalence", "prevent", "two_tier"} for keys in stated.values()
    )
    for profile in found.values():
        for one in (*profile.stated.values(), *profile.inferred.values()):
            assert one.source
            assert "DFE-RR555 (practice of 2016)" in one.source
            assert one.by_id is None
            assert one.state == State.GIVEN
    assert [code for code, one in found.items() if one.term("two_tier")] == ["C"]


def test_nothing_is_said_in_the_name_of_a_lead(portal: Flask) -> None:
    for profile in filled(portal).values():
        for key in ("hosting", "capacity", "offers", "wants", "conflicts", "contacts"):
            assert profile.answer(key) is None


def test_loading_again_changes_nothing_and_leaves_what_a_lead_said(portal: Flask) -> None:
    filled(portal)
    with portal.app_context():
        assert add_profiles(db.session, CONTENT) == 0


def test_what_a_lead_says_is_not_loaded_over(portal: Flask, tmp_path: Path) -> None:
    answer(portal, LEAD, tier="early-help")
    text = (
        "E06000001:\n- {origin: stated, source: A report, answers: {tier: police-led, mash: 'no'}}"
    )
    (tmp_path / "demonstration-profiles.yaml").write_text(text, encoding="utf-8")
    with portal.app_context():
        assert add_profiles(db.session, tmp_path) == 1
        commit()
    with portal.app_context(), reading():
        profile = profiles.profile_of(db.session, authority(portal))
    assert (profile.term("tier"), profile.term("mash")) == ("early-help", "no")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a list", "no list of authorities"),
        ("Z: [{origin: stated, source: A, answers: {}}]", "Z is not in the register"),
        ("E06000001: [{origin: stated, answers: {}}]", "a block has answers, origin, source"),
        ("E06000001: [{origin: guessed, source: A, answers: {}}]", "guessed"),
        ("E06000001: [{origin: stated, source: A, answers: {hosting: 'yes'}}]", "hosting"),
        ("E06000001: [{origin: stated, source: A, answers: {tier: high}}]", "Choose one"),
        ("E06000001: [{origin: inferred, source: '', answers: {mash: 'no'}}]", "inferred from"),
    ],
)
def test_a_faulty_file_loads_nothing(portal: Flask, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "demonstration-profiles.yaml").write_text(text, encoding="utf-8")
    with portal.app_context():
        with pytest.raises(ValueError, match=said):
            add_profiles(db.session, tmp_path)
        assert db.session.scalars(select(ProfileAnswer)).all() == []
