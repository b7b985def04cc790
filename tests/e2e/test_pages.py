"""Every page, narrow and wide: accessible, valid, quiet, and from this server alone."""

import json
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page as Tab
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from portal import create_app
from portal.core.config import ROOT, Settings
from tests.databases import Databases
from tests.e2e.browsing import Visitor, sign_in
from tests.e2e.checks import accessibility_violations, problems
from tests.e2e.pages import NO_PAGE, PAGES, SIZES, PortalPage
from tests.e2e.servers import Portals
from tests.people import PRACTITIONER

HTML_VALIDATE = ROOT / "node_modules" / ".bin" / "html-validate"
OFF: dict[str, str] = {}
"""Rules of html-validate that are switched off, each with the reason."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_sound(visitor: Visitor, page: PortalPage) -> None:
    """Opened as narrow as a phone, then made as wide as a desk's window."""
    found = {}
    with visitor.visit(page, min(SIZES)) as visit:
        for width in sorted(SIZES):
            visit.resize(width)
            found[width] = problems(visit)
    assert found == {width: {} for width in sorted(SIZES)}


COPIES = ("/library/guidance-001/download.html", "/account/export/your-data.html")
"""Files that leave the portal and are read elsewhere."""


@pytest.fixture(scope="module")
def copies_to_keep(visitor: Visitor) -> dict[str, str]:
    context = visitor.browser.new_context()
    server = visitor.portals.of("open")
    tab = context.new_page()
    sign_in(tab, server, PRACTITIONER)
    texts = {address: context.request.get(server.address + address).text() for address in COPIES}
    context.close()
    return texts


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("address", COPIES)
def test_a_copy_to_keep_is_accessible(
    context: BrowserContext,
    copies_to_keep: dict[str, str],
    tmp_path: Path,
    address: str,
    width: int,
) -> None:
    file = tmp_path / "copy.html"
    file.write_text(copies_to_keep[address], encoding="utf-8")
    tab = context.new_page()
    tab.set_viewport_size({"width": width, "height": SIZES[width]})
    tab.goto(file.as_uri())
    assert not accessibility_violations(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_the_html_of_every_page_is_valid(
    visitor: Visitor, copies_to_keep: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "html"
    folder.mkdir()
    for page in PAGES:
        (folder / f"{page.name}.html").write_text(visitor.html_of(page), encoding="utf-8")
    for number, copy in enumerate(copies_to_keep.values()):
        (folder / f"copy-to-keep-{number}.html").write_text(copy, encoding="utf-8")
    settings = tmp_path / "htmlvalidate.json"
    rules = {
        "root": True,
        "extends": ["html-validate:standard"],
        "rules": dict.fromkeys(OFF, "off"),
    }
    settings.write_text(json.dumps(rules), encoding="utf-8")
    result = subprocess.run(
        [HTML_VALIDATE, "--config", settings, "--formatter", "json", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout, result.stderr
    found = [
        f"{message['ruleId']}: {message['message']} ({Path(file['filePath']).name}"
        f":{message['line']})"
        for file in json.loads(result.stdout)
        for message in file["messages"]
    ]
    assert not found


def endpoint_of(addresses: MapAdapter, page: PortalPage) -> str | int | None:
    """Return what answers at the page's address, or the error that it leads to."""
    try:
        endpoint, _ = addresses.match(page.address.partition("?")[0])
    except HTTPException as error:
        return error.code
    return str(endpoint)


def test_every_endpoint_that_gives_a_page_is_in_the_list(tmp_path: Path) -> None:
    app = create_app(Databases(tmp_path).settings("guard", tmp_path))
    tried_out = create_app(Settings(demonstration=True, instance=tmp_path))
    of_portal = {"demonstration": tried_out.url_map.bind("localhost")}
    real = app.url_map.bind("localhost")
    met = {page.name: endpoint_of(of_portal.get(page.portal, real), page) for page in PAGES}
    lost = [p.name for p in PAGES if isinstance(met[p.name], int) and met[p.name] != p.status]
    assert lost == [], "these lead nowhere"
    answers_get = {
        rule.endpoint for rule in tried_out.url_map.iter_rules() if "GET" in (rule.methods or ())
    }
    assert answers_get - set(met.values()) - NO_PAGE.keys() == set(), "add these to pages.py"
    assert NO_PAGE.keys() - answers_get == set(), "these are gone: take them off the list"
    assert NO_PAGE.keys() & set(met.values()) == set(), "these do give a page"


def test_every_page_has_a_name_of_its_own() -> None:
    names = Counter(page.name for page in PAGES)
    assert [name for name, times in names.items() if times > 1] == []


def test_every_error_page_of_the_portal_is_in_the_list() -> None:
    folder = ROOT / "portal" / "ui" / "templates" / "ui" / "errors"
    coded = {int(path.stem) for path in folder.glob("[0-9]*.html")}
    assert coded - {page.status for page in PAGES} == set()


def test_the_password_of_a_page_stays_hidden(tab: Tab, portals: Portals) -> None:
    tab.goto(f"{portals.of('open').address}/sign-in")
    field = tab.get_by_label("Password", exact=True)
    assert field.get_attribute("type") == "password"
    tab.get_by_role("button", name="Show password").click()
    assert field.get_attribute("type") == "text"
