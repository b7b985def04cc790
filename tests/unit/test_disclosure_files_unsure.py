"""What a reader may not see stays out of the rendering, and is told; lines stay lines."""

import math
import os
import tempfile
import time
from pathlib import Path

import pytest

from portal.disclosure.files import Limits, Reading, Where, read
from portal.disclosure.files.extracting import extract
from tests import made_files
from tests.made_files import W, p, shown

_NAME = "Zebedee"
_OTHER = "Hello there"


def _read(data: bytes, name: str) -> Reading:
    return extract(data, name, Limits())


def _pdf(page: bytes, more: dict[int, str] | None = None, catalog: str = "", resources: str = "",
         of_page: str = "") -> bytes:  # fmt: skip
    page = shown(_OTHER, 50, 750) + page
    return made_files.pdf(page, more, catalog, resources=resources, of_page=of_page).saved()


def _docx(body: str, styles: str = "") -> bytes:
    parts = {"word/styles.xml": f"<w:styles {W}>{styles}</w:styles>"} if styles else {}
    rels = [("rId1", "styles", "styles.xml", False)] if styles else []
    return made_files.docx(p(_OTHER) + body, parts, rels)


def _odt(body: str, styles: str = "") -> bytes:
    return made_files.odt(f"<text:p>{_OTHER}</text:p>{body}", styles)


def _rtf(inner: str) -> bytes:
    return rf"{{\rtf1\ansi {_OTHER}\par {inner}\par}}".encode("ascii")


def _leaning(degrees: int, words: str = "Kayleigh Thornbury of) Tj 0 -14 Td (Leeds") -> bytes:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    matrix = f"{cos:.4f} {sin:.4f} {-sin:.4f} {cos:.4f} 300 400 Tm"
    return f"BT /F1 12 Tf {matrix} ({words}) Tj ET\n".encode()


@pytest.mark.parametrize("degrees", [0, 3, 90, 180, 270, 30, 315])
def test_text_of_a_pdf_that_is_turned_keeps_its_lines(degrees):
    reading = _read(_pdf(_leaning(degrees)), "a.pdf")
    assert "Kayleigh Thornbury of Leeds" in reading.markdown


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_of_a_pdf_that_lies_on_its_side_keeps_its_lines(degrees):
    page = shown("Kayleigh Thornbury", 50, 700)
    assert "Kayleigh Thornbury" in _read(_pdf(page, of_page=f"/Rotate {degrees}"), "a.pdf").markdown


def test_turned_text_that_is_hidden_is_told_in_lines_too():
    reading = _read(_pdf(b"1 g " + _leaning(90, "Kayleigh Thornbury")), "a.pdf")
    assert "Kayleigh Thornbury" in {
        piece.text for piece in reading.pieces if piece.where is Where.SAME_COLOUR
    }


def test_lines_of_a_pdf_that_run_both_ways_are_not_mixed():
    page = shown("Anna lives here", 250, 400) + _leaning(90, "Kayleigh Thornbury")
    markdown = _read(_pdf(page), "a.pdf").markdown
    assert "Anna lives here" in markdown
    assert "Kayleigh Thornbury" in markdown


def _coloured(space: str, colour: str) -> bytes:
    return _pdf(
        shown(_NAME, 50, 600, f"/S cs {colour} scn"), resources=f"/ColorSpace << /S {space} >>"
    )


_INK = (
    "[/Separation /Spot /DeviceCMYK << /FunctionType 2 /Domain [0 1] /N 1 /C0 [0 0 0 0] "
    "/C1 [0 1 0 0] >>]"
)
_UNTOLD = "[/Separation /Spot /DeviceRGB << /FunctionType 4 /Domain [0 1] >>]"
_INDEXED = "[/Indexed /DeviceRGB 1 <000000FFFFFF>]"
_LAB = "[/Lab << /WhitePoint [0.95 1 1.09] >>]"


def _lines(slant: int, step: int) -> bytes:
    drawn = (f"{x} 595 m {x + slant} 620 l S" for x in range(0, 200, step))
    return shown(_NAME, 50, 600) + f"q 2 w {' '.join(drawn)} Q".encode()


def _expression(expression: str) -> bytes:
    return _pdf(
        b"/OC /L1 BDC " + shown(_NAME, 50, 600) + b" EMC",
        {
            20: f"<< /Type /OCMD /VE {expression} >>",
            21: "<< /Type /OCG /Name (one) >>",
            22: "<< /Type /OCG /Name (two) >>",
        },
        "/OCProperties << /OCGs [21 0 R 22 0 R] /D << /OFF [22 0 R] >> >>",
        "/Properties << /L1 20 0 R >>",
    )


def _table(rows: str, look: str = "", style: str = "Grid") -> str:
    return f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/>{look}</w:tblPr>{rows}</w:tbl>'


def _row(*cells: str) -> str:
    return f"<w:tr>{''.join(f'<w:tc>{cell}</w:tc>' for cell in cells)}</w:tr>"


def _grid(part: str, whole: str = "") -> str:
    return (
        f'<w:style w:type="table" w:styleId="Grid"><w:name w:val="Grid"/>{whole}'
        f'<w:tblStylePr w:type="firstRow">{part}</w:tblStylePr></w:style>'
    )


_WHITE_RUN = '<w:rPr><w:color w:val="FFFFFF"/></w:rPr>'
_DARK = '<w:tcPr><w:shd w:val="clear" w:fill="1F3864"/></w:tcPr>'
_WHITE = '<w:color w:val="FFFFFF"/>'


def _boxed(anchor: str) -> str:
    return (
        f"<w:p><w:r><w:drawing><wp:anchor>{anchor}<wps:wsp><wps:txbx><w:txbxContent>{p(_NAME)}"
        "</w:txbxContent></wps:txbx></wps:wsp></wp:anchor></w:drawing></w:r></w:p>"
    )


def _paragraph(properties: str) -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{_NAME}</w:t></w:r></w:p>"


def _mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def _styled(properties: str) -> bytes:
    style = (
        '<style:style style:name="t" style:family="text">'
        f"<style:text-properties {properties}/></style:style>"
    )
    return _odt(f'<text:p><text:span text:style-name="t">{_NAME}</text:span></text:p>', style)


_HIDDEN = {
    "no ink.pdf": _coloured(_INK, "0"),
    "ink that cannot be told.pdf": _coloured(_UNTOLD, "1"),
    "many inks.pdf": _coloured("[/DeviceN [/A /B] /DeviceCMYK 9 0 R]", "0 0"),
    "white of a table of colours.pdf": _coloured(_INDEXED, "1"),
    "white by lightness.pdf": _coloured(_LAB, "100 0 0"),
    "pattern.pdf": _pdf(shown(_NAME, 50, 600, "/Pattern cs /P1 scn")),
    "soft mask.pdf": _pdf(
        shown(_NAME, 50, 600, "/M gs"),
        resources="/ExtGState << /M << /SMask << /S /Alpha /G 9 0 R >> >> >>",
    ),
    "under many upright lines.pdf": _pdf(_lines(0, 2)),
    "under many slanted lines.pdf": _pdf(_lines(20, 3)),
    "under a slanted shape.pdf": _pdf(
        shown(_NAME, 50, 600) + b"0 g 40 595 m 140 590 l 140 625 l 40 630 l h f"
    ),
    "not of a layer that is on.pdf": _expression("[/Not 21 0 R]"),
    "layers both needed.pdf": _expression("[/And 21 0 R 22 0 R]"),
    "expression that is broken.pdf": _expression("[/Xor 21 0 R]"),
    "hidden by the table's style.docx": _docx(
        _table(_row(p(_NAME), p("b"))), _grid("<w:rPr><w:vanish/></w:rPr>")
    ),
    "white by the table's style.docx": _docx(
        _table(_row(p(_NAME), p("b"))), _grid("", whole=_WHITE_RUN)
    ),
    "white below a dark first row.docx": _docx(
        _table(_row(p("a"), p("b")) + _row(p(_NAME, _WHITE), p("d"))), _grid(_DARK)
    ),
    "white where the dark first row is not used.docx": _docx(
        _table(_row(p(_NAME, _WHITE), p("b")), '<w:tblLook w:firstRow="0"/>'), _grid(_DARK)
    ),
    "cell that clears the dark of the style.docx": _docx(
        _table(_row(f'<w:tcPr><w:shd w:fill="auto"/></w:tcPr>{p(_NAME, _WHITE)}', p("b"))),
        _grid(_DARK),
    ),
    "rest of a merged cell.docx": _docx(
        "<w:tbl>"
        + _row(f'<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{p("a")}', p("b"))
        + _row(f"<w:tcPr><w:vMerge/></w:tcPr>{p(_NAME)}", p("d"))
        + "</w:tbl>"
    ),
    "before the result of a field.docx": _docx(
        f"<w:p>{_mark('begin')}<w:r><w:t>{_NAME}</w:t></w:r>{_mark('separate')}"
        f"<w:r><w:t>Result</w:t></w:r>{_mark('end')}</w:p>"
    ),
    "frame off the page.docx": _docx(_paragraph('<w:framePr w:w="2000" w:x="-9000" w:y="1"/>')),
    "box off the page.docx": _docx(
        _boxed("<wp:positionH><wp:posOffset>99999999</wp:posOffset></wp:positionH>")
    ),
    "old box off the page.docx": _docx(
        '<w:p><w:r><w:pict><v:shape style="position:absolute;margin-left:-5000pt;width:90pt">'
        f"<v:textbox><w:txbxContent>{p(_NAME)}</w:txbxContent></v:textbox></v:shape></w:pict>"
        "</w:r></w:p>"
    ),
    "white on a fill that cannot be told.docx": _docx(
        _boxed("")
        .replace("<wps:txbx>", "<wps:spPr><a:gradFill/></wps:spPr><wps:txbx>")
        .replace("<w:r><w:t", f"<w:r><w:rPr>{_WHITE}</w:rPr><w:t")
    ),
    "lines of no height.docx": _docx(_paragraph('<w:spacing w:line="20" w:lineRule="exact"/>')),
    "collapsed column.odt": _odt(
        '<table:table><table:table-column table:number-columns-repeated="2"/>'
        '<table:table-column table:visibility="collapse"/><table:table-row>'
        '<table:table-cell table:number-columns-repeated="2"><text:p>a</text:p></table:table-cell>'
        f"<table:table-cell><text:p>{_NAME}</text:p></table:table-cell></table:table-row>"
        "</table:table>"
    ),
    "covered cell.odt": _odt(
        '<table:table><table:table-row><table:table-cell table:number-columns-spanned="2">'
        "<text:p>a</text:p></table:table-cell><table:covered-table-cell>"
        f"<text:p>{_NAME}</text:p></table:covered-table-cell></table:table-row></table:table>"
    ),
    "hidden on a condition.odt": _styled('text:display="condition" text:condition="x"'),
    "one percent.odt": _styled('fo:font-size="1%"'),
    "raised and one percent.odt": _styled('style:text-position="super 1%"'),
    "smaller by eleven.odt": _styled('style:font-size-rel="-11pt"'),
    "squeezed.odt": _styled('style:text-scale="1%"'),
    "frame off the page.odt": _odt(
        '<text:p><draw:frame svg:x="-60cm" svg:width="5cm"><draw:text-box>'
        f"<text:p>{_NAME}</text:p></draw:text-box></draw:frame></text:p>"
    ),
    "hidden shape.rtf": _rtf(
        rf"{{\shp{{\*\shpinst{{\sp{{\sn fHidden}}{{\sv 1}}}}{{\shptxt {_NAME}}}}}}}"
    ),
    "shape hidden after its text.rtf": _rtf(
        rf"{{\shp{{\*\shpinst{{\shptxt {_NAME}}}{{\sp{{\sn fHidden}}{{\sv 1}}}}}}}}"
    ),
}


@pytest.mark.parametrize("name", _HIDDEN)
def test_what_a_reader_does_not_surely_see_is_told_and_left_out(name):
    reading = _read(_HIDDEN[name], name)
    found = [piece for piece in reading.pieces if _NAME in piece.text]
    assert found
    assert not any(piece.seen for piece in found)
    assert _NAME not in reading.markdown
    assert _OTHER in reading.markdown


@pytest.mark.parametrize(
    "name", ["ink that cannot be told.pdf", "soft mask.pdf", "shape hidden after its text.rtf"]
)
def test_that_text_was_left_out_because_it_could_not_be_told_is_said(name):
    assert any("could not be told" in one for one in _read(_HIDDEN[name], name).warnings)


def test_a_word_of_a_pdf_is_left_out_whole_when_a_part_of_it_may_be_hidden():
    over = b"0 g 75 595 m 140 590 l 140 625 l 75 630 l h f"
    reading = _read(_pdf(shown(f"Anna {_NAME} Words", 30, 600) + over), "a.pdf")
    found = [piece.text for piece in reading.pieces if piece.where is Where.UNSURE]
    assert any(_NAME in text for text in found)
    assert "Anna" in reading.markdown
    assert "Zeb" not in reading.markdown


_SEEN = {
    "ink.pdf": _coloured(_INK, "1"),
    "black of a table of colours.pdf": _coloured(_INDEXED, "0"),
    "dark by lightness.pdf": _coloured(_LAB, "20 0 0"),
    "crossed by thin lines.pdf": _pdf(
        shown(_NAME, 50, 600) + b"q 0.5 w 40 598 m 300 598 l S 40 604 m 300 604 l S Q"
    ),
    "white on a dark slanted shape.pdf": _pdf(
        b"q 0 0 .5 rg 40 585 m 140 580 l 140 635 l 40 640 l h f Q" + shown(_NAME, 50, 600, "1 g")
    ),
    "one of two layers.pdf": _expression("[/Or 21 0 R 22 0 R]"),
    "mask that ends.pdf": _pdf(
        shown(_NAME, 50, 600, "/M gs /N gs"),
        resources="/ExtGState << /M << /SMask << /S /Alpha >> >> /N << /SMask /None >> >>",
    ),
    "white in a dark first row.docx": _docx(
        _table(_row(p(_NAME, _WHITE), p("b")) + _row(p("c"), p("d"))), _grid(_DARK)
    ),
    "white by the style in its dark first row.docx": _docx(
        _table(_row(p(_NAME), p("b"))), _grid(_WHITE_RUN + _DARK)
    ),
    "first of merged cells.docx": _docx(
        "<w:tbl>"
        + _row(f'<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{p(_NAME)}', p("b"))
        + "</w:tbl>"
    ),
    "result of a field.docx": _docx(
        f"<w:p>{_mark('begin')}{_mark('separate')}<w:r><w:t>{_NAME}</w:t></w:r>{_mark('end')}</w:p>"
    ),
    "frame in the margin.docx": _docx(_paragraph('<w:framePr w:w="2000" w:x="-700" w:y="1"/>')),
    "shape that is not hidden.rtf": _rtf(
        rf"{{\shp{{\*\shpinst{{\sp{{\sn fHidden}}{{\sv 0}}}}{{\shptxt {_NAME}}}}}}}"
    ),
    "half size.odt": _styled('fo:font-size="58%"'),
}


@pytest.mark.parametrize("name", _SEEN)
def test_what_a_reader_surely_sees_is_rendered(name):
    reading = _read(_SEEN[name], name)
    assert _NAME in reading.markdown
    assert any(piece.seen for piece in reading.pieces if _NAME in piece.text)
    assert not any("could not be told" in one for one in reading.warnings)


def _with_comment(name: str, data: bytes) -> bytes:
    parts = made_files.unpacked(data)
    parts[name] = parts[name].replace(b"><", b"><!-- Zebedee was here --><", 1)
    return made_files.packed(parts, "mimetype")


def _orphan() -> bytes:
    made = made_files.pdf(shown(_OTHER, 50, 750))
    made.stream(40, b"(Zebedee was here) Tj")
    return made.saved()


def _unlisted() -> bytes:
    made = made_files.pdf(shown(_OTHER, 50, 750))
    made.stream(40, b"Zebedee was here")
    del made.offsets[40]
    return made.saved()


def _between_parts() -> bytes:
    data = bytearray(made_files.docx(p(_OTHER), {"word/a.xml": "<a/>", "word/b.xml": "<Zebedee/>"}))
    entry = data.rfind(b"PK\x01\x02", 0, data.rfind(b"word/b.xml"))
    length = 46 + len("word/b.xml")
    del data[entry : entry + length]
    end = data.rfind(b"PK\x05\x06")
    count = int.from_bytes(data[end + 8 : end + 10], "little") - 1
    size = int.from_bytes(data[end + 12 : end + 16], "little") - length
    data[end + 8 : end + 12] = count.to_bytes(2, "little") * 2
    data[end + 12 : end + 16] = size.to_bytes(4, "little")
    return bytes(data)


_BESIDE = {
    "comment.docx": _with_comment("word/document.xml", made_files.docx(p(_OTHER))),
    "comment.odt": _with_comment("content.xml", _odt("")),
    "after the end.docx": made_files.docx(p(_OTHER)) + b"Zebedee was here",
    "between the parts.docx": _between_parts(),
    "after the end.pdf": _pdf(b"") + b"Zebedee was here",
    "comment.pdf": _pdf(b"").replace(b"endobj\n", b"endobj\n% Zebedee was here\n", 1),
    "stream that nothing shows.pdf": _orphan(),
    "object that no table lists.pdf": _unlisted(),
}


@pytest.mark.parametrize("name", _BESIDE)
def test_what_lies_beside_the_parts_of_a_file_is_told(name):
    reading = _read(_BESIDE[name], name)
    found = [piece for piece in reading.pieces if _NAME in piece.text]
    assert Where.OTHER in {piece.where for piece in found}
    assert not any(piece.seen for piece in found)
    assert reading.markdown == f"{_OTHER}\n"


def test_data_beside_the_parts_that_cannot_be_read_is_said():
    reading = _read(_pdf(b"") + bytes(range(128, 256)) * 9, "a.pdf")
    assert any("could not be read in full" in one for one in reading.warnings)


def test_folders_left_by_a_parent_that_was_killed_are_removed_and_no_others(tmp_path, monkeypatch):
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.setenv("TMPDIR", str(own))
    monkeypatch.setattr(tempfile, "tempdir", None)
    old, new, foreign = own / "reading-abcdefgh", own / "reading-ijklmnop", own / "reading-list"
    outside = tmp_path / "outside"
    for folder in (old, new, foreign, outside):
        folder.mkdir()
        (folder / "request.json").write_text("{}", "utf-8")
    (own / "reading-zyxwvuts").symlink_to(outside)
    long_ago = time.time() - 2 * 3600
    for folder in (old, foreign, outside):
        os.utime(folder, (long_ago, long_ago))
    upload: Path = tmp_path / "upload"
    upload.write_bytes(b"Words")
    read(upload, name="a.txt")
    assert {one.name for one in own.iterdir()} == {
        "reading-ijklmnop", "reading-list", "reading-zyxwvuts",
    }  # fmt: skip
    assert (outside / "request.json").exists()
