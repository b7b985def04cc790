"""What is rendered is what a reader of the file was meant to see, and means itself."""

import io
import re
import subprocess
import sys
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from portal.core import markdown
from portal.disclosure.files import Limits, Reading, Where, limits, process
from portal.disclosure.files.extracting import extract
from portal.disclosure.files.rendering import Inline, Rendering
from tests import made_files
from tests.made_files import BLIP, W, docx, drawing, odt, p, pdf, shown

_ROW = "<w:tr>{}</w:tr>"


def _read(data: bytes, name: str) -> Reading:
    return extract(data, name, Limits())


def _texts(reading: Reading, where: Where) -> list[str]:
    return [piece.text for piece in reading.pieces if piece.where is where]


def _shown_by_the_portal(text: str) -> str:
    html = markdown.render(text, address_of=lambda reference: f"/{reference}").html
    return unescape(re.sub(r"<[^>]+>", "", html))


def _flat(text: str) -> str:
    """Return text without what typography changes: spaces, quotes, dashes."""
    return re.sub(r"[\s'\"‘’“”.…\-–—]+", "", text)


_SIGNS = [*"ab 1.-+*_#>|`[](){}!&;:=~\\<\"'/@é", "&amp;", "http://", "1. "]
_LINES = st.lists(st.sampled_from(_SIGNS), min_size=1, max_size=30).map("".join)
_WHITE = p("White words", '<w:color w:val="FFFFFF"/>')
_OPEN_ROW = f"<w:tr><w:tc>{p('Open row')}</w:tc></w:tr>"


@given(_LINES)
def test_a_paragraph_means_itself_however_it_is_typed(text):
    inline, rendering = Inline(), Rendering()
    inline.text(text)
    rendering.paragraph(inline)
    made = rendering.markdown()
    assert _flat(_shown_by_the_portal(made)) == _flat(text)
    html = markdown.render(made, address_of=lambda reference: reference).html
    assert not re.search(r"<(h\d|ul|ol|li|table|pre|code|em|strong|blockquote|hr)\b", html)


@given(st.lists(_LINES, min_size=2, max_size=4))
def test_a_cell_of_a_table_cannot_break_the_table(cells):
    rendering = Rendering()
    row = []
    for cell in cells:
        rendering.begin()
        inline = Inline()
        inline.text(f"x{cell}")
        rendering.paragraph(inline)
        row.append(rendering.end())
    rendering.table([row, row])
    html = markdown.render(rendering.markdown(), address_of=lambda reference: reference).html
    assert html.count("<th ") == len(cells)


@pytest.mark.parametrize("kind", ["docx", "odt", "pdf", "rtf"])
def test_every_word_that_is_rendered_is_in_a_piece_that_was_reported(kind):
    reading = _read(getattr(made_files, f"planted_{kind}")(), f"a.{kind}")
    known = {word for piece in reading.pieces for word in re.findall(r"\w+", piece.text)}
    ours = {"Picture", "no", "description", "Note", "note", "https", "1", "2"}
    assert set(re.findall(r"\w+", reading.markdown)) <= known | ours


def test_what_the_document_cuts_off_a_picture_is_cut_off_its_pixels():
    half = '<a:srcRect l="50000"/>'
    body = f"<w:p><w:r>{drawing(BLIP.format(crop=half))}</w:r></w:p>"
    image = Image.new("RGB", (40, 20), "white")
    image.paste("red", (0, 0, 20, 20))
    out = io.BytesIO()
    image.save(out, "PNG")
    parts = {"word/media/image1.png": out.getvalue()}
    reading = _read(docx(body, parts, [("rId9", "image", "media/image1.png", False)]), "a.docx")
    made = Image.open(io.BytesIO(reading.pictures[0].data))
    assert made.size == (20, 20)
    assert (255, 0, 0) not in {colour for _, colour in made.convert("RGB").getcolors()}


@pytest.mark.parametrize(
    "table",
    [
        _ROW.format(
            '<w:tc><w:tcPr><w:shd w:val="clear" w:fill="1F3864"/></w:tcPr>' + _WHITE + "</w:tc>"
        ),
        '<w:tblPr><w:tblStyle w:val="Dark"/></w:tblPr>' + _ROW.format(f"<w:tc>{_WHITE}</w:tc>"),
    ],
    ids=["dark cell", "dark style"],
)
def test_white_words_on_a_dark_cell_are_seen(table):
    styles = (
        f'<w:styles {W}><w:style w:type="table" w:styleId="Dark"><w:tblStylePr><w:tcPr>'
        '<w:shd w:fill="000000"/></w:tcPr></w:tblStylePr></w:style></w:styles>'
    )
    data = docx(
        f"<w:tbl>{table}</w:tbl>",
        {"word/styles.xml": styles},
        [("rId1", "styles", "styles.xml", False)],
    )
    reading = _read(data, "a.docx")
    assert "White words" in _texts(reading, Where.BODY)
    assert "White words" in reading.markdown


def test_a_hidden_row_of_a_table_is_not_rendered():
    hidden = f"<w:tr><w:trPr><w:hidden/></w:trPr><w:tc>{p('Secret row')}</w:tc></w:tr>"
    body = f"<w:tbl>{_OPEN_ROW}{hidden}</w:tbl>"
    reading = _read(docx(body), "a.docx")
    assert "Secret row" in _texts(reading, Where.HIDDEN)
    assert "Secret" not in reading.markdown


def test_a_deleted_row_of_a_table_is_not_rendered():
    gone = f'<w:tr><w:trPr><w:del w:author="A"/></w:trPr><w:tc>{p("Deleted row")}</w:tc></w:tr>'
    body = f"<w:tbl>{_OPEN_ROW}{gone}</w:tbl>"
    reading = _read(docx(body), "a.docx")
    assert "Deleted row" in _texts(reading, Where.DELETED)
    assert "Deleted" not in reading.markdown


def test_a_name_that_is_split_over_runs_is_one_word():
    runs = "<w:p><w:r><w:t>Kay</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>leigh</w:t></w:r></w:p>"
    assert _texts(_read(docx(runs), "a.docx"), Where.BODY) == ["Kayleigh"]


def test_the_hidden_text_of_one_paragraph_that_is_apart_stays_apart():
    runs = (
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Amber</w:t></w:r><w:r><w:t>open</w:t></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>Leeds</w:t></w:r></w:p>"
    )
    assert _texts(_read(docx(runs), "a.docx"), Where.HIDDEN) == ["Amber", "Leeds"]


def test_a_picture_of_a_pdf_with_a_box_over_it_is_left_out():
    page = b"q 100 0 0 100 50 50 cm /Im1 Do Q q 0 g 60 60 20 20 re f Q"
    made = pdf(page + shown("Words", 300, 300), resources="/XObject << /Im1 9 0 R >>")
    made.stream(
        9,
        made_files.jpeg(),
        "/Subtype /Image /Width 40 /Height 30 /ColorSpace /DeviceRGB /BitsPerComponent 8 "
        "/Filter /DCTDecode",
        packing=False,
    )
    reading = _read(made.saved(), "a.pdf")
    assert reading.pictures == ()
    assert any("lies over" in warning for warning in reading.warnings)


@pytest.mark.parametrize(
    "over",
    [
        b"q 14 w 40 104 m 300 104 l S Q",
        b"q 0 g 40 95 m 300 95 l 300 120 l 40 120 l h f Q",
        b"q 260 0 0 25 40 95 cm /Box Do Q",
        b"q 1 0 0 1 40 95 cm /Form Do Q",
    ],
    ids=["thick line", "drawn box", "picture", "form"],
)
def test_text_of_a_pdf_is_hidden_by_whatever_is_painted_over_it(over):
    page = shown("Kayleigh", 50, 100) + shown("Words", 50, 300) + over
    made = pdf(page, resources="/XObject << /Box 9 0 R /Form 10 0 R >>")
    made.stream(
        9,
        bytes(3),
        "/Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceRGB /BitsPerComponent 8",
    )
    made.stream(10, b"0 0 300 25 re f", "/Subtype /Form /BBox [0 0 300 25]")
    reading = _read(made.saved(), "a.pdf")
    assert _texts(reading, Where.COVERED) == ["Kayleigh"]
    assert "Kayleigh" not in reading.markdown


def test_text_of_a_pdf_under_a_mark_for_redaction_is_hidden():
    page = shown("Kayleigh", 50, 100) + shown("Words", 50, 300)
    annotation = "<< /Type /Annot /Subtype /Square /Rect [40 90 300 120] /IC [0 0 0] >>"
    made = pdf(page, {9: annotation}, of_page="/Annots [9 0 R]")
    assert _texts(_read(made.saved(), "a.pdf"), Where.COVERED) == ["Kayleigh"]


def test_a_transparent_mark_hides_nothing():
    page = shown("Words", 50, 100) + b"/Half gs q 1 1 0 rg 40 90 300 30 re f Q"
    made = pdf(page, resources="/ExtGState << /Half << /ca 0.3 >> >>")
    assert _texts(_read(made.saved(), "a.pdf"), Where.BODY) == ["Words"]


def test_text_that_is_clipped_away_is_hidden():
    page = b"q 0 0 10 10 re W n " + shown("Kayleigh", 50, 100) + b"Q " + shown("Words", 50, 300)
    assert _texts(_read(pdf(page).saved(), "a.pdf"), Where.OFF_PAGE) == ["Kayleigh"]


def test_a_page_that_was_taken_out_of_a_pdf_is_reported():
    made = pdf(shown("Words", 50, 100))
    made.add(9, "<< /Type /Page /Contents 10 0 R /Resources << /Font << /F1 5 0 R >> >> >>")
    made.stream(10, shown("Kayleigh", 50, 100))
    reading = _read(made.saved(), "a.pdf")
    assert _texts(reading, Where.EARLIER) == ["Kayleigh"]


@pytest.mark.parametrize(
    "data",
    ["Café ‘Étoile’".encode(), "Café ‘Étoile’".encode("utf-16"), "Café ‘Étoile’".encode("cp1252")],
    ids=["utf-8", "utf-16", "windows"],
)
def test_a_text_is_read_whatever_its_encoding(data):
    assert _texts(_read(data, "a.txt"), Where.BODY) == ["Café ‘Étoile’"]


def test_what_markdown_hides_is_reported_and_not_rendered():
    text = (
        "---\nauthor: Planted Author\n---\n# Title\n\nWords <b title='Planted tip'>bold</b>"
        "<!-- Planted note -->\n\n#### Deep\n\n![Our alt](https://x.example/a.png)\n"
    )
    reading = _read(text.encode(), "a.md")
    assert _texts(reading, Where.PROPERTIES) == ["author: Planted Author"]
    assert _texts(reading, Where.COMMENT) == ["Planted note"]
    assert _texts(reading, Where.OTHER) == ["Planted tip"]
    expected = "## Title\n\nWords bold\n\n### Deep\n\n\\[Picture 1: Our alt\\]\n"
    assert reading.markdown == expected


def test_rich_text_keeps_its_letters():
    data = rb"{\rtf1\ansi\uc1 Zo\u235?, \u-10179?\u-8704? and \'a3 {\uc0\u322} \{x\}\par}"
    assert _texts(_read(data, "a.rtf"), Where.BODY) == ["Zoë, 😀 and £ ł {x}"]


def test_a_picture_of_rich_text_is_made_anew():
    data = rb"{\rtf1 Words {\pict\jpegblip " + made_files.jpeg().hex().encode() + rb"}\par}"
    reading = _read(data, "a.rtf")
    assert len(reading.pictures) == 1
    assert b"lanted" not in reading.pictures[0].data
    assert "Planted Photographer" in _texts(reading, Where.PICTURE_TRACE)


def test_a_hidden_paragraph_of_an_opendocument_text_is_not_rendered():
    body = '<text:p>Kayleigh<text:hidden-paragraph text:is-hidden="true"/></text:p><text:p>Words'
    reading = _read(odt(f"{body}</text:p>"), "a.odt")
    assert _texts(reading, Where.HIDDEN) == ["Kayleigh"]
    assert reading.markdown == "Words\n"


def test_a_colour_that_the_program_chooses_is_not_taken_for_transparent():
    style = (
        '<style:style style:name="a" style:family="text"><style:text-properties '
        'style:use-window-font-color="true" style:opacity="0%"/></style:style>'
    )
    body = '<text:p><text:span text:style-name="a">Words</text:span></text:p>'
    assert _read(odt(body, style), "a.odt").markdown == "Words\n"


def test_whoever_only_asks_loads_no_parser():
    start = process._START.replace("from portal.disclosure.files.child import main\nmain()", "")
    script = (
        f"{start}\nimport portal.disclosure.files\n"
        "heavy = {'PIL', 'pdfminer', 'defusedxml', 'flask'} & sys.modules.keys()\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-I", "-c", script, str(process._ROOT)], check=True)


def test_the_text_of_a_file_is_limited():
    few = limits.Limits(characters=10)
    with pytest.raises(Exception, match="too complex"):
        extract(b"word " * 9, "a.txt", few)
