"""How much the starter library holds, read from its folder: it grows."""

from portal.core.config import ROOT
from portal.library.content import FOLDERS

FILES = {
    type_: sorted(path.stem for path in (ROOT / "content" / folder).glob("*.md"))
    for type_, folder in FOLDERS.items()
}
"""References of the starter library by type of document."""
DOCUMENTS = sum(map(len, FILES.values()))
