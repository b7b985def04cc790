"""The commands of the README, run as a person runs them, on both databases."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from portal.core.config import ROOT, Settings
from tests.databases import SECRET, Databases
from tests.people import PASSWORD
from tests.starter import DOCUMENTS


def production(folder: Path, address: str = "") -> dict[str, str]:
    """Return production settings for a folder and a database."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return kept | {
        "PORTAL_SECRET_KEY": SECRET,
        "PORTAL_INSTANCE": str(folder / "instance"),
        "PORTAL_HOSTS": "localhost, portal.example.gov.uk",
        "DATABASE_URL": address,
    }


@pytest.fixture
def environment(databases: Databases, tmp_path: Path) -> dict[str, str]:
    """Production settings with a database in which there is nothing."""
    address = databases.nothing(f"commands_{tmp_path.name}".lower()) if databases.server else ""
    return production(tmp_path, address)


def flask(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flask", "--app", "app", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_real_portal_is_set_up_as_the_readme_says(environment: dict[str, str]) -> None:
    for arguments, said in (
        (["db", "upgrade"], ""),
        (["library", "import"], f"Documents: {DOCUMENTS} added, 0 changed, 0 unchanged"),
        (["library", "import"], f"Documents: 0 added, 0 changed, {DOCUMENTS} unchanged"),
        (["search", "reindex"], f"{DOCUMENTS} documents indexed"),
        (
            ["admin", "create", "--email", "a@b.example", "--name", "A", "--password", PASSWORD],
            "a@b.example is an administrator and can sign in.",
        ),
    ):
        result = flask(environment, *arguments)
        assert result.returncode == 0, result.stderr
        assert said in result.stdout
    again = flask(
        environment,
        "admin",
        "create",
        "--email",
        "A@b.example",
        "--name",
        "A",
        "--password",
        PASSWORD,
    )
    assert again.returncode == 1
    assert "a@b.example has an account already" in again.stderr
    assert "Traceback" not in again.stderr


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"PORTAL_SECRET_KEY": ""}, "PORTAL_SECRET_KEY is too short"),
        ({"PORTAL_SECRET_KEY": " " * 64}, "PORTAL_SECRET_KEY is too short"),
        ({"PORTAL_DEMONSTRATION": "1"}, "can't be switched on together with production settings"),
        ({"PORTAL_SESSION_HOURS": "99"}, "less than or equal to 24"),
    ],
)
def test_settings_that_do_not_go_together_stop_it_in_one_line(
    tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    result = flask(production(tmp_path) | changed, "library", "import")
    assert result.returncode == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert SECRET not in result.stderr


def test_without_a_secret_key_it_does_not_start(environment: dict[str, str]) -> None:
    del environment["PORTAL_SECRET_KEY"]
    result = flask(environment, "db", "upgrade")
    assert result.returncode == 1
    assert "PORTAL_SECRET_KEY is not set. Make one with" in result.stderr


def test_a_demonstration_never_shares_a_database_with_a_real_service(tmp_path: Path) -> None:
    real = Settings(secret_key=SECRET, instance=tmp_path)  # type: ignore[arg-type]  # as the environment gives it
    demonstration = Settings(demonstration=True, instance=tmp_path)
    assert real.database != demonstration.database
    assert real.instance != demonstration.instance


def test_accounts_to_try_are_never_put_into_a_real_service(portal: Flask) -> None:
    result = portal.test_cli_runner().invoke(args=["demonstration", "prepare"])
    assert result.exit_code == 1
    assert "published passwords" in result.output


def test_a_demonstration_is_not_served_to_the_network(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gunicorn", "--bind", "0.0.0.0:0", "app:app"]
    environment = {
        "PATH": os.environ["PATH"],
        "PORTAL_DEMONSTRATION": "1",
        "PORTAL_INSTANCE": str(tmp_path),
    }
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode != 0
    assert "on 127.0.0.1 alone" in result.stderr
