"""The demonstration, from preparing it to the first press."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing, suppress
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect
from playwright.sync_api import Page as Tab

from portal.core.config import ROOT
from portal.operations.demonstration import PEOPLE
from tests.e2e.servers import Portals, Server, demonstration_settings, environment, flask
from tests.workers import PATIENCE, until


@pytest.fixture
def demonstration(portals: Portals) -> Server:
    return portals.of("demonstration")


def test_the_sign_in_page_says_what_it_is_and_lists_the_accounts(
    tab: Tab, demonstration: Server
) -> None:
    tab.goto(f"{demonstration.address}/")
    expect(tab.locator(".govuk-phase-banner")).to_contain_text("The people are invented")
    accounts = tab.get_by_role("region", name="Accounts to try")
    expect(accounts).to_contain_text("the people are invented and their passwords are published")
    names = [f"Sign in as {name}" for name, *_ in PEOPLE]
    assert len(names) == 18
    expect(accounts.get_by_role("button")).to_have_text(names)


def test_one_press_signs_in_and_leads_to_the_page_that_was_wanted(
    tab: Tab, demonstration: Server
) -> None:
    tab.goto(f"{demonstration.address}/account")
    with tab.expect_navigation():
        tab.get_by_role("button", name="Sign in as Ruth Mensah").click()
    assert tab.url == f"{demonstration.address}/account"
    expect(tab.get_by_role("main")).to_contain_text("ruth.mensah@authority-a.example")
    expect(tab.get_by_role("main")).to_contain_text("Strategic lead")


def test_the_published_password_can_be_typed_too(tab: Tab, demonstration: Server) -> None:
    tab.goto(f"{demonstration.address}/sign-in")
    tab.get_by_label("E-mail address").fill("kate.lindqvist@curators.example")
    tab.get_by_label("Password", exact=True).fill(tab.locator("main code").inner_text())
    with tab.expect_navigation():
        tab.get_by_role("button", name="Sign in", exact=True).click()
    assert tab.url == f"{demonstration.address}/"


def test_preparing_it_again_adds_nothing(tmp_path: Path) -> None:
    given = demonstration_settings(tmp_path)
    first = flask("demonstration", "prepare", given=given)
    assert first.returncode == 0, first.stderr
    assert f"Accounts: {len(PEOPLE)} added" in first.stdout
    second = flask("demonstration", "prepare", given=given)
    assert second.returncode == 0, second.stderr
    lines = second.stdout.splitlines()
    assert [line.partition(",")[0] for line in lines] == [
        "Authorities: 0 added",
        "Documents: 0 added",
        "Answers in profiles: 0 added",
        "Rounds of the self-assessment: 0 added",
        "Accounts: 0 added",
        "Texts in progress: 0 added",
    ]


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        given = demonstration_settings(tmp_path) | {"PORT": str(port)}
        result = flask("demonstration", "serve", given=given)
    assert result.returncode != 0
    said = (result.stdout + result.stderr).splitlines()
    assert len(said) == 1
    assert f"port {port} is taken" in said[0]


def works(instance: Path) -> bool:
    """Tell whether the worker has done what is due every minute."""
    with closing(sqlite3.connect(instance / "demonstration" / "portal.sqlite")) as connection:
        done = "SELECT count(*) FROM job WHERE name = 'library.index' AND state = 'done'"
        return bool(connection.execute(done).fetchone()[0])


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://localhost:{port}/robots.txt", timeout=PATIENCE).close()
    except OSError:
        return False
    return True


def letters(instance: Path) -> str:
    folder = instance / "demonstration" / "mail"
    return "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.eml"))


def ask_for_a_password(context: BrowserContext, address: str) -> None:
    tab = context.new_page()
    tab.goto(f"{address}/forgotten-password")
    tab.get_by_label("E-mail address").fill("amira.khan@authority-a.example")
    with tab.expect_navigation():
        tab.get_by_role("main").get_by_role("button").first.click()


def processes_of(group: int) -> list[int]:
    """Return the processes of a group that are still there, as Linux lists them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            state, _, of_group = path.read_text().rpartition(") ")[2].split()[:3]
            if int(of_group) == group and state != "Z":
                found.append(int(path.parent.name))
    return found


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demonstration was prepared."""
    folder = tmp_path_factory.mktemp("prepared")
    result = flask("demonstration", "prepare", given=demonstration_settings(folder))
    assert result.returncode == 0, result.stderr
    return folder


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_it_is_served_together_with_a_worker_and_leaves_nothing_behind(
    context: BrowserContext, prepared: Path, tmp_path: Path, how: str
) -> None:
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    given = demonstration_settings(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "demonstration", "serve"],
        cwd=ROOT,
        env=environment(given | {"PORT": str(port)}),
        start_new_session=True,
    )
    try:
        until(lambda: answers(port))
        until(lambda: works(tmp_path))
        ask_for_a_password(context, f"http://localhost:{port}")
        until(lambda: f"http://localhost:{port}/choose-password" in letters(tmp_path))
        # a terminal tells all of them, a supervisor only the first; nothing can tell after a kill
        tell = os.killpg if how == "SIGINT" else os.kill
        tell(process.pid, signal.Signals[how])
        process.wait(PATIENCE)
        until(lambda: processes_of(process.pid) == [])
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("command", ["prepare", "serve"])
def test_a_real_service_is_never_made_a_demonstration(tmp_path: Path, command: str) -> None:
    given = {"PORTAL_SECRET_KEY": os.urandom(32).hex(), "PORTAL_INSTANCE": str(tmp_path)}
    result = flask("demonstration", command, given=given)
    assert result.returncode != 0
    assert "PORTAL_DEMONSTRATION=1" in result.stderr
