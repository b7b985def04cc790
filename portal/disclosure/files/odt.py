"""OpenDocument texts (ODF 1.2 and later): every part of the package, seen or not."""

import re
from xml.etree.ElementTree import Element

from portal.disclosure.files.gathering import Gathering
from portal.disclosure.files.odt_story import Walk
from portal.disclosure.files.odt_styles import Styles
from portal.disclosure.files.packages import Package
from portal.disclosure.files.pictures import in_document
from portal.disclosure.files.reading import Where
from portal.disclosure.files.refusals import DAMAGED, MACROS, PROTECTED, Refused
from portal.disclosure.files.stories import Story
from portal.disclosure.files.xml_text import dull, texts

_MARGINS = {"header": Where.HEADER, "footer": Where.FOOTER}
_SETTINGS = ("PrinterName", "PrintFaxName", "CurrentDatabase", "EmbeddedDatabaseName")
_DULL_META = {
    "generator", "creation-date", "date", "editing-cycles", "editing-duration", "print-date",
    "document-statistic", "language",
}  # fmt: skip
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|tiff?)$", re.IGNORECASE)
_DONE = {"content.xml", "styles.xml", "meta.xml", "settings.xml", "mimetype"}
_SETTINGS_OF_PROGRAMS = ("Configurations2/", "META-INF/", "Fonts/", "layout-cache")


def read_odt(package: Package, gathering: Gathering) -> None:
    """Take in an OpenDocument text; raise Refused where it holds scripts or is encrypted."""
    _refuse_programs(package)
    if "content.xml" not in package:
        raise Refused(DAMAGED)
    content = package.xml("content.xml")
    styled = package.xml("styles.xml") if "styles.xml" in package else Element("none")
    for root in (content, styled):
        if any(one.tag in ("event-listener", "script") for one in root.iter()):
            raise Refused(MACROS)
    styles = Styles(styled, content)
    displayed: set[str] = set()
    body = content.find("body/text")
    if body is None:
        raise Refused(DAMAGED)
    story = Story(gathering, Where.BODY, shown=True)
    walk = Walk(package, styles, story, displayed)
    walk.go(body)
    story.finish()
    walk.finish()
    _margins(package, gathering, styles, styled, displayed)
    if "meta.xml" in package:
        _meta(gathering, package.xml("meta.xml"))
    if "settings.xml" in package:
        _settings(gathering, package.xml("settings.xml"))
    for name in package.names:
        if name not in _DONE:
            _part(package, gathering, name, displayed)


def _refuse_programs(package: Package) -> None:
    for name in package.names:
        if name.startswith(("Basic/", "Scripts/")):
            raise Refused(MACROS)
    manifest = "META-INF/manifest.xml"
    if manifest in package and package.xml(manifest).find(".//encryption-data") is not None:
        raise Refused(PROTECTED)


def _margins(
    package: Package, gathering: Gathering, styles: Styles, root: Element, displayed: set[str]
) -> None:
    for page in root.iter("master-page"):
        for element in page:
            where = _MARGINS.get(element.tag.removesuffix("-left").removesuffix("-first"))
            if where:
                seen = element.get("display") != "false"
                story = Story(gathering, where, page.get("name", ""), seen)
                walk = Walk(package, styles, story, displayed)
                walk.go(element)
                story.finish()
                walk.finish()


def _meta(gathering: Gathering, root: Element) -> None:
    for element in root.iter():
        custom = element.tag == "user-defined"
        where = Where.CUSTOM_PROPERTIES if custom else Where.PROPERTIES
        label = element.get("name", "") if custom else element.tag.replace("-", " ")
        if element.tag in _DULL_META:
            continue
        if custom:
            gathering.add(label, where, "name of a property")
        if element.text and not dull(element.text):
            gathering.add(element.text, where, label)
        for key in ("href", "title"):
            gathering.add(element.get(key, ""), where, label)


def _settings(gathering: Gathering, root: Element) -> None:
    for item in root.iter("config-item"):
        name = item.get("name", "")
        if name.startswith(_SETTINGS) and item.get("type") == "string":
            gathering.add(item.text or "", Where.SETTINGS, name)


def _part(package: Package, gathering: Gathering, name: str, displayed: set[str]) -> None:
    if name.startswith(_SETTINGS_OF_PROGRAMS):
        _signatures(package, gathering, name)
        return
    if name.startswith("Thumbnails/"):
        gathering.add(
            "a small picture of the first page as it was", Where.PICTURE_TRACE, "thumbnail"
        )
    data = package.read(name)
    short = name.rpartition("/")[2]
    if _PICTURE.search(name):
        if name not in displayed:
            in_document(data, gathering, name=short, alt="", crop=None, shown=False)
    elif name.endswith((".xml", ".rdf")):
        for text in texts(package.xml(name)):
            gathering.add(text, Where.DATA, name)
    elif name.startswith("Pictures/"):
        gathering.strings(data, Where.PICTURE_TRACE, short)
    elif data:
        gathering.embed(data, short)


def _signatures(package: Package, gathering: Gathering, name: str) -> None:
    if name.startswith("META-INF/") and "signature" in name:
        for text in texts(package.xml(name)):
            gathering.add(text, Where.SIGNATURE)
