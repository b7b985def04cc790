"""An index whose files were damaged is noticed and built anew; a mistake of ours stays an error."""

import gc
import os
import random
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from portal.search import whoosh_engine
from portal.search.port import Engine, NotReady, Query, Record
from portal.search.whoosh_engine import WhooshEngine

# Whoosh leaves a file open that it stumbled over
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

READERS = frozenset({"readers"})
WORDS = (
    "passport",
    "mentor",
    "school",
    "travel",
    "police",
    "panel",
    "family",
    "worker",
    "referral",
)
TEXTS = ["passport travel", "mentr", '"school travel"', "title:panel -police", "zzyzx", WORDS[3]]
ROUNDS = 12


def text(number: int) -> str:
    chosen = random.Random(number)
    return " ".join([*chosen.choices(WORDS, k=30), f"word{number}"])


def record(number: int) -> Record:
    title = f"{WORDS[number % 9]} {number}"
    related = (f"case-{number % 7:03}",)
    return Record(number, "readers", title, f"case-{number:03}", related, body=text(number))


RECORDS = [record(number) for number in range(60)]


def fill(engine: Engine) -> None:
    """Put all records in, in several segments, one of them merged."""
    with engine.writing():
        engine.rebuild(RECORDS[:30], 1)
        for generation, one in enumerate(RECORDS[30:], start=2):
            engine.apply([one, RECORDS[3]], [], generation)


def answers(engine: Engine) -> list[Any]:
    """Ask everything that can be asked."""
    queries = [Query(words, READERS) for words in TEXTS] + [Query(text(5), READERS, literal=True)]
    asked: list[Callable[[Query], Any]] = [
        lambda query: engine.search(query).ids.tolist(),
        lambda query: engine.reasons(query, range(20), 3),
        lambda query: engine.near(query, 3),
        engine.as_known,
    ]
    return [dict(engine.contents()), *(ask(query) for query in queries for ask in asked)]


def save(engine: Engine) -> None:
    with engine.writing():
        engine.apply([record(99)], [5], 99)


@pytest.fixture(scope="module")
def sound() -> Iterator[Path]:
    """A folder with an index that nobody touches."""
    with TemporaryDirectory(prefix="portal-") as name:
        folder = Path(name) / "index"
        fill(WhooshEngine(folder))
        yield folder


@pytest.fixture(autouse=True)
def cleared_up() -> Iterator[None]:
    """Let such files be closed before the warning about them counts again."""
    yield
    gc.collect()


@pytest.fixture
def folder(sound: Path) -> Iterator[Path]:
    """A copy of it."""
    with TemporaryDirectory(prefix="portal-") as name:
        yield shutil.copytree(sound, Path(name) / "index")


@pytest.fixture
def engine(folder: Path) -> Engine:
    return WhooshEngine(folder)


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("index-*/*.seg"))


def flip(path: Path, chosen: random.Random) -> None:
    """Change some bytes as a failing disk does, which tells no clock."""
    state, content = path.stat(), bytearray(path.read_bytes())
    at = chosen.randrange(len(content))
    for place in range(at, min(at + chosen.choice((1, 1, 4, 64, 4096)), len(content))):
        content[place] = chosen.choice((0, 0xFF, content[place] ^ 1 << chosen.randrange(8)))
    with path.open("r+b") as file:  # in its place: a map sees it
        file.write(content)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def cut(path: Path, chosen: random.Random) -> None:
    state = path.stat()
    os.truncate(path, chosen.randrange(state.st_size))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


@pytest.mark.parametrize("harm", [flip, cut])
@pytest.mark.parametrize("opened", [True, False], ids=["opened before", "opened after"])
def test_a_damaged_index_answers_or_is_not_ready_and_is_whole_when_built_anew(
    sound: Path, folder: Path, harm: Callable[[Path, random.Random], None], opened: bool
) -> None:
    before = answers(WhooshEngine(sound))
    noticed = 0
    for number in count():
        if number >= ROUNDS and noticed:
            return
        assert number < 10 * ROUNDS, "no damage was noticed: was there any?"
        chosen = random.Random(f"{number} {opened}")
        shutil.rmtree(folder)
        shutil.copytree(sound, folder)
        engine = WhooshEngine(folder)
        if opened:
            answers(engine)
        everything = [*segments(folder), *folder.glob("index-*/*.toc")]
        # the larger a file, the likelier it is hit
        sizes = [path.stat().st_size for path in everything]
        harm(chosen.choices(everything, sizes)[0], chosen)
        steps: list[Callable[[Engine], Any]] = [answers, save]
        if chosen.random() < 0.3:
            steps.reverse()
        for step in steps:
            try:
                step(engine)
            except NotReady:
                noticed += 1
                with pytest.raises(NotReady):
                    engine.contents()
                break
        with engine.writing():
            engine.rebuild(RECORDS, 1)
        assert answers(engine)[:2] == before[:2]


def test_what_was_written_over_is_noticed_before_it_is_read(engine: Engine, folder: Path) -> None:
    answers(engine)
    path = max(segments(folder), key=lambda path: path.stat().st_size)
    os.truncate(path, 100)  # to read its map would end the process
    for _ in range(2):
        with pytest.raises(NotReady):
            engine.search(Query("passport", READERS))


def test_a_damaged_segment_is_not_merged_into_a_sound_one(engine: Engine, folder: Path) -> None:
    for path in segments(folder):
        state = path.stat()
        content = bytearray(path.read_bytes())
        content[20] ^= 1
        path.write_bytes(content)
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))

    def save_often() -> None:
        for number in range(100, 110):
            engine.apply([record(number), RECORDS[3]], [], number)

    with engine.writing(), pytest.raises(NotReady):
        save_often()


def test_an_index_is_verified_byte_by_byte(engine: Engine, folder: Path) -> None:
    engine.verify()
    WhooshEngine(folder).verify()
    flip(segments(folder)[0], random.Random(1))
    with pytest.raises(NotReady):
        WhooshEngine(folder).verify()
    with pytest.raises(NotReady):
        engine.verify()
    with engine.writing():
        engine.rebuild(RECORDS, 1)
    engine.verify()


def test_a_mistake_in_the_program_is_no_damage(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(*_: object) -> None:
        raise IndexError("a secret")

    with monkeypatch.context() as patch:
        patch.setattr(whoosh_engine, "search", stumble)
        with pytest.raises(IndexError):
            engine.search(Query("passport", READERS))
    assert engine.search(Query("passport", READERS)).ids.size
    assert not caplog.text


def test_the_log_says_that_it_is_damaged_and_nothing_of_what_was_asked(
    engine: Engine, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    answers(engine)
    for path in segments(folder):
        path.write_bytes(b"")
    with pytest.raises(NotReady):
        engine.search(Query("passport", READERS))
    assert "the search index is damaged" in caplog.text
    assert "passport" not in caplog.text


def test_a_save_counts_although_tidying_up_after_it_fails(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "no space left")

    with monkeypatch.context() as patch:
        patch.setattr(whoosh_engine, "_merge_crowded", no_room)
        for number in range(100, 120):
            with engine.writing():
                engine.apply([record(number)], [], number)
            assert number in engine.contents()
    assert "the search index was not tidied up: OSError" in caplog.text
    with engine.writing():
        engine.apply([record(120)], [], 120)
    assert {*range(100, 121)} <= set(engine.contents())
    engine.verify()
