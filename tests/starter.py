"""How much the starter library holds, read from its folder: it grows."""

from portal.core.config import ROOT
from portal.library.content import FOLDERS, parse

FILES = {
    type_: sorted(path.stem for path in (ROOT / "content" / folder).glob("*.md"))
    for type_, folder in FOLDERS.items()
}
"""References of the starter library by type of document."""
DOCUMENTS = sum(map(len, FILES.values()))
LAWS = sorted(
    {
        name
        for folder in FOLDERS.values()
        for path in (ROOT / "content" / folder).glob("*.md")
        for name in parse(path.read_text(encoding="utf-8"))[0].get("law", [])
    }
)
"""Names of the laws that it cites, in the order in which they are numbered."""
