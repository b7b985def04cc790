"""A file that cannot be checked is refused in plain words; nothing else can come out of one."""

import io
import random
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from portal.disclosure.files import Limits, Reading, Refused, process, read
from portal.disclosure.files.extracting import extract
from tests import made_files
from tests.made_files import docx, odt, p, packed, pdf, shown, unpacked

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


def _wide(name: str) -> bytes:
    return _OLE + name.encode("utf-16-le")


def _encrypted_zip() -> bytes:
    data = bytearray(docx(p("Text")))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(mark)
        while start >= 0:
            data[start + at] |= 1
            start = data.find(mark, start + 4)
    return bytes(data)


def _bomb() -> bytes:
    return docx(p("Text"), {"word/big.xml": b"<a>" + bytes(60_000_000) + b"</a>"})


def _many_parts() -> bytes:
    return docx(p("Text"), {f"word/part{number}.xml": "<a/>" for number in range(2100)})


def _overlapping() -> bytes:
    """Return an archive two of whose entries share their bytes."""
    data = bytearray(
        docx(p("Text"), {"word/a1.xml": "<a>" + "b" * 90 + "</a>", "word/a2.xml": "<c/>"})
    )
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        first = archive.getinfo("word/a1.xml").header_offset
    entry = data.rfind(b"PK\x01\x02", 0, data.rfind(b"word/a2.xml"))
    data[entry + 42 : entry + 46] = first.to_bytes(4, "little")
    return bytes(data)


def _nested_docx(depth: int) -> bytes:
    inner = docx(p("Text"))
    for _ in range(depth):
        inner = docx(p("Text"), {"word/embeddings/a.docx": inner})
    return inner


def _entities() -> bytes:
    parts = unpacked(docx(p("Text")))
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    parts["word/document.xml"] = (
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "lol">{levels}]><d>&l9;</d>'
    ).encode()
    return packed(parts)


def _outside_entity() -> bytes:
    parts = unpacked(odt("<text:p>Text</text:p>"))
    parts["content.xml"] = (
        b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'
    )
    return packed(parts, "mimetype")


def _encrypted_odt() -> bytes:
    manifest = f"<manifest:manifest {made_files.ODF}><manifest:file-entry>"
    manifest += "<manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    return odt("<text:p>Text</text:p>", parts={"META-INF/manifest.xml": manifest})


def _scripted_pdf(kind: str) -> bytes:
    return pdf(shown("Text", 50, 50), catalog=f"/OpenAction << /S /{kind} /X (1) >>").saved()


def _encrypted_pdf() -> bytes:
    made = pdf(shown("Text", 50, 50))
    made.add(9, f"<< /Filter /Standard /V 1 /R 2 /O <{'00' * 32}> /U <{'00' * 32}> /P -4 >>")
    return made.saved("/Encrypt 9 0 R /ID [<00> <00>]")


def _many_pages() -> bytes:
    made = pdf(shown("Text", 50, 50))
    kids = " ".join(f"{number} 0 R" for number in range(100, 500))
    made.add(2, f"<< /Type /Pages /Kids [{kids}] /Count 400 >>")
    for number in range(100, 500):
        made.add(number, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>")
    return made.saved()


def _fanning_pdf() -> bytes:
    """Return a PDF of forms that each paint the next ten times: 10 to the 12th in the end."""
    again = b"/X Do " * 10
    made = pdf(again, resources="/XObject << /X 20 0 R >>")
    for number in range(20, 32):
        inside = f"/Resources << /XObject << /X {number + 1} 0 R >> >>"
        made.stream(number, again, f"/Type /XObject /Subtype /Form /BBox [0 0 9 9] {inside}")
    made.stream(32, b"q Q", "/Type /XObject /Subtype /Form /BBox [0 0 9 9]")
    return made.saved()


def _macros_in_docx() -> bytes:
    return docx(p("Text"), {"word/vbaProject.bin": b"x"})


def _docm() -> bytes:
    return docx(p("Text"), content_type="application/vnd.ms-word.document.macroEnabled.main+xml")


_REFUSALS = {
    "program named as a document": (b"MZ\x90\0" + bytes(99), "a.docx", "a program for Windows"),
    "PDF named as a document": (made_files.planted_pdf(), "a.docx", "it is a PDF document"),
    "document named as a text": (docx(p("Text")), "a.txt", "it is a Word document"),
    "program under its own name": (b"MZ\x90\0", "a.exe", "a program for Windows"),
    "web page": (b"<html></html>", "a.html", "not known here"),
    "archive": (packed({"a.txt": "a"}), "a.zip", "an archive"),
    "spreadsheet": (
        docx(p("Text"), content_type="application/sheet.main+xml"),
        "a.xlsx",
        "other than a Word document",
    ),
    "empty": (b"", "a.docx", "is empty"),
    "blank text": (b"  \n ", "a.txt", "no text in it"),
    "binary text": (b"abc\0\x01\x02", "a.txt", "named .txt but it is"),
    "old Word": (_wide("WordDocument"), "a.doc", "Word before 2007"),
    "encrypted Word": (_wide("EncryptedPackage"), "a.docx", "password"),
    "encrypted archive": (_encrypted_zip(), "a.docx", "password"),
    "encrypted OpenDocument": (_encrypted_odt(), "a.odt", "password"),
    "encrypted PDF": (_encrypted_pdf(), "a.pdf", "password"),
    "document with macros": (_macros_in_docx(), "a.docx", "macros"),
    "document of the kind with macros": (_docm(), "a.docm", "macros"),
    "macros in an inner document": (
        docx(p("Text"), {"word/embeddings/a.bin": _wide("_VBA_PROJECT")}),
        "a.docx",
        "macros",
    ),
    "OpenDocument with macros": (
        odt("<text:p>Text</text:p>", parts={"Basic/Standard/a.xml": "<a/>"}),
        "a.odt",
        "macros",
    ),
    "PDF with JavaScript": (_scripted_pdf("JavaScript"), "a.pdf", "scripts"),
    "PDF that starts a program": (_scripted_pdf("Launch"), "a.pdf", "scripts"),
    "PDF form of another program": (
        pdf(shown("Text", 5, 5), catalog="/AcroForm << /XFA (a) >>").saved(),
        "a.pdf",
        "XFA",
    ),
    "archive bomb": (_bomb(), "a.docx", "unpacks to far more"),
    "archive of very many parts": (_many_parts(), "a.docx", "unpacks to far more"),
    "archive whose parts overlap": (_overlapping(), "a.docx", "damaged"),
    "files nested deep": (_nested_docx(5), "a.docx", "too complex"),
    "XML bomb": (_entities(), "a.docx", "XML entities"),
    "XML that asks for a local file": (_outside_entity(), "a.odt", "XML entities"),
    "PDF of many pages": (_many_pages(), "a.pdf", "more than 300 pages"),
    "PDF that paints without end": (_fanning_pdf(), "a.pdf", "too complex"),
    "cut document": (docx(p("Text"))[:-40], "a.docx", "damaged"),
    "broken XML": (docx("<w:p>"), "a.docx", "damaged"),
    "PDF of nothing": (b"%PDF-1.7\nnothing", "a.pdf", "damaged"),
    "rich text that is cut": (made_files.planted_rtf()[:-9], "a.rtf", "damaged"),
    "broken picture": (made_files.jpeg()[:300], "a.jpg", "damaged"),
    "huge picture": (made_files.jpeg((9000, 9000)), "a.jpg", "too complex"),
    "larger than allowed": (b"a" * (20 * 1024 * 1024 + 1), "a.txt", "larger than 20 MB"),
}


@pytest.mark.parametrize("what", _REFUSALS)
def test_a_file_that_cannot_be_checked_is_refused_with_what_is_wrong(what):
    data, name, reason = _REFUSALS[what]
    with pytest.raises(Refused) as refused:
        extract(data, name, Limits())
    assert reason in refused.value.reason
    assert refused.value.reason.endswith(".")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", docx(p("Text"), rels=[("r", "image", "https://far.example/a.png", True)])),
        ("a.md", b"![a](https://far.example/a.png) Text"),
    ],
)
def test_what_lies_outside_is_named_and_not_fetched(name, data):
    reading = extract(data, name, Limits())
    assert any("far.example" in piece.text for piece in reading.pieces)
    assert "far.example" not in reading.markdown


def test_a_pdf_of_pictures_alone_is_taken_with_a_warning():
    reading = extract(pdf(b"q 0 g 10 10 50 50 re f Q").saved(), "scan.pdf", Limits())
    assert any("No text could be read" in warning for warning in reading.warnings)


def _given(tmp_path, data: bytes):
    path = tmp_path / "upload"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("kind", ["docx", "odt", "pdf", "rtf"])
def test_the_process_apart_finds_what_is_found_here(kind, tmp_path):
    data = getattr(made_files, f"planted_{kind}")()
    name = f"report.{kind}"
    assert read(_given(tmp_path, data), name=name) == extract(data, name, Limits())


@pytest.mark.parametrize("what", ["XML bomb", "archive bomb", "empty", "old Word"])
def test_the_process_apart_hands_on_the_reason(what, tmp_path):
    data, name, reason = _REFUSALS[what]
    with pytest.raises(Refused, match=reason):
        read(_given(tmp_path, data), name=name)


def test_a_stream_that_unpacks_without_end_stops_at_the_limit_of_memory(tmp_path):
    squeezer = zlib.compressobj(9)
    bomb = b"".join(squeezer.compress(bytes(10_000_000)) for _ in range(50)) + squeezer.flush()
    made = pdf(shown("Text", 50, 50))
    head = f"<< /Length {len(bomb)} /Filter /FlateDecode >>\nstream\n".encode()
    made.add(4, head + bomb + b"\nendstream")
    with pytest.raises(Refused, match="too complex"):
        read(_given(tmp_path, made.saved()), name="a.pdf", limits=Limits(memory_bytes=400_000_000))


def test_a_file_that_takes_too_long_is_ended_and_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    many = b"".join(shown("Letters " * 50, 5, y % 800) for y in range(1500))
    for limits in (Limits(cpu_seconds=1), Limits(wall_seconds=0.3)):
        with pytest.raises(Refused, match="takes too long"):
            read(_given(tmp_path, pdf(many).saved()), name="slow.pdf", limits=limits)
    assert list((tmp_path / "own").iterdir()) == []


def test_many_files_are_read_at_once(tmp_path):
    path = _given(tmp_path, made_files.planted_docx())
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: read(path, name="a.docx"), range(3)))
    assert found[0] == found[1] == found[2]


def test_the_process_apart_can_open_no_connection_and_start_no_program():
    script = (
        "import socket, subprocess, sys\n"
        "from portal.disclosure.files.child import _forbid\n"
        "sys.addaudithook(_forbid)\n"
        "for attempt in (socket.socket, lambda: subprocess.Popen(['true'])):\n"
        "    try:\n        attempt()\n"
        "    except PermissionError:\n        continue\n"
        "    sys.exit('it was let through')\n"
    )
    start = process._START.replace("from portal.disclosure.files.child import main\nmain()", script)
    subprocess.run([sys.executable, "-I", "-c", start, str(process._ROOT)], check=True)


def _damaged(data: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.3:
        return data[: chance.randrange(len(data))]
    broken = bytearray(data)
    for _ in range(chance.choice([1, 5, 40])):
        broken[chance.randrange(len(broken))] = chance.randrange(256)
    return bytes(broken)


def _rebuilt(data: bytes, chance: random.Random) -> bytes:
    """Damage one part inside an archive, so that the damage is not found by its check sum."""
    parts = unpacked(data)
    name = chance.choice(sorted(parts))
    parts[name] = _damaged(parts[name] or b"x", chance)
    return packed(parts)


_SOUND = {
    "docx": made_files.planted_docx(),
    "odt": made_files.planted_odt(),
    "pdf": made_files.planted_pdf(),
    "rtf": made_files.planted_rtf(),
    "jpg": made_files.jpeg(),
    "png": made_files.png(),
}


def _outcome(reader: Callable[[], Reading]) -> str:
    """Return what came out: text, or a reason; any other exception fails the test."""
    try:
        return "".join(piece.text for piece in reader().pieces)
    except Refused as refused:
        return refused.reason


@pytest.mark.parametrize("kind", _SOUND)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(kind):
    chance = random.Random(f"damage {kind}")
    for _ in range(60):
        inside = kind in ("docx", "odt") and chance.random() < 0.7
        data = (_rebuilt if inside else _damaged)(_SOUND[kind], chance)
        assert _outcome(partial(extract, data, f"a.{kind}", Limits()))


@pytest.mark.parametrize("kind", _SOUND)
def test_a_damaged_file_cannot_break_the_one_who_asks(kind, tmp_path):
    chance = random.Random(f"apart {kind}")
    for _ in range(2):
        path = _given(tmp_path, _damaged(_SOUND[kind], chance))
        assert _outcome(partial(read, path, name=f"a.{kind}"))
