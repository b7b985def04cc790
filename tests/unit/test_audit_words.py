"""The record in words."""

from portal.audit.service import ACTIONS
from portal.audit.words import WORDS, in_words


def test_every_action_has_words_and_no_others_have() -> None:
    assert WORDS.keys() == ACTIONS.keys()


def test_an_action_of_another_version_is_named() -> None:
    assert in_words("case.sent-back") == "Case sent back"
