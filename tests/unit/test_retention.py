"""The retention schedule as people write it: what is wrong stops the start, in plain words."""

from pathlib import Path

import pytest

from portal.core.config import ROOT
from portal.core.retention import Rule, Rules, read

SOUND = "a: {days: 90, why: To see.}\nb: {days: 2, why: To know.}\n"


def rule(name: str, least: int = 1) -> Rule:
    return Rule(
        name,
        label=name,
        what=name,
        since="after",
        count=lambda session, before: 0,
        remove=lambda session, before, most: 0,
        least=least,
    )


@pytest.fixture
def rules() -> Rules:
    made = Rules()
    made.register(rule("a"))
    made.register(rule("b", least=2))
    return made


def test_a_schedule_says_for_each_rule_how_long_and_why(rules: Rules, tmp_path: Path) -> None:
    path = tmp_path / "retention.yaml"
    path.write_text(SOUND, encoding="utf-8")
    read_back = [(one.rule.name, one.days, one.span, one.why) for one in read(path, rules)]
    assert read_back == [("a", 90, "90 days", "To see."), ("b", 2, "2 days", "To know.")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SOUND + "c: {days: 1, why: x}", "speaks of what the portal does not keep: c"),
        ("a: {days: 90, why: To see.}", "does not say how long the portal keeps: b"),
        (SOUND.replace("90", "ninety"), "the days of a must be a whole number from 1 to 36500"),
        (SOUND.replace("90", "1.5"), "the days of a must be a whole number"),
        (SOUND.replace("90", "true"), "the days of a must be a whole number"),
        (SOUND.replace("90", "0"), "the days of a must be a whole number"),
        (SOUND.replace("90", "-1"), "the days of a must be a whole number"),
        (SOUND.replace("90", "99999999"), "the days of a must be a whole number"),
        (SOUND.replace("days: 2", "days: 1"), "the days of b must be a whole number from 2"),
        (SOUND.replace("To see.", "''"), "a does not say why"),
        (SOUND.replace(", why: To see.", ""), "a needs `days` and `why`, and nothing else"),
        (SOUND.replace("why: To see.", "why: x, weeks: 1"), "a needs `days` and `why`"),
        (SOUND.replace("{days: 90, why: To see.}", "90"), "a needs `days` and `why`"),
        ("- a\n- b\n", "is not a list of rules"),
        ("", "is not a list of rules"),
        ("a: {", "can’t be read"),
        ("a: \x00", "can’t be read"),
    ],
)
def test_what_is_wrong_in_a_schedule_is_said(
    rules: Rules, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "retention.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"retention\.yaml") as raised:
        read(path, rules)
    assert said in str(raised.value)


def test_a_schedule_that_is_not_there_is_said(rules: Rules, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"retention\.yaml can’t be read"):
        read(tmp_path / "retention.yaml", rules)


def test_a_rule_has_one_owner(rules: Rules) -> None:
    with pytest.raises(ValueError, match="decided elsewhere"):
        rules.register(rule("a"))


@pytest.mark.parametrize(
    ("days", "span"), [(1, "1 day"), (30, "30 days"), (365, "1 year"), (2190, "6 years")]
)
def test_a_time_is_written_as_people_say_it(
    rules: Rules, tmp_path: Path, days: int, span: str
) -> None:
    path = tmp_path / "retention.yaml"
    path.write_text(SOUND.replace("90", str(days)), encoding="utf-8")
    assert read(path, rules)[0].span == span


def test_the_comment_of_the_schedule_is_right_about_commands() -> None:
    text = (ROOT / "content" / "retention.yaml").read_text(encoding="utf-8")
    comment = " ".join(line.lstrip("# ") for line in text.splitlines() if line.startswith("#"))
    assert "flask retention apply --dry-run" in comment
