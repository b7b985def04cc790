"""What a reader of a file doesn't see never comes into its rendering; what it says is told."""

import zlib

import pytest

from portal.disclosure.files import Limits, Reading, Refused, Where
from portal.disclosure.files.extracting import extract
from tests import made_files
from tests.made_files import W, p, shown

_NAME = "Zebedee"
_RED = '<w:color w:val="000000" w:themeColor="background1"/>'
_NOTE = f'<w:footnotes {W}><w:footnote w:id="5">{p(_NAME)}</w:footnote></w:footnotes>'
_BOX = f"<w:txbxContent>{p(_NAME)}</w:txbxContent>"


def _docx(body: str, notes: bool = False) -> bytes:
    parts = {"word/footnotes.xml": _NOTE} if notes else {}
    return made_files.docx(p("Hello there") + body, parts)


def _odt(body: str) -> bytes:
    style = (
        '<style:style style:name="hid" style:family="paragraph">'
        '<style:text-properties text:display="none"/></style:style>'
    )
    return made_files.odt(f"<text:p>Hello there</text:p>{body}", style)


def _pdf(page: bytes, more: dict[int, str] | None = None, catalog: str = "",
         resources: str = "") -> bytes:  # fmt: skip
    made = made_files.pdf(
        shown("Hello there", 50, 750) + page, more, catalog=catalog, resources=resources
    )
    made.stream(
        30,
        shown(_NAME, 50, 600),
        "/Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources << /Font << /F1 5 0 R >> >>",
    )
    return made.saved()


def _rtf(inner: str) -> bytes:
    return rf"{{\rtf1\ansi Hello there\par {inner}\par}}".encode("ascii")


def _layer(policy: str, off: str) -> bytes:
    return _pdf(
        b"/OC /L1 BDC " + shown(_NAME, 50, 600) + b" EMC",
        {
            20: f"<< /Type /OCMD /P /{policy} /OCGs [21 0 R 22 0 R] >>",
            21: "<< /Type /OCG /Name (one) >>",
            22: "<< /Type /OCG /Name (two) >>",
        },
        f"/OCProperties << /OCGs [21 0 R 22 0 R] /D << /OFF [{off}] >> >>",
        "/Properties << /L1 20 0 R >>",
    )


_HIDDEN = {
    "white by the theme.docx": _docx(p(_NAME, _RED)),
    "filled with nothing.docx": _docx(
        p(_NAME, '<w14:textFill xmlns:w14="urn:w14"><w14:noFill/></w14:textFill>')
    ),
    "note of a deletion.docx": _docx(
        '<w:p><w:del w:id="1"><w:r><w:footnoteReference w:id="5"/></w:r></w:del></w:p>', notes=True
    ),
    "note of hidden text.docx": _docx(
        '<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:footnoteReference w:id="5"/></w:r></w:p>',
        notes=True,
    ),
    "hidden old shape.docx": _docx(
        '<w:p><w:r><w:pict><v:shape style="visibility: hidden"><v:textbox>'
        f"{_BOX}</v:textbox></v:shape></w:pict></w:r></w:p>"
    ),
    "hidden shape of a group.docx": _docx(
        f'<w:p><w:r><w:drawing><wps:wsp><wps:cNvPr hidden="1"/><wps:txbx>{_BOX}</wps:txbx>'
        "</wps:wsp></w:drawing></w:r></w:p>"
    ),
    "deleted cell.docx": _docx(
        f"<w:tbl><w:tr><w:tc><w:tcPr><w:cellDel/></w:tcPr>{p(_NAME)}</w:tc>"
        f"<w:tc>{p('Other')}</w:tc></w:tr></w:tbl>"
    ),
    "tip of a link.docx": _docx(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK '
        f'"https://a.example" \\o "{_NAME}"</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    ),
    "note of a hidden paragraph.odt": _odt(
        '<text:p text:style-name="hid"><text:note text:note-class="footnote"><text:note-body>'
        f"<text:p>{_NAME}</text:p></text:note-body></text:note></text:p>"
    ),
    "outside the box of a form.pdf": _pdf(b"/X1 Do", resources="/XObject << /X1 30 0 R >>"),
    "under a rectangle of five corners.pdf": _pdf(
        shown(_NAME, 50, 600) + b"0 g 40 590 m 200 590 l 200 600 l 200 630 l 40 630 l h f"
    ),
    "squeezed to a hair.pdf": _pdf(b"BT /F1 12 Tf 0.1 Tz 50 600 Td (Zebedee) Tj ET"),
    "layers that must all be on.pdf": _layer("AllOn", "22 0 R"),
    "layers that must all be off.pdf": _layer("AllOff", "22 0 R"),
    "one string that no page shows.pdf": _pdf(b"", {20: "<< /Custom (Zebedee was here) >>"}),
    "note of a deletion.rtf": _rtf(rf"{{\deleted x{{\footnote {_NAME}}}}}"),
    "box of hidden text.rtf": _rtf(rf"{{\v {{\shp{{\*\shpinst{{\shptxt {_NAME}}}}}}}}}"),
}


def _read(data: bytes, name: str) -> Reading:
    return extract(data, name, Limits())


@pytest.mark.parametrize("name", _HIDDEN)
def test_what_is_hidden_is_told_and_stays_out_of_the_rendering(name):
    reading = _read(_HIDDEN[name], name)
    found = [piece for piece in reading.pieces if _NAME in piece.text]
    assert found
    assert not any(piece.seen for piece in found)
    assert _NAME not in reading.markdown
    assert "Hello there" in reading.markdown


def test_layers_of_which_one_that_is_on_is_enough_are_seen():
    assert _NAME in _read(_layer("AnyOn", "22 0 R"), "a.pdf").markdown


@pytest.mark.parametrize("number", ["943 476 5919", "07700 900123", "12/03/2011"])
def test_a_number_that_is_somebodys_is_told_though_it_is_nothing_but_a_number(number):
    data = made_files.docx(p("Hello"), {"customXml/item1.xml": f"<q>{number}</q>"})
    assert number in {piece.text for piece in _read(data, "a.docx").pieces}


def _runs(*runs: str) -> bytes:
    inside = "".join(f"<w:r><w:t xml:space='preserve'>{run}</w:t></w:r>" for run in runs)
    return made_files.docx(f"<w:p>{inside}</w:p>")


@pytest.mark.parametrize(
    ("runs", "rendered"),
    [
        (("a &lt;", "script&gt;x"), "a &lt;script>x\n"),
        (("&amp;", "lt;b"), "&amp;lt;b\n"),
        (("&amp;", "#90;ebedee"), "&amp;#90;ebedee\n"),
    ],
)
def test_signs_in_neighbouring_runs_mean_nothing_together(runs, rendered):
    assert _read(_runs(*runs), "a.docx").markdown == rendered


def test_a_rendering_holds_nothing_that_a_database_cannot_keep():
    markdown = _read(rb"{\rtf1 A\u0?B\u1?C\par x\'00y}", "a.rtf").markdown
    assert markdown == "A B C\n\nx y\n"


def test_signs_without_a_width_do_not_part_a_name():
    reading = _read("Ze\u200bbe\u00addee said".encode(), "a.txt")
    assert reading.markdown == "Zebedee said\n"
    assert "Zebedee said" in {piece.text for piece in reading.pieces}


def test_letters_written_as_entities_are_letters_to_the_check():
    reading = _read(b"&#90;eb&#x65;dee &lt;b&gt; &amp; &copy;", "a.md")
    assert reading.markdown == "Zebedee &lt;b&gt; &amp; &copy;\n"
    assert any("Zebedee" in piece.text for piece in reading.pieces)


@pytest.mark.parametrize(
    "data",
    [b"<a " * 300_000, b"![" * 300_000, b"a" * 1_000_000, b"<!--" * 300_000],
    ids=["tags", "pictures", "one line", "comments"],
)
def test_markdown_made_to_take_long_is_read_or_refused_within_the_limits(data):
    assert _read(data, "a.md").pieces


def test_fields_within_fields_without_end_are_refused():
    field = '<w:r><w:fldChar w:fldCharType="begin"/><w:t>x</w:t></w:r>'
    with pytest.raises(Refused):
        _read(made_files.docx(f"<w:p>{field * 500}</w:p>"), "a.docx")


def _segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + (len(content) + 2).to_bytes(2, "big") + content


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + kind + content + check


def test_what_stands_beside_the_pixels_in_no_known_form_is_told():
    jpeg, png = made_files.jpeg(), made_files.png()
    pictures = {
        "second comment.jpg": jpeg[:2] + _segment(0xFE, b"Zebedee") + jpeg[2:],
        "segment.jpg": jpeg[:2] + _segment(0xE7, b"Zebedee was here") + jpeg[2:],
        "after the end.jpg": jpeg + b"Zebedee was here",
        "chunk.png": png[:33] + _chunk(b"prVt", b"Zebedee was here") + png[33:],
        "after the end.png": png + b"Zebedee was here",
    }
    for name, data in pictures.items():
        found = [piece for piece in _read(data, name).pieces if _NAME in piece.text]
        assert {piece.where for piece in found} == {Where.PICTURE_TRACE}, name
        assert not any(_NAME.encode() in one.data for one in _read(data, name).pictures)
