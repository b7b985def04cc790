"""Every planted trace is reported for what it is, and none is left in what is published."""

import io

import pytest
from PIL import Image

from portal.disclosure.files import Limits, Reading, Where
from portal.disclosure.files.extracting import extract
from tests import made_files

_W = Where
_MADE = {
    "report.docx": made_files.planted_docx(),
    "report.odt": made_files.planted_odt(),
    "report.pdf": made_files.planted_pdf(),
    "report.rtf": made_files.planted_rtf(),
    "photo.jpg": made_files.jpeg(),
    "drawing.png": made_files.png(),
}
_READ: dict[str, Reading] = {}

_TRACES: dict[str, list[tuple[Where, str]]] = {
    "report.docx": [
        (_W.DELETED, "Planted deletion"),
        (_W.REVISION_AUTHOR, "Planted Deleter"),
        (_W.REVISION_AUTHOR, "Planted Inserter"),
        (_W.HIDDEN, "Planted vanished"),
        (_W.HIDDEN, "Planted by style"),
        (_W.SAME_COLOUR, "Planted white"),
        (_W.SAME_COLOUR, "Planted blackout"),
        (_W.TINY, "Planted tiny"),
        (_W.OLDER_COPY, "Planted fallback"),
        (_W.ALT_TEXT, "Planted alt text"),
        (_W.FIELD, "Planted field.docx"),
        (_W.BOOKMARK, "Planted_bookmark"),
        (_W.COMMENT, "Planted comment"),
        (_W.COMMENT_AUTHOR, "Planted Commenter"),
        (_W.COMMENT_AUTHOR, "Planted Person"),
        (_W.HEADER, "Planted orphan header"),
        (_W.SETTINGS, "Planted variable"),
        (_W.LINK_TARGET, "planted.user"),
        (_W.PICTURE_TRACE, "Planted Photographer"),
        (_W.PICTURE_TRACE, "53.79167 N"),
        (_W.EMBEDDED, "Planted in an inner document"),
        (_W.DATA, "Planted custom XML"),
        (_W.PROPERTIES, "Planted Author"),
        (_W.PROPERTIES, "Planted Company"),
        (_W.CUSTOM_PROPERTIES, "Planted custom"),
    ],
    "report.odt": [
        (_W.DELETED, "Planted deletion"),
        (_W.REVISION_AUTHOR, "Planted Changer"),
        (_W.COMMENT, "Planted comment"),
        (_W.COMMENT_AUTHOR, "Planted Commenter"),
        (_W.HIDDEN, "Planted hidden"),
        (_W.HIDDEN, "Planted section"),
        (_W.SAME_COLOUR, "Planted white"),
        (_W.FIELD, "Planted user field"),
        (_W.ALT_TEXT, "Planted description"),
        (_W.PICTURE_TRACE, "Planted Photographer"),
        (_W.PROPERTIES, "Planted Author"),
        (_W.CUSTOM_PROPERTIES, "Planted custom"),
        (_W.SETTINGS, "Planted Printer"),
        (_W.PICTURE_TRACE, "small picture of the first page"),
    ],
    "report.pdf": [
        (_W.INVISIBLE, "Planted invisible"),
        (_W.SAME_COLOUR, "Planted white"),
        (_W.COVERED, "Planted covered"),
        (_W.OFF_PAGE, "Planted outside"),
        (_W.LAYER_OFF, "Planted layer"),
        (_W.LAYER, "Planted layer name"),
        (_W.ALT_TEXT, "Planted actual text"),
        (_W.ALT_TEXT, "Planted figure"),
        (_W.ANNOTATION, "Planted annotation"),
        (_W.COMMENT_AUTHOR, "Planted Annotator"),
        (_W.FORM_FIELD, "Planted field"),
        (_W.FORM_FIELD, "Planted value"),
        (_W.LINK_TARGET, "https://planted.example/pdf"),
        (_W.BOOKMARK, "Planted bookmark"),
        (_W.EMBEDDED, "planted-list.txt"),
        (_W.EMBEDDED, "Planted attachment"),
        (_W.PROPERTIES, "Planted Author"),
        (_W.PROPERTIES, "Planted Xmp"),
        (_W.PICTURE_TRACE, "Planted jpeg comment"),
        (_W.PICTURE_TRACE, "Planted Photographer"),
        (_W.EARLIER, "Planted earlier words"),
    ],
    "report.rtf": [
        (_W.HIDDEN, "Planted hidden"),
        (_W.DELETED, "Planted deletion"),
        (_W.SAME_COLOUR, "Planted white"),
        (_W.SAME_COLOUR, "Planted blackout"),
        (_W.REVISION_AUTHOR, "Planted Reviser"),
        (_W.COMMENT, "Planted comment"),
        (_W.COMMENT_AUTHOR, "Planted Commenter"),
        (_W.PROPERTIES, "Planted Author"),
        (_W.PROPERTIES, "Planted Company"),
        (_W.CUSTOM_PROPERTIES, "Planted custom"),
        (_W.BOOKMARK, "Planted_bookmark"),
        (_W.OTHER, "Planted elsewhere"),
    ],
    "photo.jpg": [
        (_W.PICTURE_TRACE, "Planted Photographer"),
        (_W.PICTURE_TRACE, "1.53333 W"),
        (_W.PICTURE_TRACE, "Planted Xmp Creator"),
        (_W.PICTURE_TRACE, "Planted jpeg comment"),
    ],
    "drawing.png": [(_W.PICTURE_TRACE, "Planted png author")],
}
_SEEN = {
    "report.docx": [
        (_W.BODY, "Seen text of the body."),
        (_W.BODY, "Seen start and seen insertion"),
        (_W.TEXT_BOX, "Seen box"),
        (_W.HEADER, "Seen header"),
        (_W.FOOTNOTE, "Seen note"),
        (_W.LINK_TARGET, "https://planted.example/child"),
    ],
    "report.odt": [
        (_W.BODY, "Seen text of the body."),
        (_W.HEADER, "Seen header"),
        (_W.LINK_TARGET, "https://planted.example/odt"),
    ],
    "report.pdf": [(_W.BODY, "Seen text of the body."), (_W.BODY, "Seen on a panel")],
    "report.rtf": [
        (_W.BODY, "Seen text café ’s"),
        (_W.HEADER, "Seen header"),
        (_W.FOOTNOTE, "Seen note"),
        (_W.LINK_TARGET, "https://planted.example/rtf"),
    ],
}


def _reading(name: str) -> Reading:
    if name not in _READ:
        _READ[name] = extract(_MADE[name], name, Limits())
    return _READ[name]


def _cases(of: dict[str, list[tuple[Where, str]]]) -> list[tuple[str, Where, str]]:
    return [(name, where, text) for name, found in of.items() for where, text in found]


@pytest.mark.parametrize(("name", "where", "text"), _cases(_TRACES))
def test_a_planted_trace_is_reported_as_unseen(name, where, text):
    found = [piece for piece in _reading(name).pieces if text in piece.text]
    assert where in {piece.where for piece in found}
    assert not any(piece.seen for piece in found)


@pytest.mark.parametrize(("name", "where", "text"), _cases(_SEEN))
def test_what_a_reader_sees_is_reported_as_seen(name, where, text):
    found = [piece for piece in _reading(name).pieces if text in piece.text]
    assert (where, True) in {(piece.where, piece.seen) for piece in found}


@pytest.mark.parametrize("name", _MADE)
def test_no_hidden_trace_is_in_the_rendering(name):
    words = _reading(name).markdown.replace("https://planted.example/", "").replace("\\", "")
    allowed = {"Planted alt text", "Planted description"}  # stands for the picture, by name
    for one in allowed:
        words = words.replace(f"Picture 1: {one}", "")
    assert "lanted" not in words


@pytest.mark.parametrize("name", _MADE)
def test_a_picture_is_handed_back_without_what_the_camera_wrote(name):
    for picture in _reading(name).pictures:
        assert b"lanted" not in picture.data
        image = Image.open(io.BytesIO(picture.data))
        assert dict(image.getexif()) == {}
        assert not {"exif", "xmp", "comment", "icc_profile"} & image.info.keys()


@pytest.mark.parametrize("name", ["report.docx", "report.odt", "report.pdf", "photo.jpg"])
def test_a_picture_that_is_shown_is_handed_back(name):
    reading = _reading(name)
    assert [picture.number for picture in reading.pictures] == [1]
    assert "[Picture 1: " in reading.markdown.replace("\\", "")


def test_headings_begin_at_the_second_level_and_tables_stay_tables():
    assert _reading("report.docx").markdown.startswith("## Seen heading\n\nSeen text of the body.")
    assert "| Seen cell | Other cell |\n| --- | --- |" in _reading("report.docx").markdown
    assert "- Seen item" in _reading("report.odt").markdown
    assert _reading("report.pdf").markdown.startswith("## Seen title\n\n")
    assert "## Seen heading" in _reading("report.rtf").markdown
    assert "| Seen cell | Other cell |" in _reading("report.rtf").markdown


def test_headers_and_footers_are_left_out_of_the_rendering():
    for name in ("report.docx", "report.odt", "report.rtf"):
        assert "Seen header" not in _reading(name).markdown


def test_the_file_name_is_a_trace_too():
    reading = extract(b"Some text", "Kayleigh Thornbury referral.txt", Limits())
    names = [piece for piece in reading.pieces if piece.where is Where.FILE_NAME]
    assert [piece.text for piece in names] == ["Kayleigh Thornbury referral"]
