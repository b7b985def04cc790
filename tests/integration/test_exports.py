"""Copies of a document: HTML, Markdown, OpenDocument and tagged PDF say the same in one order."""

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.core.database import db
from portal.library import odt, pdf
from tests.client import Page, reader
from tests.copies import (
    OFFICE,
    TABLE,
    TEXT,
    Pdf,
    odt_part,
    words_of_html,
    words_of_markdown,
    words_of_odt,
)
from tests.integration.test_attachments import attach
from tests.people import NOBODY, PRACTITIONER

EVERY_TYPE = ("case-001", "guidance-001", "protocol-001", "term-001")
WITHOUT_PANGO = (
    sys.executable,
    "-I",
    "-c",
    "import cffi, runpy\n"
    "def nothing(*_): raise OSError('cannot load library')\n"
    "cffi.FFI.dlopen = nothing\n"
    f"runpy.run_path({str(pdf.CHILD)!r}, run_name='__main__')",
)
"""The same program on a machine on which no library of the system is found."""


def pango_is_here() -> bool:
    """Tell whether this machine can make a PDF, by the answer of the program that makes them."""
    try:
        pdf.from_html("<title>x</title><p>x")
    except pdf.NotMade as error:
        return error.status != 501
    return True


@pytest.fixture(scope="module")
def with_pango() -> bool:
    return pango_is_here()


@pytest.mark.parametrize("reference", EVERY_TYPE)
def test_every_form_of_a_copy_says_the_same_in_the_same_order(
    library: Flask, with_pango: bool, reference: str
) -> None:
    client = reader(library, PRACTITIONER)
    at = f"/library/{reference}/download"
    said = words_of_html(client.get(f"{at}.html").text)
    assert len(said) > 60
    assert words_of_markdown(client.get(f"{at}.md").text) == said
    assert words_of_odt(client.get(f"{at}.odt").data) == said
    answer = client.get(f"{at}.pdf")
    if with_pango:
        assert answer.status_code == 200
        assert Pdf(answer.data).words == said
    else:
        assert answer.status_code == 501
        assert pdf.MISSING in Page(answer.text).text


def test_an_opendocument_copy_has_headings_lists_tables_and_links_of_its_own_kind(
    portal: Flask,
) -> None:
    attach(portal, "guidance-001")
    client = reader(portal, PRACTITIONER)
    answer = client.get("/library/guidance-001/download.odt")
    assert answer.mimetype == "application/vnd.oasis.opendocument.text"
    assert 'filename="guidance-001.odt"' in answer.headers["Content-Disposition"]
    content = odt_part(answer.data, "content.xml")
    headings = [
        (e.get(f"{TEXT}outline-level"), "".join(e.itertext())) for e in content.iter(f"{TEXT}h")
    ]
    title = client.page("/library/guidance-001").heading
    assert headings[0] == ("1", title)
    assert ("2", "About this document") in headings
    links = {e.get("{http://www.w3.org/1999/xlink}href") for e in content.iter(f"{TEXT}a")}
    assert "https://localhost/library/guidance-001/attachments/1" in links
    meta = odt_part(answer.data, "meta.xml")
    said = {e.tag.rpartition("}")[2]: e.text for e in meta.iter()}
    assert (said["title"], said["language"]) == (title, "en-GB")
    styles = odt_part(answer.data, "styles.xml")
    fo = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
    languages = {(e.get(f"{fo}language"), e.get(f"{fo}country")) for e in styles.iter()}
    assert languages <= {("en", "GB"), (None, None), ("none", "none"), ("zxx", "none")}
    odt_part(answer.data, "META-INF/manifest.xml")


def test_a_table_keeps_its_header_cells_and_what_was_typed_stays_text() -> None:
    html = (
        "<main><h1>T &amp; T</h1><table><thead><tr><th>A</th><th>B &lt;b&gt;</th></tr></thead>"
        "<tbody><tr><td>1</td><td></td></tr></tbody></table><ol>"
        "<li id='x'>One<ul><li>Two</li></ul></li></ol>"
        "<pre><code>a  b\nc\x0c</code></pre><blockquote><p>Said</p></blockquote>"
        '<p>See <a href="#x"><strong>it</strong></a>.<br>Then</p></main>'
    )
    content = odt_part(odt.from_html(html, title="T", subject="S"), "content.xml")
    (head,) = content.iter(f"{TABLE}table-header-rows")
    assert ["".join(c.itertext()) for c in head.iter(f"{TABLE}table-cell")] == ["A", "B <b>"]
    rows = list(content.iter(f"{TABLE}table-row"))
    assert [len(list(row.iter(f"{TABLE}table-cell"))) for row in rows] == [2, 2]
    (outer,) = (e for e in content.iter(f"{OFFICE}text"))
    assert len(outer.findall(f"{TEXT}list")) == 1
    assert len(list(outer.iter(f"{TEXT}list"))) == 2
    (mark,) = (e.get(f"{TEXT}name") for e in content.iter(f"{TEXT}bookmark"))
    assert mark == "x"


@pytest.mark.parametrize("reference", EVERY_TYPE)
def test_a_pdf_is_tagged_or_the_page_says_what_is_missing(
    library: Flask, with_pango: bool, reference: str
) -> None:
    client = reader(library, PRACTITIONER)
    answer = client.get(f"/library/{reference}/download.pdf")
    if not with_pango:
        assert answer.status_code == 501
        return
    assert answer.mimetype == "application/pdf"
    made = Pdf(answer.data)
    assert client.page(f"/library/{reference}").heading in made.title
    assert made.catalog["Lang"] == b"en-GB"
    assert made.catalog["MarkInfo"]["Marked"] is True
    assert made.catalog["ViewerPreferences"]["DisplayDocTitle"] is True
    assert {"Document", "H1", "H2", "P", "L", "LI"} <= made.kinds


def test_without_pango_one_sentence_says_so_and_the_other_forms_are_offered(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(pdf.NotMade) as raised:
        pdf.from_html("<title>x</title><p>x", WITHOUT_PANGO)
    assert (str(raised.value), raised.value.status) == (pdf.MISSING, 501)
    monkeypatch.setattr(pdf.from_html, "__defaults__", (WITHOUT_PANGO,))
    client = reader(portal, PRACTITIONER)
    page = client.page("/library/case-001/download.pdf", status=501)
    assert "(Pango) is not installed" in page.text
    for form in ("html", "odt", "md"):
        assert f"/library/case-001/download.{form}" in page.links.values()
        assert client.get(f"/library/case-001/download.{form}").status_code == 200
    with portal.app_context():
        entries = db.session.scalars(
            select(AuditEntry).where(AuditEntry.action == "document.downloaded")
        ).all()
        assert [entry.details["format"] for entry in entries] == ["html", "odt", "md"]


def test_a_program_that_breaks_down_is_no_error_of_the_portal() -> None:
    for command in (
        (sys.executable, "-c", "import sys; sys.exit(1)"),
        (sys.executable, "-c", "print('no PDF')"),
        (sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"),
    ):
        with pytest.raises(pdf.NotMade) as raised:
            pdf.from_html("<p>x", command)
        assert raised.value.status == 503


def test_pages_are_served_without_the_libraries_that_make_copies() -> None:
    code = (
        "import sys, portal\n"
        "print([n for n in ('weasyprint', 'odfdo', 'lxml', 'pdfminer') if n in sys.modules])"
    )
    root = Path(pdf.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("form", ["html", "md", "odt", "pdf"])
def test_a_copy_in_any_form_asks_for_the_right_to_export(library: Flask, form: str) -> None:
    address = f"/library/case-001/download.{form}"
    assert reader(library).get(address).status_code == 302
    assert reader(library, NOBODY).get(address).status_code == 403


def test_a_document_offers_its_copies(library: Flask) -> None:
    page = reader(library, PRACTITIONER).page("/library/case-001")
    offered = {href.rpartition(".")[2] for href in page.links.values() if "/download." in href}
    assert offered == {"html", "pdf", "odt", "md"}


PATHWAY = {
    "steps": [
        {
            "id": "come-in",
            "title": "A referral comes in",
            "door": True,
            "role": "Duty manager",
            "within": "4 hours",
            "text": "Note the time.",
            "then": [
                {"when": "The child is in danger", "to": "act"},
                {"when": "Nothing to follow up", "to": "answer"},
            ],
        },
        {
            "id": "act",
            "title": "Act",
            "role": "Police contact",
            "within": "not-stated",
            "then": [{"when": "Afterwards", "to": "answer"}],
        },
        {"id": "answer", "title": "Answer", "role": "not-stated", "within": "1 day", "then": []},
    ]
}


def test_a_pathway_is_a_list_in_every_form_of_a_copy(portal: Flask, with_pango: bool) -> None:
    attach(portal, "protocol-001", pathway=PATHWAY)
    client = reader(portal, PRACTITIONER)
    at = "/library/protocol-001/download"
    said = words_of_html(client.get(f"{at}.html").text)
    first = said.index("pathway")
    assert "A referral comes in Front door Owner Duty manager" in " ".join(said[first:])
    assert words_of_markdown(client.get(f"{at}.md").text) == said
    made = client.get(f"{at}.odt").data
    assert words_of_odt(made) == said
    content = odt_part(made, "content.xml")
    link = "{http://www.w3.org/1999/xlink}href"
    leading = {e.get(link) for e in content.iter(f"{TEXT}a")} & {"#step-act", "#step-answer"}
    marks = {f"#{e.get(f'{TEXT}name')}" for e in content.iter(f"{TEXT}bookmark")}
    assert len(leading) == 2
    assert leading <= marks
    if with_pango:
        assert Pdf(client.get(f"{at}.pdf").data).words == said
