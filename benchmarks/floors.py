"""What the least possible costs under the same gunicorn: two applications to hold pages against.

`bare()` answers every address with the same bytes. `shell()` reads the title and the HTML of the
document with SQLAlchemy, by its reference, and puts them into the shell that the portal's own page
has. Both compress as the portal does. Neither imports anything of the portal.
"""

import os
import re
from pathlib import Path

from flask import Flask, Response
from flask_compress import Compress
from jinja2 import DictLoader, Environment
from markupsafe import Markup
from sqlalchemy import MetaData, Table, create_engine, select

PAGE = "BENCHMARK_PAGE"
DATABASE = "BENCHMARK_DATABASE"
_CUTS = (
    (r"(?<=<title>).*?(?=</title>)", "{{ title }}"),
    (r"(?<=<main)([^>]*>).*(?=</main>)", r"\1{{ body }}"),
    (r'<meta name="dcterms[^>]*>\n?', ""),
)


def template_of(page: str) -> str:
    """Cut a page of the portal down to its shell: a template for a title and a body."""
    if "{{" in page or "{%" in page:
        raise ValueError("this page can't be made a template")
    for pattern, replacement in _CUTS:
        page, times = re.subn(pattern, replacement, page, flags=re.DOTALL)
        if not times:
            raise ValueError(f"the page has nothing like {pattern}")
    return page


def _page() -> str:
    return Path(os.environ[PAGE]).read_text(encoding="utf-8")


def bare() -> Flask:
    """Make the application that answers bytes from memory."""
    app = Flask("bare", static_folder=None)
    content = _page().encode()

    @app.route("/<path:path>")
    def answer(path: str) -> Response:
        return Response(content, mimetype="text/html")

    app.config.update(COMPRESS_BR_LEVEL=1, COMPRESS_LEVEL=1)  # as the portal's settings have it
    Compress(app)
    return app


def shell() -> Flask:
    """Make the application that reads one row and renders one template."""
    app = Flask("shell", static_folder=None)
    engine = create_engine(f"sqlite:///{os.environ[DATABASE]}")
    columns = Table("document", MetaData(), autoload_with=engine).c
    environment = Environment(autoescape=True, loader=DictLoader({"page": template_of(_page())}))
    template = environment.get_template("page")

    @app.route("/library/<reference>")
    def answer(reference: str) -> Response:
        query = select(columns.title, columns.article_html).where(columns.reference == reference)
        with engine.connect() as connection:
            title, html = connection.execute(query).one()
        page = template.render(title=title, body=Markup(html))  # the portal's own rendering
        return Response(page, mimetype="text/html")

    app.config.update(COMPRESS_BR_LEVEL=1, COMPRESS_LEVEL=1)  # as the portal's settings have it
    Compress(app)
    return app
