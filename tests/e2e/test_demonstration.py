"""The demonstration, from preparing it to the first press."""

import os
import socket
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from portal.operations.demonstration import PEOPLE
from tests.e2e.servers import Portals, Server, demonstration_settings, flask


@pytest.fixture
def demonstration(portals: Portals) -> Server:
    return portals.of("demonstration")


def test_the_sign_in_page_says_what_it_is_and_lists_ten_accounts(
    tab: Tab, demonstration: Server
) -> None:
    tab.goto(f"{demonstration.address}/")
    expect(tab.locator(".govuk-phase-banner")).to_contain_text("The people are invented")
    accounts = tab.get_by_role("region", name="Accounts to try")
    expect(accounts).to_contain_text("the people are invented and their passwords are published")
    names = [f"Sign in as {name}" for name, *_ in PEOPLE]
    assert len(names) == 10
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
        "Accounts: 0 added",
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


@pytest.mark.parametrize("command", ["prepare", "serve"])
def test_a_real_service_is_never_made_a_demonstration(tmp_path: Path, command: str) -> None:
    given = {"PORTAL_SECRET_KEY": os.urandom(32).hex(), "PORTAL_INSTANCE": str(tmp_path)}
    result = flask("demonstration", command, given=given)
    assert result.returncode != 0
    assert "PORTAL_DEMONSTRATION=1" in result.stderr
