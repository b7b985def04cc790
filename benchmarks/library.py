"""A made-up library of any size: the same for the same seed, with real vocabularies and real HTML.

The first documents of a large library are those of a small one, so that the same addresses can be
measured in all of them. Texts are nonsense made of plausible words; no case is meant.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from pydantic import SecretStr
from sqlalchemy import insert

from benchmarks import texts
from benchmarks.texts import Writer
from portal import create_app
from portal.accounts import service as accounts
from portal.audit.service import COMMAND_LINE
from portal.authorities import service as authorities
from portal.core import migrations
from portal.core.config import ROOT, Settings
from portal.core.database import commit, db
from portal.core.roles import Role
from portal.library import content
from portal.library.content import CASE_HEADINGS, PREFIXES
from portal.library.glossary import Glossary, Term
from portal.library.models import Document, LibraryState, State
from portal.library.rendering import Renderer
from portal.library.vocabularies import NOT_STATED, Vocabularies, Vocabulary

SEED = 20261123
EMAIL = "petra.practitioner@example.gov.uk"
PASSWORD = "only for measuring on this machine"
PAGES = 200
RENDERED = ("body", "article_html", "head_html", "plain")
WORDS_IN_BODY = 400
BATCH = 2000
FIRST_DAY = date(2018, 1, 1)
DAYS = 3200
TYPES = {"case": 80, "guidance": 10, "protocol": 6, "glossary": 4}
AUDIENCES = {"readers": 85, "staff": 11, "leads": 3, "curators": 1}
OTHER_HEADINGS = ["When this helps", "What to do first", "Who to involve", "What to write down"]
_WORDS = """
about account action advice after agencies agreed area asked assessment attended before behaviour
brother call came case change checked child children clear closed college concern consent contact
decision described different early evening evidence explained family father felt follow friends
full given group guidance harm heard help history holiday home information interview involved
known later lead learned leaving letter list local manager material meeting mentor messages
mother name needed notes nothing number often online order other panel parents passport phone
place plan police practice present protective question raised reason record referral relatives
reported review risk room said school section seen service shared showed sister social spoke staff
step support talk teacher team together told took travel trust under used video views visit week
well worker worried written young
"""
_NAMED = """
Channel Prevent MASH safeguarding radicalisation threshold disclosure proportionality
"""
WORDS, NAMED = _WORDS.split(), _NAMED.split()


def sentence(random: Random, fewest: int = 8, most: int = 20) -> str:
    words = random.choices(WORDS, k=random.randint(fewest, most))
    if random.random() < 0.1:
        words[random.randrange(len(words))] = random.choice(NAMED)
    return f"{words[0].capitalize()} {' '.join(words[1:])}."


def _paragraphs(random: Random, words: int) -> str:
    parts: list[str] = []
    while words > 0:
        if random.random() < 0.2:
            points = [sentence(random) for _ in range(3)]
            parts.append("\n".join(f"- {point}" for point in points))
        else:
            parts.append(" ".join(sentence(random) for _ in range(3)))
        words -= len(parts[-1].split())
    return "\n\n".join(parts)


def markdown(random: Random, headings: list[str]) -> str:
    share = WORDS_IN_BODY // len(headings)
    return "\n\n".join(f"## {text}\n\n{_paragraphs(random, share)}" for text in headings)


class _Terms:
    """Draws terms of a vocabulary, a few of them often and most of them seldom."""

    def __init__(self, random: Random, vocabulary: Vocabulary) -> None:
        self.many = vocabulary.many
        self.terms = [term for term in vocabulary.terms if term != NOT_STATED]
        random.shuffle(self.terms)
        self.weights = [1 / place for place in range(1, len(self.terms) + 1)]

    def draw(self, random: Random) -> list[str]:
        if random.random() < 0.15:
            return [NOT_STATED]
        count = random.choice((1, 1, 2, 3)) if self.many else 1
        return list(dict.fromkeys(random.choices(self.terms, self.weights, k=count)))


class Generator:
    """Makes the rows of the table of documents, one after the other.

    Rendering each would take minutes, so that the rendered columns are those of `PAGES` documents:
    the facts on a page are not those that the document is found by. With a `writer` the title, the
    summary and the plain text of each are its own, spread as English is.
    """

    def __init__(self, renderer: Renderer, seed: int = SEED, writer: Writer | None = None) -> None:
        self.random = random = Random(seed)
        self.writer = writer
        self.vocabularies = renderer.vocabularies
        self.fingerprint = renderer.fingerprint
        self.terms = {key: _Terms(random, v) for key, v in self.vocabularies.items()}
        self.made: list[str] = []
        self.pages = {
            type_: [self._page(type_, renderer) for _ in range(max(1, PAGES * share // 100))]
            for type_, share in TYPES.items()
        }

    def rows(self, count: int) -> Iterator[dict[str, Any]]:
        for number in range(1, count + 1):
            type_ = self.random.choices(list(TYPES), list(TYPES.values()))[0]
            row = self._row(number, type_) | self.random.choice(self.pages[type_])
            if self.writer is not None:
                row |= asdict(self.writer.text())
            self.made.append(row["reference"])
            yield row

    def _page(self, type_: str, renderer: Renderer) -> dict[str, str]:
        headings = CASE_HEADINGS if type_ == "case" else OTHER_HEADINGS
        document = Document(**self._row(0, type_), body=markdown(self.random, headings))
        renderer.render(document)
        return {name: getattr(document, name) for name in RENDERED}

    def _row(self, number: int, type_: str) -> dict[str, Any]:
        random = self.random
        reference = f"{PREFIXES[type_]}-{number:06}"
        published = FIRST_DAY + timedelta(days=random.randrange(DAYS))
        reviewed = published + timedelta(days=random.randrange(400))
        lawful = type_ in {"guidance", "protocol"}
        return {
            "id": number,
            "reference": reference,
            "type": type_,
            "state": State.PUBLISHED,
            "audience": random.choices(list(AUDIENCES), list(AUDIENCES.values()))[0],
            "title": sentence(random, 6, 11).rstrip("."),
            "summary": f"{sentence(random)} {sentence(random)}",
            "question": sentence(random, 5, 9).rstrip(".").lower() if lawful else None,
            "terms": {v.key: self.terms[v.key].draw(random) for v in self._vocabularies(type_)},
            "details": self._details(type_),
            "related": self._related(),
            "practice_year": published.year if random.random() < 0.9 else None,
            "law_as_at": published if lawful else None,
            "published_on": published,
            "reviewed_on": reviewed,
            "review_by": reviewed + timedelta(days=365),
            "contributing_authority_id": None,
            "content_hash": hashlib.sha256(reference.encode()).hexdigest(),
            "rendered_with": self.fingerprint,
            "withdrawn_at": None,
            "withdrawn_reason": None,
        }

    def _vocabularies(self, type_: str) -> list[Vocabulary]:
        return self.vocabularies.of_type(type_)

    def _details(self, type_: str) -> dict[str, Any]:
        random = self.random
        source = {"title": sentence(random, 4, 8).rstrip("."), "year": random.randint(2010, 2026)}
        details: dict[str, Any] = {"sources": [source]}
        if type_ in {"guidance", "protocol"}:
            details["law"] = ["Children Act 1989, section 47", "Counter-Terrorism and Security Act"]
        if type_ == "glossary":
            details["also"] = []
            details["definitions"] = [{"text": sentence(random), "source": "A paper", "year": 2020}]
        return details

    def _related(self) -> list[dict[str, str]]:
        """Name up to three earlier documents, as an editor would."""
        count = min(self.random.randrange(4), len(self.made))
        named = {self.random.choice(self.made) for _ in range(count)}
        return [{"id": ref, "why": sentence(self.random, 5, 9)} for ref in sorted(named)]


def settings(folder: Path, secret: str) -> Settings:
    """Return production settings with the database in `folder`."""
    given: dict[str, Any] = {"secret_key": SecretStr(secret), "instance": folder}
    return Settings(**given, DATABASE_URL="")


def build(folder: Path, size: int, secret: str, writer: Writer | None = None) -> None:
    """Make a database with `size` documents and one practitioner in `folder`."""
    app = create_app(settings(folder, secret))
    with app.test_request_context():
        migrations.history_of(app).upgrade()
        generator = Generator(_renderer(app.extensions["library"].vocabularies), writer=writer)
        rows = generator.rows(size)
        while batch := list(islice(rows, BATCH)):
            db.session.execute(insert(Document), batch)
        _count_generation()
        _add_practitioner()
        commit()
        db.engine.dispose()


def _renderer(vocabularies: Vocabularies) -> Renderer:
    """Return the portal's renderer with the real glossary; load the register on the way."""
    rows, _ = authorities.read_file(ROOT / "content" / "authorities.csv")
    authorities.import_register(db.session, actor=COMMAND_LINE, rows=rows)
    codes = set(authorities.ids_by_code(db.session))
    items, problems = content.read_folder(ROOT / "content", vocabularies, codes)
    if problems:
        raise ValueError(f"the content is not sound: {problems[0]}")
    terms = [
        Term(item.id, item.fields["title"], tuple(item.fields["also"]), item.fields["summary"])
        for item in items
        if item.type == "glossary"
    ]
    return Renderer(Glossary(terms), vocabularies)


def recipe() -> str:
    """Return a fingerprint of what a library follows from: a kept one is good while it is."""
    found = [*(ROOT / "portal" / "library").rglob("*"), *(ROOT / "migrations").rglob("*.py")]
    files = sorted(path for path in found if path.suffix in {".py", ".html"})
    own = [Path(__file__), Path(texts.__file__)]
    text = b"\0".join(path.read_bytes() for path in [*own, *files])
    return hashlib.sha256(text).hexdigest()


def _count_generation() -> None:
    state = db.session.get(LibraryState, 1)
    if state is None:
        db.session.add(LibraryState(id=1, generation=1))
    else:
        state.generation += 1


def _add_practitioner() -> None:
    authority = min(authorities.ids_by_code(db.session).values())
    accounts.create(
        db.session,
        actor=COMMAND_LINE,
        email=EMAIL,
        name="Petra Practitioner",
        password=PASSWORD,
        roles=[(Role.PRACTITIONER, authority)],
    )
