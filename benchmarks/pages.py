"""Pages under gunicorn, in rounds that alternate between the portal and the floors."""

import gzip
import json
import re
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from statistics import median, quantiles
from urllib.parse import urlencode, urljoin

from benchmarks import floors, library
from benchmarks.load import Load, Seen
from benchmarks.memory import Memory
from benchmarks.servers import ROOT, Server, serving

PAGES = ("document", "home", "filtered list", "list")
BARE, SHELL = "floor: bytes", "floor: query and shell"
DOCUMENTS = 300
LISTS = 600
STARTS = 3
_ASSETS = re.compile(r'<(?:link rel="(?:stylesheet|icon)" href|script[^>]* src)="([^"]+)"')
WARM_UP = 1.0
"""Seconds for each page before anything counts."""


UNKNOWN = Memory(0, 0)


@dataclass(frozen=True)
class Round:
    """One page under load for a short time."""

    requests: int
    per_second: float
    cpu_ms: float
    """CPU time of the workers for one request."""
    p50_ms: float
    p95_ms: float


@dataclass
class Weight:
    """Bytes on the wire of one page: alone, and with everything that it refers to."""

    warm: int
    cold: int


@dataclass
class Start:
    """Seconds from the start of the process to the first answer."""

    sign_in: float
    document: float


@dataclass
class Result:
    """What one library's pages cost."""

    size: int
    rounds: dict[str, list[Round]] = field(default_factory=dict)
    weights: dict[str, Weight] = field(default_factory=dict)
    memory: Memory = UNKNOWN
    memory_of_shell: Memory = UNKNOWN
    start: Start = field(default_factory=lambda: Start(0, 0))

    def middle(self, page: str, name: str) -> float:
        """Return the median over the rounds of a figure."""
        return median(float(getattr(one, name)) for one in self.rounds[page])


def ratio(rounds: Sequence[Round], others: Sequence[Round]) -> float:
    """Return the median of one page's CPU time by another's in the same round."""
    pairs = zip(rounds, others, strict=True)
    return median(one.cpu_ms / other.cpu_ms for one, other in pairs)


@dataclass
class Place:
    """One library with its two servers and the addresses to ask for."""

    result: Result
    folder: Path
    portal: Server
    shell: Server
    paths: dict[str, list[str]]
    asked: dict[str, int] = field(default_factory=dict)

    def targets(self, bare: Server) -> Iterator[tuple[str, Server]]:
        """Give what is asked for in a round, each name with its server."""
        yield BARE, bare
        yield SHELL, self.shell
        for page in PAGES:
            yield page, self.portal


def measure(sizes: Sequence[int], *, seconds: float, rounds: int, folder: Path) -> list[Result]:
    """Measure every page on libraries of `sizes`, one round after the other over all of them."""
    secret = secrets.token_hex()
    with ExitStack() as stack:
        places = []
        for size in sizes:
            home = prepare(folder, size, secret)
            places.append(stack.enter_context(_serving(home, size, secret)))
        say("warming up")
        bare = stack.enter_context(_floor("bare", places[0].folder))
        for place in places:
            _warm_up(place, bare)
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}")
            targets = [(place, *target) for place in places for target in place.targets(bare)]
            # every second round backwards, so that nothing always comes first
            for place, name, server in targets if number % 2 == 0 else reversed(targets):
                _round(place, name, server, seconds)
        for place in places:
            place.result.memory = place.portal.memory()
            place.result.memory_of_shell = place.shell.memory()
            place.result.weights = {name: _weight(place, name) for name in PAGES}
    for place in places:
        say(f"cold starts with {place.result.size:,} documents")
        place.result.start = _start(place, secret)
    return [place.result for place in places]


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def prepare(folder: Path, size: int, secret: str) -> Path:
    """Return the folder of a library of `size` documents, made unless it is there."""
    home = folder / str(size)
    stamp, recipe = home / "made", library.recipe()
    if not stamp.exists() or stamp.read_text(encoding="ascii") != recipe:
        say(f"making a library of {size:,} documents")
        shutil.rmtree(home, ignore_errors=True)
        library.build(home, size, secret)
        stamp.write_text(recipe, encoding="ascii")
    return home


def environment(folder: Path, secret: str) -> dict[str, str]:
    """Return the settings of production."""
    return {"PORTAL_SECRET_KEY": secret, "PORTAL_INSTANCE": str(folder)}


@contextmanager
def _serving(folder: Path, size: int, secret: str) -> Iterator[Place]:
    with serving("app:app", environment(folder, secret)) as portal:
        portal.sign_in(library.EMAIL, library.PASSWORD)
        paths = _paths(folder / "portal.sqlite")
        page = portal.get(paths["document"][0], accept_encoding="identity")
        if page.status != 200:
            raise RuntimeError(f"a document page answered {page.status}")
        (folder / "page.html").write_bytes(page.body)
        with _floor("shell", folder) as shell:
            yield Place(Result(size), folder, portal, shell, paths)


@contextmanager
def _floor(name: str, folder: Path) -> Iterator[Server]:
    given = {
        floors.PAGE: str(folder / "page.html"),
        floors.DATABASE: str(folder / "portal.sqlite"),
    }
    with serving(f"benchmarks.floors:{name}()", given) as server:
        yield server


def _paths(database: Path) -> dict[str, list[str]]:
    """Choose addresses: documents from all over the library; filters that its first ones meet."""
    random = Random(library.SEED)
    with sqlite3.connect(database) as connection:
        readable = "audience IN ('readers', 'staff')"
        references = connection.execute(f"SELECT reference FROM document WHERE {readable}")
        documents = random.sample([row[0] for row in references], DOCUMENTS)
        cases = connection.execute(
            f"SELECT terms FROM document WHERE {readable} AND type = 'case' ORDER BY id LIMIT 600"
        )
        terms = [json.loads(row[0]) for row in cases]
    connection.close()
    return {
        "document": [f"/library/{reference}" for reference in documents],
        "home": ["/"],
        "filtered list": [_filtered(random, random.choice(terms)) for _ in range(LISTS)],
        "list": ["/library"],
    }


def _filtered(random: Random, terms: dict[str, list[str]]) -> str:
    names = random.sample(sorted(terms), 2)
    pairs = [("type", "case"), *((name, random.choice(terms[name])) for name in names)]
    return f"/library?{urlencode(pairs)}"


def _warm_up(place: Place, bare: Server) -> None:
    bare.until_answer("/library/any")
    place.shell.until_answer(place.paths["document"][0])
    for name, server in place.targets(bare):
        _load(place, name, server, WARM_UP)


def _round(place: Place, name: str, server: Server, seconds: float) -> None:
    before = server.cpu()
    seen = _load(place, name, server, seconds)
    used = server.cpu() - before
    place.result.rounds.setdefault(name, []).append(_summary(seen, used))


def _load(place: Place, name: str, server: Server, seconds: float) -> Seen:
    """Put `server` under load from another process; go on in the addresses where it left off."""
    paths = place.paths.get(name, place.paths["document"])
    first = place.asked.get(name, 0)
    load = Load(server.port, paths, server.headers, seconds=seconds, first=first)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=ROOT,
        input=json.dumps(asdict(load)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    seen = Seen(**json.loads(done.stdout))
    place.asked[name] = first + len(seen.latencies)
    return seen


def _summary(seen: Seen, used: float) -> Round:
    count = len(seen.latencies)
    cuts = quantiles(seen.latencies, n=20) if count > 1 else seen.latencies * 19
    return Round(
        requests=count,
        per_second=count / seen.elapsed,
        cpu_ms=used * 1000 / count,
        p50_ms=median(seen.latencies) * 1000,
        p95_ms=cuts[18] * 1000,
    )


def _weight(place: Place, name: str) -> Weight:
    path = place.paths[name][0]
    page = place.portal.get(path)
    html = place.portal.get(path, accept_encoding="identity").body.decode()
    assets = set(_ASSETS.findall(html))
    total = page.size
    for address in sorted(assets):
        asset = place.portal.get(address)
        total += asset.size
        if address.endswith(".css"):
            total += _weight_of_css(place.portal, address)
    return Weight(warm=page.size, cold=total)


def _weight_of_css(server: Server, address: str) -> int:
    """Return the bytes of what a style sheet refers to, fonts and pictures."""
    answer = server.get(address, accept_encoding="gzip")
    body = gzip.decompress(answer.body) if answer.header("Content-Encoding") else answer.body
    found = set(re.findall(r"url\(['\"]?([^'\")]+)", body.decode()))
    wanted = {urljoin(address, one) for one in found if not one.startswith(("data:", "#"))}
    return sum(server.get(one).size for one in wanted)


def _start(place: Place, secret: str) -> Start:
    """Start the portal anew, each time for one page, and return the medians."""
    taken: dict[str, list[float]] = {"sign_in": [], "document": []}
    for _ in range(STARTS):
        for name, path in (("sign_in", "/sign-in"), ("document", place.paths["document"][0])):
            with serving("app:app", environment(place.folder, secret)) as server:
                if name == "document":
                    server.cookie = place.portal.cookie
                taken[name].append(server.until_answer(path))
    return Start(**{name: median(values) for name, values in taken.items()})
