"""Takes a picture of every page at both widths: `python -m tests.e2e.screenshots [folder]`."""

import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.databases import Databases
from tests.e2e.browsing import Visitor, chromium
from tests.e2e.pages import PAGES, SIZES
from tests.e2e.servers import Portals

FOLDER = Path("build/screenshots")


def take(folder: Path) -> int:
    """Write the pictures into `folder`; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as databases,
        Portals(Databases(Path(databases))) as portals,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        visitor = Visitor(browser, portals)
        for page in PAGES:
            for width in SIZES:
                with visitor.visit(page, width) as visit:
                    path = folder / f"{page.name}-{width}.png"
                    # a picture taller than the window would lose what stands in the top layer
                    whole = not visit.tab.locator("[popover]:popover-open").count()
                    visit.tab.screenshot(path=path, full_page=whole)
    return len(PAGES) * len(SIZES)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):  # what the import says
        count = take(folder)
    print(f"{count} pictures in {folder}")


if __name__ == "__main__":
    main()
