"""Why a file is not taken, in words that say what to do."""


class Refused(Exception):
    """The file cannot be checked, so it cannot be taken; `reason` is written for its owner."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


TAKEN = (
    "Save it as .docx, .odt, .pdf, .rtf, .md or .txt, or as a .jpg, .png, .webp or .gif picture."
)
DAMAGED = "This file is damaged and cannot be read. Open it, save a new copy and upload that."
EMPTY = "This file is empty. Choose the file again."
PROTECTED = (
    "This file is protected with a password or by encryption. "
    "Save a copy without protection and upload that."
)
MACROS = (
    "This file holds macros or scripts, which could run on somebody's computer. "
    "Save a copy without them and upload that."
)
OLD_WORD = "This file is in the format of Word before 2007. Open it and save it as .docx."
TOO_SLOW = "This file takes too long to check. Split it, or copy its text into a new document."
TOO_COMPLEX = (
    "This file is too large or too complex to check once it is unpacked. "
    "Split it, or copy its text into a new document."
)
PACKED = (
    "This file unpacks to far more than its size, as files made to do harm do. "
    "Copy its text into a new document and upload that."
)
ENTITIES = (
    "This file defines XML entities, as files made to do harm do. "
    "Copy its text into a new document and upload that."
)
DYNAMIC_FORM = (
    "This PDF is a form that a program fills in (XFA). Print it to a new PDF and upload that."
)


def too_large(limit: int) -> Refused:
    """Return the refusal of a file of more than `limit` bytes."""
    return Refused(
        f"This file is larger than {limit // (1024 * 1024)} MB, the most that can be checked. "
        "Make its pictures smaller, or split it."
    )


def mistyped(ending: str, found: str) -> Refused:
    """Return the refusal of a file whose name ends otherwise than its content says."""
    return Refused(
        f"This file is named {ending} but it is a {found}. Save it again under the right name."
    )


def not_taken(found: str) -> Refused:
    """Return the refusal of a kind of file that the check cannot read."""
    return Refused(f"This is {found}, which cannot be checked. {TAKEN}")


def too_many_pages(limit: int) -> Refused:
    """Return the refusal of a document of more than `limit` pages."""
    return Refused(f"This document has more than {limit} pages. Split it and upload the parts.")
