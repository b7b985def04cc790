"""A protocol's pathway from its file to the page, the search and the copies, and back."""

import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.config import ROOT
from portal.core.database import db
from portal.library import pathway_drawing, service
from portal.library.content import parse
from portal.library.models import Document
from tests.client import Reader, reader
from tests.people import PRACTITIONER

PATHWAY = """pathway:
  steps:
  - id: heard
    title: Something heard
    role: Receptionist
    within: not-stated
    door: true
    text: Write the words down on the turquoise slip.
    then:
    - to: weighed
      when: always
  - id: weighed
    title: Weighed by two people
    role: Duty manager
    within: 4 hours
    text: Both sign.
    then:
    - to: heard
      when: the slip can’t be read
    - to: ended
      when: both agree
  - id: ended
    title: Ended
    role: not-stated
    within: not-stated
    text: Say so.
"""
PAGE = "/library/protocol-001"


@pytest.fixture
def stocked(portal: Flask, tmp_path: Path) -> Flask:
    """The portal after a protocol with a pathway was loaded."""
    folder = shutil.copytree(ROOT / "content", tmp_path / "content")
    path = folder / "protocols" / "protocol-001.md"
    text = path.read_text(encoding="utf-8")
    _, front, body = text.split("---\n", 2)
    front = re.sub(r"^pathway:\n(?:[ -].*\n)*", "", front, flags=re.MULTILINE)
    front = re.sub(r"^(law_as_at: .*\n)", lambda m: m[1] + PATHWAY, front, flags=re.MULTILINE)
    path.write_text(f"---\n{front}---\n{body}", encoding="utf-8")
    result = portal.test_cli_runner().invoke(args=["library", "import", "--folder", str(folder)])
    assert result.exit_code == 0, result.output
    assert "changed: protocol-001" in result.output
    return portal


@pytest.fixture
def member(stocked: Flask) -> Reader:
    return reader(stocked, PRACTITIONER)


def test_the_page_shows_the_pathway_as_a_list_and_as_a_picture(member: Reader) -> None:
    page = member.page(PAGE)
    assert page.links["The pathway, step by step"] == "#pathway"
    assert page.links["step 2, Weighed by two people"] == "#step-weighed"
    assert page.links["step 1, Something heard"] == "#step-heard"
    assert "Owner: Duty manager" in page.text
    assert "Time: 4 hours" in page.text
    assert '<svg class="app-pathway__picture"' in page.html


def test_the_words_of_a_pathway_are_found_and_shown_in_the_extract(member: Reader) -> None:
    results = member.page("/library?q=turquoise+slip")
    assert PAGE in results.links.values()
    assert "turquoise" in results.text


def test_a_web_page_to_keep_has_list_and_picture(member: Reader) -> None:
    html = member.get(f"{PAGE}/download.html").text
    assert 'href="#step-weighed"' in html
    assert "<svg" in html
    assert "Both sign." in html


def test_text_to_keep_and_the_export_hold_the_pathway_as_it_was_written(
    stocked: Flask, member: Reader, tmp_path: Path
) -> None:
    assert PATHWAY in member.get(f"{PAGE}/download.md").text
    with stocked.app_context():
        document = service.any_document(db.session, "protocol-001")
        words = stocked.extensions["library"].vocabularies
        text = service.content_file(db.session, document, words)
    assert PATHWAY in text
    assert parse(text)[0]["pathway"]["steps"][1]["within"] == "4 hours"


def test_a_new_way_of_drawing_draws_what_is_kept_again(
    stocked: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stocked.app_context():
        words = stocked.extensions["library"].vocabularies
        assert service.render_again(db.session, words) == set()
        monkeypatch.setattr(pathway_drawing, "DRAWING_VERSION", pathway_drawing.DRAWING_VERSION + 1)
        query = select(Document.id).where(Document.reference == "protocol-001")
        assert db.session.scalar(query) in service.render_again(db.session, words)
