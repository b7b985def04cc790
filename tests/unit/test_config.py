"""Without its settings production does not start; a demonstration never opens over real data."""

import json
import os
from pathlib import Path

import pytest

from portal.core.config import SECRET_LENGTH, Settings, from_environment

SECRET = "s3cr3t" * 8


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.upper().startswith("PORTAL_") or name.upper() == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("PORTAL_INSTANCE", str(tmp_path / "instance"))


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("PORTAL_SECRET_KEY", SECRET)
    return monkeypatch


@pytest.fixture
def demonstration(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("PORTAL_DEMONSTRATION", "1")
    return monkeypatch


def test_production_does_not_start_without_a_secret() -> None:
    with pytest.raises(ValueError, match="PORTAL_SECRET_KEY is not set"):
        Settings()


@pytest.mark.parametrize("secret", ["", "x" * (SECRET_LENGTH - 1)])
def test_a_short_secret_is_refused(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", secret)
    with pytest.raises(ValueError, match="too short"):
        Settings()


def test_a_refusal_does_not_repeat_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", "hunter2")
    monkeypatch.setenv("DATABASE_URL", "postgres://portal:swordfish@db/portal")
    with pytest.raises(ValueError, match="too short") as refused:
        Settings()
    assert "hunter2" not in str(refused.value)
    assert "swordfish" not in str(refused.value)


def test_a_start_that_fails_says_what_to_set_and_nothing_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", "hunter2")
    with pytest.raises(SystemExit) as stopped:
        from_environment()
    assert "PORTAL_SECRET_KEY is too short" in str(stopped.value)
    assert "hunter2" not in str(stopped.value)


def test_settings_do_not_show_the_secret(production: pytest.MonkeyPatch) -> None:
    assert SECRET not in repr(Settings())


def test_production_is_no_demonstration(production: pytest.MonkeyPatch) -> None:
    assert not Settings().demonstration


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_SECRET_KEY", SECRET),
        ("DATABASE_URL", "postgres://db/portal"),
        ("PORTAL_HOSTS", json.dumps(["portal.example.org"])),
        ("PORTAL_PROXIES", "1"),
        ("PORTAL_EDUCATION_GOV_UK", "1"),
    ],
)
def test_a_demonstration_is_refused_beside_a_setting_of_production(
    demonstration: pytest.MonkeyPatch, name: str, value: str
) -> None:
    demonstration.setenv(name, value)
    with pytest.raises(ValueError, match=f"unset {name} or unset PORTAL_DEMONSTRATION"):
        Settings()


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@db:5432/portal", "postgresql+psycopg://u:p@db:5432/portal"),
        (
            "postgresql://db/portal?sslmode=require",
            "postgresql+psycopg://db/portal?sslmode=require",
        ),
        ("postgresql+psycopg://db/portal", "postgresql+psycopg://db/portal"),
        ("sqlite:////srv/portal.sqlite", "sqlite:////srv/portal.sqlite"),
    ],
)
def test_an_address_of_postgresql_names_the_driver_that_is_installed(
    production: pytest.MonkeyPatch, given: str, used: str
) -> None:
    production.setenv("DATABASE_URL", given)
    assert Settings().database == used


def test_without_an_address_the_database_is_a_file_of_the_instance(
    production: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert Settings().database == f"sqlite:///{tmp_path}/instance/portal.sqlite"


def test_a_cookie_of_production_never_leaves_https(production: pytest.MonkeyPatch) -> None:
    flask = Settings().for_flask()
    assert flask["SECRET_KEY"] == SECRET
    assert flask["SESSION_COOKIE_SECURE"] is True
    assert flask["SESSION_COOKIE_HTTPONLY"] is True
    assert flask["SESSION_COOKIE_NAME"].startswith("__Host-")


def test_a_demonstration_answers_to_this_machine_only(demonstration: pytest.MonkeyPatch) -> None:
    assert Settings().for_flask()["TRUSTED_HOSTS"] == ["localhost", "127.0.0.1"]


def test_a_demonstration_keeps_its_own_key_in_private(
    demonstration: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = Settings().signing_key
    assert len(key) >= SECRET_LENGTH
    assert Settings().signing_key == key
    path = tmp_path / "instance" / "demonstration" / "demonstration-key"
    assert path.stat().st_mode & 0o077 == 0
    demonstration.setenv("PORTAL_INSTANCE", str(tmp_path / "another"))
    assert Settings().signing_key != key


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_SESSION_IDLE_MINUTES", "1000"),
        ("PORTAL_SESSION_HOURS", "100"),
        ("PORTAL_PROXIES", "-1"),
    ],
)
def test_a_setting_that_would_weaken_sessions_is_refused(
    production: pytest.MonkeyPatch, name: str, value: str
) -> None:
    production.setenv(name, value)
    with pytest.raises(ValueError, match=name.removeprefix("PORTAL_").lower()):
        Settings()
