"""Nothing may be invented: a source that is silent can always be called silent."""

from pathlib import Path

import pytest

from portal.core.config import ROOT
from portal.library import vocabularies
from portal.library.vocabularies import TYPES

REAL = ROOT / "content" / "vocabularies.yaml"
ONE = """setting:
  label: Setting
  hint: Where it happened
  types: [case]
  many: false
  terms:
    school: School
"""


@pytest.mark.parametrize("vocabulary", vocabularies.read(REAL).values(), ids=lambda v: str(v.key))
def test_every_vocabulary_can_say_that_the_source_is_silent(
    vocabulary: vocabularies.Vocabulary,
) -> None:
    assert vocabulary.terms["not-stated"] == "Not stated"


@pytest.mark.parametrize("vocabulary", vocabularies.read(REAL).values(), ids=lambda v: str(v.key))
def test_terms_and_types_are_words_that_an_address_can_hold(
    vocabulary: vocabularies.Vocabulary,
) -> None:
    assert set(vocabulary.types) <= set(TYPES)
    for term, label in vocabulary.terms.items():
        assert isinstance(term, str)  # YAML takes a bare yes or no for something else
        assert isinstance(label, str)
        assert term == term.lower().strip()
        assert " " not in term


def test_two_terms_of_a_vocabulary_never_read_the_same() -> None:
    for vocabulary in vocabularies.read(REAL).values():
        assert len(set(vocabulary.terms.values())) == len(vocabulary.terms), vocabulary.key


def test_a_vocabulary_that_cannot_say_so_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vocabularies.yaml"
    path.write_text(ONE, encoding="utf-8")
    with pytest.raises(ValueError, match="add the term not-stated to setting"):
        vocabularies.read(path)


def test_a_vocabulary_that_can_is_read(tmp_path: Path) -> None:
    path = tmp_path / "vocabularies.yaml"
    path.write_text(ONE + "    not-stated: Not stated\n", encoding="utf-8")
    read = vocabularies.read(path)
    assert list(read["setting"].terms) == ["school", "not-stated"]
    assert [vocabulary.key for vocabulary in read.of_type("case")] == ["setting"]
    assert read.of_type("guidance") == []
    assert read.labels["setting", "school"] == "School"
    assert read.labels["type", "case"] == "Case example"
