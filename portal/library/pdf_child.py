"""The process that makes one PDF: reads a page, writes the file, ends. It imports nothing of ours.

Ends with 3 where a library of the system that WeasyPrint needs can't be loaded.
"""

import resource
import signal
import sys
import warnings
from typing import Any, NoReturn

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 40
PANGO_IS_MISSING = 3
STYLE = """
thead { display: table-row-group } /* else it is repeated, and read again, on each page */
h1, h2, h3, dt { break-after: avoid }
li, dd, tr { break-inside: avoid }
"""


def main() -> None:
    """Read a page from standard input, write its PDF to standard output."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    signal.alarm(2 * CPU_SECONDS)  # should the parent be gone
    html = sys.stdin.buffer.read().decode()
    warnings.simplefilter("ignore")
    try:
        import weasyprint
    except OSError:  # Pango or one of its companions
        sys.exit(PANGO_IS_MISSING)
    page = weasyprint.HTML(string=html, url_fetcher=_nothing)
    style = weasyprint.CSS(string=STYLE, url_fetcher=_nothing)
    made = page.write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1", pdf_tags=True)
    sys.stdout.buffer.write(made)


def _nothing(*_: Any, **__: Any) -> NoReturn:
    raise ValueError("a copy needs nothing from anywhere")


if __name__ == "__main__":
    main()
