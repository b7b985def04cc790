"""What a text says about a document by linking to it, and the text without that."""

import pytest

from portal.core import markdown
from portal.library.mentions import REMOVED_LINK, without_links, without_mention

WORDS = "zebrafinch"
LINKS = (
    "[the {w}](doc:case-003)",
    "[the {w}](DOC:case-003 'About the {w}')",
    "[the {w}](https://portal.example/library/case-003)",
    '[the {w}](/library/case-003/attachments/1#first "{w}")',
    "[the {w}](<https://portal.example/library/case-003?from=a_b>)",
    "[the [odd [old]] {w}](doc:case-003)",
    "[an \\] escaped {w}](doc:case-003)",
    "[a link [of {w}](doc:case-003) in {w}](doc:case-003)",
    "[the {w}][1]\n\n[1]: doc:case-003",
    '[the {w}] [One  more]\n\n [one more]: <https://portal.example/library/case-003> "{w}"\n',
    "[The {w}][] and [the {w}].\n\n[the {w}]:\n  doc:case-003",
)


@pytest.mark.parametrize("link", LINKS)
def test_no_word_of_a_link_to_a_document_is_left(link: str) -> None:
    before = f"See [this](doc:case-0031) and {link.format(w=WORDS)}"
    after = without_links(before, "case-003")
    assert after.startswith(f"See [this](doc:case-0031) and {REMOVED_LINK}")
    assert WORDS not in after
    shown = markdown.render(after, address_of=lambda reference: f"/library/{reference}").html
    assert shown.count("<a ") == 1


@pytest.mark.parametrize(
    "text",
    [
        "As case-003 says, [this](doc:case-004) is rare.",
        "[this](doc:case-0031), [that](https://portal.example/library/case-0030)",
        "[Other] words\n\n](doc:case-003)",
        "[" * 20_000 + "case-003",
    ],
)
def test_what_links_elsewhere_stays_as_it_is(text: str) -> None:
    assert without_links(text, "case-003") == text


def test_the_reason_among_related_documents_goes_with_it() -> None:
    related = [{"id": "case-003", "why": WORDS}, {"id": "case-004", "why": "Alike"}]
    assert without_mention(related, "Text", "case-003") == (related[1:], "Text")
