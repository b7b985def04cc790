"""How the parts of an Office package refer to each other and to the world outside."""

import posixpath
from dataclasses import dataclass

from portal.disclosure.files.packages import Package


@dataclass(frozen=True)
class Relation:
    """A reference: the last word of its type, its target (a part's name, or an address)."""

    kind: str
    target: str
    external: bool


def relations(package: Package, part: str) -> dict[str, Relation]:
    """Return the references of a part ("" for the package itself) by their id."""
    folder, name = posixpath.split(part)
    rels = posixpath.join(folder, "_rels", f"{name}.rels")
    if rels not in package:
        return {}
    found = {}
    for element in package.xml(rels).iter("Relationship"):
        external = element.get("TargetMode") == "External"
        target = element.get("Target", "")
        if not external:
            target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        kind = element.get("Type", "").rpartition("/")[2]
        found[element.get("Id", "")] = Relation(kind, target, external)
    return found


def source_of(rels: str) -> str:
    """Return the part whose references stand in `rels`, "word/_rels/document.xml.rels"."""
    folder, name = posixpath.split(rels)
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))
