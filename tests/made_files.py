"""Files with traces planted in them, made by hand so that nothing tidies them away."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from xml.sax.saxutils import escape

from PIL import Image
from PIL.PngImagePlugin import PngInfo

W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"'
)
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PKG = "http://schemas.openxmlformats.org/package/2006"
DOCUMENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def packed(parts: Mapping[str, bytes | str], first: str = "") -> bytes:
    """Return an archive; the part named `first` comes first and unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts, key=lambda one: one != first):
            content = parts[name]
            stored = zipfile.ZIP_STORED if name == first else zipfile.ZIP_DEFLATED
            data = content.encode() if isinstance(content, str) else content
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, stored)
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """Return the parts of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _rels(entries: list[tuple[str, str, str, bool]]) -> str:
    inside = "".join(
        f'<Relationship Id="{key}" Type="{_REL}/{kind}" Target="{escape(target)}"'
        + (' TargetMode="External"' if outside else "")
        + "/>"
        for key, kind, target, outside in entries
    )
    return f'<Relationships xmlns="{_PKG}/relationships">{inside}</Relationships>'


def docx(
    body: str,
    parts: Mapping[str, bytes | str] | None = None,
    rels: list[tuple[str, str, str, bool]] | None = None,
    content_type: str = DOCUMENT_TYPE,
) -> bytes:
    """Return a Word document with a body of XML, more parts and references of the body."""
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PKG}/content-types">'
            f'<Override PartName="/word/document.xml" ContentType="{content_type}"/></Types>',
            "_rels/.rels": _rels([("rId1", "officeDocument", "word/document.xml", False)]),
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": _rels(rels or []),
            **(parts or {}),
        }
    )


def p(text: str, properties: str = "", style: str = "") -> str:
    """Return a paragraph of Word's XML, in one run."""
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    looks = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f"<w:p>{styled}<w:r>{looks}<w:t xml:space='preserve'>{escape(text)}</w:t></w:r></w:p>"


def jpeg(size: tuple[int, int] = (40, 30)) -> bytes:
    """Return a photograph with a position, an author, XMP and a comment in it."""
    image = Image.new("RGB", size, "teal")
    exif = Image.Exif()
    exif[0x013B] = "Planted Photographer"
    exif[0x010E] = "Planted caption"
    exif.get_ifd(0x8769)[0x9003] = "2023:11:05 10:00:00"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (53.0, 47.0, 30.0), "W", (1.0, 32.0, 0.0)
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description>'
        "<dc:creator>Planted Xmp Creator</dc:creator>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"Planted jpeg comment", xmp=packet.encode())
    return out.getvalue()


def png() -> bytes:
    """Return a picture with a text in it."""
    info = PngInfo()
    info.add_text("Author", "Planted png author")
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (10, 20, 30, 128)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def drawing(inner: str, alt: str = "", name: str = "Picture 1") -> str:
    return (
        f'<w:drawing><wp:inline><wp:docPr id="1" name="{name}" descr="{alt}"/>'
        f"<a:graphic><a:graphicData>{inner}</a:graphicData></a:graphic></wp:inline></w:drawing>"
    )


BLIP = '<pic:pic><pic:blipFill><a:blip r:embed="rId9"/>{crop}</pic:blipFill></pic:pic>'


def planted_docx() -> bytes:
    """Return a Word document with twenty planted traces and four things that are seen."""
    box = "<wps:wsp><wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx></wps:wsp>"
    body = (
        p("Seen heading", style="Heading1")
        + p("Seen text of the body.")
        + "<w:p><w:r><w:t xml:space='preserve'>Seen start </w:t></w:r>"
        '<w:del w:id="1" w:author="Planted Deleter"><w:r><w:delText>Planted deletion</w:delText>'
        '</w:r></w:del><w:ins w:id="2" w:author="Planted Inserter"><w:r><w:t>and seen insertion'
        "</w:t></w:r></w:ins></w:p>"
        + p("Planted vanished", "<w:vanish/>")
        + p("Planted white", '<w:color w:val="FFFFFF"/>')
        + p("Planted tiny", '<w:sz w:val="2"/>')
        + p("Planted blackout", '<w:color w:val="000000"/><w:highlight w:val="black"/>')
        + p("Planted by style", style="Secret")
        + "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'>"
        + drawing(box.format(p("Seen box")), name="Text Box 2")
        + "</mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent>"
        + p("Seen box")
        + p("Planted fallback")
        + "</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
        + f"<w:p><w:r>{drawing(BLIP.format(crop=''), 'Planted alt text')}</w:r></w:p>"
        + '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>'
        'INCLUDETEXT "Planted field.docx"</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>Seen result</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
        + '<w:p><w:hyperlink r:id="rId8"><w:r><w:t>Seen link</w:t></w:r></w:hyperlink>'
        '<w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
        + '<w:p><w:bookmarkStart w:id="4" w:name="Planted_bookmark"/></w:p>'
        + "<w:tbl><w:tr><w:tc>"
        + p("Seen cell")
        + "</w:tc><w:tc>"
        + p("Other cell")
        + '</w:tc></w:tr></w:tbl><w:sectPr><w:headerReference r:id="rId5" w:type="default"/>'
        "</w:sectPr>"
    )
    comment = (
        f'<w:comments {W}><w:comment w:id="1" w:author="Planted Commenter" w:initials="PC">'
        f"{p('Planted comment')}</w:comment></w:comments>"
    )
    styles = (
        f'<w:styles {W}><w:style w:type="paragraph" w:styleId="Heading1">'
        '<w:name w:val="heading 1"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Hid"><w:name w:val="Hid"/>'
        '<w:rPr><w:vanish/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Secret">'
        '<w:name w:val="Secret"/><w:basedOn w:val="Hid"/></w:style></w:styles>'
    )
    return docx(
        body,
        {
            "word/styles.xml": styles,
            "word/comments.xml": comment,
            "word/header1.xml": f"<w:hdr {W}>{p('Seen header')}</w:hdr>",
            "word/header2.xml": f"<w:hdr {W}>{p('Planted orphan header')}</w:hdr>",
            "word/footnotes.xml": f'<w:footnotes {W}><w:footnote w:id="2">{p("Seen note")}'
            "</w:footnote></w:footnotes>",
            "word/people.xml": f'<w15:people {W}><w15:person w15:author="Planted Person"/>'
            "</w15:people>",
            "word/settings.xml": f'<w:settings {W}><w:docVars><w:docVar w:name="x" '
            'w:val="Planted variable"/></w:docVars></w:settings>',
            "word/_rels/settings.xml.rels": _rels(
                [("rId1", "attachedTemplate", "file:///C:/Users/planted.user/T.dotx", True)]
            ),
            "word/media/image1.jpeg": jpeg(),
            "word/embeddings/inner.docx": docx(p("Planted in an inner document")),
            "customXml/item1.xml": "<data><who>Planted custom XML</who></data>",
            "docProps/core.xml": "<coreProperties><creator>Planted Author</creator>"
            "<created>2023-01-01T00:00:00Z</created></coreProperties>",
            "docProps/app.xml": "<Properties><Company>Planted Company</Company></Properties>",
            "docProps/custom.xml": '<Properties><property name="Case"><lpwstr>Planted custom'
            "</lpwstr></property></Properties>",
        },
        [
            ("rId1", "styles", "styles.xml", False),
            ("rId5", "header", "header1.xml", False),
            ("rId8", "hyperlink", "https://planted.example/child", True),
            ("rId9", "image", "media/image1.jpeg", False),
        ],
    )


_ODF = "office text style fo draw table dc meta xlink svg config manifest script"
ODF = " ".join(f'xmlns:{prefix}="urn:{prefix}"' for prefix in _ODF.split())
ODT_TYPE = "application/vnd.oasis.opendocument.text"


def odt(body: str, styles: str = "", parts: Mapping[str, bytes | str] | None = None) -> bytes:
    """Return an OpenDocument text with a body, automatic styles and more parts."""
    content = (
        f"<office:document-content {ODF}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
        "</office:document-content>"
    )
    return packed({"mimetype": ODT_TYPE, "content.xml": content, **(parts or {})}, "mimetype")


def planted_odt() -> bytes:
    """Return an OpenDocument text with eleven planted traces and what is seen."""

    def style(name: str, properties: str) -> str:
        return (
            f'<style:style style:name="{name}" style:family="text">'
            f"<style:text-properties {properties}/></style:style>"
        )

    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><office:change-info>"
        "<dc:creator>Planted Changer</dc:creator><dc:date>2023-01-01T00:00:00</dc:date>"
        "</office:change-info><text:p>Planted deletion</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        '<text:user-field-decls><text:user-field-decl text:name="who" '
        'office:string-value="Planted user field"/></text:user-field-decls>'
        '<text:h text:outline-level="1">Seen heading</text:h>'
        "<text:p>Seen text<office:annotation><dc:creator>Planted Commenter</dc:creator>"
        "<dc:date>2023-01-01T00:00:00</dc:date><text:p>Planted comment</text:p>"
        "</office:annotation> of the body.</text:p>"
        '<text:p>Seen words <text:span text:style-name="hid">Planted hidden</text:span>'
        '<text:span text:style-name="white">Planted white</text:span></text:p>'
        '<text:section text:name="Section1" text:display="none"><text:p>Planted section</text:p>'
        "</text:section>"
        '<text:list text:style-name="L1"><text:list-item><text:p>Seen item</text:p>'
        "</text:list-item></text:list>"
        '<text:p><draw:frame draw:name="Image1"><draw:image xlink:href="Pictures/a.jpg"/>'
        "<svg:desc>Planted description</svg:desc></draw:frame></text:p>"
        '<text:p><text:a xlink:href="https://planted.example/odt">Seen link</text:a></text:p>'
    )
    header = (
        f'<office:document-styles {ODF}><office:master-styles><style:master-page style:name="S">'
        "<style:header><text:p>Seen header</text:p></style:header></style:master-page>"
        "</office:master-styles></office:document-styles>"
    )
    meta = (
        f"<office:document-meta {ODF}><office:meta><dc:creator>Planted Author</dc:creator>"
        '<meta:user-defined meta:name="Case">Planted custom</meta:user-defined>'
        "</office:meta></office:document-meta>"
    )
    settings = (
        f'<office:document-settings {ODF}><config:config-item config:name="PrinterName" '
        'config:type="string">Planted Printer</config:config-item></office:document-settings>'
    )
    return odt(
        body,
        style("hid", 'text:display="none"') + style("white", 'fo:color="#ffffff"'),
        {
            "styles.xml": header,
            "meta.xml": meta,
            "settings.xml": settings,
            "Pictures/a.jpg": jpeg(),
            "Thumbnails/thumbnail.png": png(),
        },
    )


class Pdf:
    """A PDF written object by object; `saved` ends a version, more objects begin the next."""

    def __init__(self) -> None:
        self.data = b"%PDF-1.7\n"
        self.offsets: dict[int, int] = {}
        self.previous = 0

    def add(self, number: int, content: str | bytes) -> None:
        """Write an object under its number."""
        body = content.encode("latin-1") if isinstance(content, str) else content
        self.offsets[number] = len(self.data)
        self.data += b"%d 0 obj\n%s\nendobj\n" % (number, body)

    def stream(self, number: int, content: bytes, extra: str = "", packing: bool = True) -> None:
        """Write a stream."""
        data = zlib.compress(content) if packing else content
        how = "/Filter /FlateDecode " if packing else ""
        head = f"<< /Length {len(data)} {how}{extra} >>\nstream\n".encode("latin-1")
        self.add(number, head + data + b"\nendstream")

    def saved(self, extra: str = "") -> bytes:
        """End a version with its table and trailer; return the whole file."""
        at = len(self.data)
        lines = b"xref\n"
        for number in sorted(self.offsets):
            lines += b"%d 1\n%010d 00000 n \n" % (number, self.offsets[number])
        before = f"/Prev {self.previous} " if self.previous else ""
        trailer = f"trailer\n<< /Root 1 0 R /Size 100 {before}{extra} >>\nstartxref\n{at}\n%%EOF\n"
        self.data += lines + trailer.encode("latin-1")
        self.offsets, self.previous = {}, at
        return self.data


def pdf(page: bytes, more: Mapping[int, str] | None = None, catalog: str = "", extra: str = "",
        resources: str = "", of_page: str = "") -> Pdf:  # fmt: skip
    """Return an unsaved PDF of one page: 1 catalog, 2 pages, 3 page, 4 content, 5 font."""
    made = Pdf()
    made.add(1, f"<< /Type /Catalog /Pages 2 0 R {catalog} >>")
    made.add(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
    made.add(
        3,
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources "
        f"<< /Font << /F1 5 0 R >> {resources} >> {of_page} >>",
    )
    made.stream(4, page)
    made.add(5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    for number, content in (more or {}).items():
        made.add(number, content)
    return made


def shown(text: str, x: int, y: int, before: str = "0 g", size: int = 12) -> bytes:
    """Return operators that show a text at a place."""
    return f"q {before} BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET Q\n".encode("latin-1")


def planted_pdf() -> bytes:
    """Return a PDF with planted traces of every kind and a little that is seen."""
    page = (
        shown("Seen title", 50, 750, size=24)
        + shown("Seen text of the body.", 50, 700)
        + shown("Planted invisible", 50, 680, "3 Tr")
        + shown("Planted white", 50, 660, "1 g")
        + shown("Planted covered", 50, 640)
        + b"q 0 g 40 630 300 30 re f Q\n"
        + shown("Seen on a panel", 50, 600, "0 0 1 rg 40 590 200 25 re f 1 g")
        + shown("Planted outside", 50, 900)
        + b"/OC /L1 BDC "
        + shown("Planted layer", 50, 560)
        + b"EMC\n/Span << /ActualText (Planted actual text) >> BDC EMC\n"
        + b"q 30 0 0 30 400 400 cm /Im1 Do Q\n"
    )
    made = pdf(
        page,
        {
            6: "<< /Type /OCG /Name (Planted layer name) >>",
            7: "<< /Type /Annot /Subtype /Text /Rect [10 10 20 20] /T (Planted Annotator) "
            "/Contents (Planted annotation) >>",
            8: "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Planted field) /V (Planted value) "
            "/Rect [0 0 9 9] /F 2 >>",
            9: "<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] "
            "/A << /S /URI /URI (https://planted.example/pdf) >> >>",
            10: "<< /Type /Outlines /First 11 0 R /Last 11 0 R >>",
            11: "<< /Title (Planted bookmark) /Parent 10 0 R /Dest [3 0 R /Fit] >>",
            12: "<< /Type /StructElem /S /Figure /Alt (Planted figure) >>",
            13: "<< /Type /Filespec /F (planted-list.txt) /EF << /F 14 0 R >> >>",
            16: "<< /Author (Planted Author) /CreationDate (D:20230101) >>",
        },
        "/OCProperties << /OCGs [6 0 R] /D << /OFF [6 0 R] >> >> /Outlines 10 0 R "
        "/Metadata 15 0 R /Names << /EmbeddedFiles << /Names [(planted-list.txt) 13 0 R] >> >>",
        resources="/Properties << /L1 6 0 R >> /XObject << /Im1 17 0 R >>",
        of_page="/Annots [7 0 R 8 0 R 9 0 R]",
    )
    made.stream(14, b"Planted attachment", "/Type /EmbeddedFile")
    made.stream(
        15,
        b'<x:xmpmeta xmlns:x="a"><d xmlns:dc="b"><dc:creator>Planted Xmp</dc:creator></d>'
        b"</x:xmpmeta>",
        "/Type /Metadata /Subtype /XML",
    )
    made.stream(
        17,
        jpeg(),
        "/Type /XObject /Subtype /Image /Width 40 /Height 30 /ColorSpace /DeviceRGB "
        "/BitsPerComponent 8 /Filter /DCTDecode",
        packing=False,
    )
    old = page.replace(b"Seen text of the body.", b"Planted earlier words")
    made.stream(4, old)
    made.saved("/Info 16 0 R")
    made.stream(4, page)
    return made.saved("/Info 16 0 R")


def planted_rtf() -> bytes:
    """Return rich text with planted traces."""
    return (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}"
        rb"{\colortbl;\red255\green255\blue255;\red0\green0\blue0;}"
        rb"{\stylesheet{\s1 heading 1;}}"
        rb"{\*\revtbl{Unknown;}{Planted Reviser;}}"
        rb"{\info{\author Planted Author}{\company Planted Company}}"
        rb"{\header Seen header\par}"
        rb"\pard\s1\outlinelevel0 Seen heading\par\pard "
        rb"Seen text caf\'e9 \u8217?s {\v Planted hidden}{\deleted Planted deletion}"
        rb"{\cf1 Planted white}{\cf2\highlight2 Planted blackout}\par "
        rb"{\*\atnauthor Planted Commenter}{\*\annotation Planted comment}"
        rb'{\field{\*\fldinst HYPERLINK "https://planted.example/rtf"}{\fldrslt Seen link}}\par '
        rb"{\*\bkmkstart Planted_bookmark}{\*\userprops{\propname Case}{\staticval Planted custom}}"
        rb"{\*\unknownthing Planted elsewhere}"
        rb"\trowd\intbl Seen cell\cell Other cell\cell\row\pard "
        rb"Seen end{\footnote Seen note}\par}"
    )
