"""Word documents (ECMA-376, Office Open XML): every part of the package, seen or not."""

import re
from xml.etree.ElementTree import Element

from portal.disclosure.files.docx_places import page_of
from portal.disclosure.files.docx_story import Document, Place, Walk
from portal.disclosure.files.docx_styles import Numbering, Styles
from portal.disclosure.files.gathering import Gathering
from portal.disclosure.files.packages import Package
from portal.disclosure.files.pictures import in_document
from portal.disclosure.files.reading import Where
from portal.disclosure.files.refusals import DAMAGED, MACROS, Refused
from portal.disclosure.files.relations import Relation, relations, source_of
from portal.disclosure.files.stories import Story
from portal.disclosure.files.xml_text import dull, texts

_DULL_PROPERTIES = {
    "created", "modified", "lastPrinted", "revision", "TotalTime", "Pages", "Words", "Characters",
    "Application", "DocSecurity", "Lines", "Paragraphs", "ScaleCrop", "LinksUpToDate",
    "CharactersWithSpaces", "SharedDoc", "HyperlinksChanged", "AppVersion", "version", "language",
}  # fmt: skip
_DULL_VALUES = {"Normal", "Normal.dotm", "Normal.dot"}
_FORMAL = {"numbering", "fonts", "theme", "webSettings", "Types", "Relationships"}
_NOTES = {"footnotes": (Where.FOOTNOTE, "footnote"), "endnotes": (Where.ENDNOTE, "endnote")}
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|tiff?)$", re.IGNORECASE)
_SETTINGS = {"docVar", "attachedTemplate", "mailMerge", "documentProtection", "writeProtection"}
_DRAWING = re.compile(r"\.(?:emf|wmf|svg)$", re.IGNORECASE)
_FONT = re.compile(r"\.(?:odttf|ttf|fntdata)$", re.IGNORECASE)
_DIAGRAMS = {"dataModel", "chartSpace"}


def read_docx(package: Package, gathering: Gathering) -> None:
    """Take in a Word document; raise Refused where it holds macros or is damaged."""
    _refuse_programs(package)
    main = next(
        (one.target for one in relations(package, "").values() if one.kind == "officeDocument"), ""
    )
    if main not in package:
        raise Refused(DAMAGED)
    root = package.xml(main)
    related = relations(package, main)
    document = Document(
        package,
        gathering,
        Styles(_root(package, related, "styles")),
        Numbering(_root(package, related, "numbering")),
    )
    _page_fill(document, root)
    document.page = page_of(root)
    _story(document, main, root, Story(gathering, Where.BODY, shown=True))
    used = {
        related[one.get("id", "")].target
        for one in root.iter()
        if one.tag in ("headerReference", "footerReference") and one.get("id", "") in related
    }
    for name in package.names:
        if name != main:
            _part(document, name, used)
    _pictures(document)


def _refuse_programs(package: Package) -> None:
    for name in package.names:
        low = name.lower()
        if "vbaproject" in low or "vbadata" in low or "/activex/" in low:
            raise Refused(MACROS)


def _root(package: Package, related: dict[str, Relation], kind: str) -> Element | None:
    part = next((one.target for one in related.values() if one.kind == kind), "")
    return package.xml(part) if part in package else None


def _page_fill(document: Document, root: Element) -> None:
    page = root.find("background")
    if page is not None:
        colour = page.get("color", "auto")
        document.page_fill = "ffffff" if colour == "auto" else colour.lower()


def _story(document: Document, part: str, root: Element, story: Story) -> None:
    Walk(document, relations(document.package, part), story).go(root, Place())
    story.finish()
    _authors(document.gathering, root)


def _authors(gathering: Gathering, root: Element) -> None:
    for element in root.iter():
        where = Where.COMMENT_AUTHOR if element.tag == "comment" else Where.REVISION_AUTHOR
        gathering.add(element.get("author", ""), where)
        if element.tag == "comment":
            gathering.add(element.get("initials", ""), where, "initials")


def _part(document: Document, name: str, used: set[str]) -> None:
    package, gathering = document.package, document.gathering
    if name.endswith(".rels"):
        _outside(package, name, gathering)
    elif _PICTURE.search(name) or _DRAWING.search(name) or _FONT.search(name):
        return  # pictures come last, when those that are shown are known
    elif name.endswith((".xml", ".vml")):
        _xml_part(document, name, package.xml(name), used)
    elif package.read(name):
        gathering.embed(package.read(name), name.rpartition("/")[2])


def _outside(package: Package, rels: str, gathering: Gathering) -> None:
    """Keep the addresses of what lies outside; nothing is ever fetched from there."""
    known = {p.text for p in gathering.pieces if p.where is Where.LINK_TARGET}
    known |= {text.partition("#")[0] for text in known}
    for one in relations(package, source_of(rels)).values():
        if one.external and one.kind != "hyperlink":
            gathering.add(one.target, Where.LINK_TARGET, _spoken(one.kind))
        elif one.external and one.target not in known:
            gathering.add(one.target, Where.LINK_TARGET)


def _spoken(kind: str) -> str:
    """Return "attachedTemplate" as "attached template"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()


def _xml_part(document: Document, name: str, root: Element, used: set[str]) -> None:
    """Take in a part of XML by what its root says it is."""
    gathering = document.gathering
    match root.tag:
        case "hdr" | "ftr":
            where = Where.HEADER if root.tag == "hdr" else Where.FOOTER
            _story(document, name, root, Story(gathering, where, seen=name in used))
        case "footnotes" | "endnotes":
            _notes(document, name, root)
        case "comments":
            _comments(document, name, root)
        case "document" | "glossaryDocument":
            story = Story(gathering, Where.OTHER, "building blocks", seen=False)
            _story(document, name, root, story)
        case _:
            _settled(gathering, name, root)


def _settled(gathering: Gathering, name: str, root: Element) -> None:
    """Take in a part that has no paragraphs."""
    match root.tag:
        case "coreProperties" | "Properties":
            _properties(gathering, root)
        case "settings":
            _settings(gathering, root)
        case "people":
            for person in root.iter():
                for key in ("author", "userId"):
                    gathering.add(person.get(key, ""), Where.COMMENT_AUTHOR, "list of people")
        case "styles":
            _style_names(gathering, root)
        case tag if tag not in _FORMAL:
            if tag in _DIAGRAMS:
                gathering.warn("A chart or diagram is left out of the rendering.")
            for text in texts(root):
                gathering.add(text, Where.DATA, name)


def _style_names(gathering: Gathering, root: Element) -> None:
    for style in root.iter("style"):
        label = style.find("name")
        name = label.get("val", "") if label is not None else ""
        if style.get("customStyle") in ("1", "true") and not name.endswith(" Char"):
            gathering.add(name, Where.SETTINGS, "name of a style")


def _notes(document: Document, name: str, root: Element) -> None:
    where, tag = _NOTES[root.tag]
    related = relations(document.package, name)
    for note in root.iter(tag):
        if note.get("type") in ("separator", "continuationSeparator", "continuationNotice"):
            continue
        seen = (tag, note.get("id", "")) in document.noted
        story = Story(document.gathering, where, note.get("id", ""), seen, shown=seen)
        story.inline.text(f"Note {note.get('id', '')}: ")
        Walk(document, related, story).go(note)
        story.finish()
    _authors(document.gathering, root)


def _comments(document: Document, name: str, root: Element) -> None:
    related = relations(document.package, name)
    for comment in root.iter("comment"):
        story = Story(document.gathering, Where.COMMENT, comment.get("id", ""), seen=False)
        Walk(document, related, story).go(comment)
        story.finish()
    _authors(document.gathering, root)


def _properties(gathering: Gathering, root: Element) -> None:
    custom = root.find("property") is not None
    where = Where.CUSTOM_PROPERTIES if custom else Where.PROPERTIES
    for child in root:
        label = child.get("name", "") if custom else child.tag
        if child.tag in _DULL_PROPERTIES or child.tag in ("TitlesOfParts", "HeadingPairs"):
            continue
        gathering.add(label if custom else "", where, "name of a property")
        for one in child.iter():
            if one.text and not dull(one.text) and one.text not in _DULL_VALUES:
                gathering.add(one.text, where, _spoken(label))


def _settings(gathering: Gathering, root: Element) -> None:
    for element in root:
        for one in element.iter() if element.tag in _SETTINGS | {"docVars"} else ():
            for key in ("name", "val", "connectString", "query"):
                if not dull(one.get(key, "")):
                    gathering.add(one.get(key, ""), Where.SETTINGS, _spoken(one.tag))


def _pictures(document: Document) -> None:
    """Look into the pictures that no reader sees, the thumbnail among them."""
    for name in document.package.names:
        short = name.rpartition("/")[2]
        if name.lower().startswith("docprops/thumbnail"):
            document.gathering.add(
                "a small picture of the first page as it was", Where.PICTURE_TRACE, "thumbnail"
            )
        if _DRAWING.search(name) and name not in document.displayed:
            document.gathering.strings(document.package.read(name), Where.PICTURE_TRACE, short)
        if _PICTURE.search(name) and name not in document.displayed:
            data = document.package.read(name)
            in_document(data, document.gathering, name=short, alt="", crop=None, shown=False)
