"""Profiles from a file of whoever runs the service: blocks of answers, each with its source."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from portal.authorities import describing
from portal.authorities.answers import Said
from portal.authorities.models import Origin, State
from portal.authorities.questions import QUESTIONS, SECTION_OF, Kind
from portal.authorities.service import ids_by_code
from portal.core.errors import DomainError

_BLOCK = {"origin", "source", "answers"}
_STATES = {State.NOT_SETTLED.value, State.PREFER_NOT_TO_SAY.value}


def load(session: Session, path: Path) -> int:
    """Load the profiles in a file; return how many answers are new or others than before.

    What somebody has answered in the portal stays. Raises `ValueError` that says what is wrong.
    """
    ids = ids_by_code(session)
    changed = 0
    for code, block in _blocks(path):
        if code not in ids:
            raise ValueError(f"{path.name}: {code} is not in the register")
        try:
            changed += len(
                describing.load(
                    session,
                    authority_id=ids[code],
                    origin=Origin(block["origin"]),
                    said={key: _said(key, value) for key, value in block["answers"].items()},
                    source=block["source"],
                )
            )
        except (DomainError, ValueError) as error:
            raise ValueError(f"{path.name}: {code}: {error}") from error
    return changed


def _blocks(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(f"{path.name} can’t be read: {type(error).__name__}") from error
    if not isinstance(data, dict):
        raise ValueError(f"{path.name} is no list of authorities")
    for code, blocks in data.items():
        for block in blocks:
            if block.keys() != _BLOCK:
                raise ValueError(f"{path.name}: {code}: a block has {', '.join(sorted(_BLOCK))}")
            yield str(code), block


def _said(key: str, value: Any) -> Said:
    if key not in QUESTIONS or not SECTION_OF[key].may_be_inferred:
        raise ValueError(f"{key} is no question that a file may answer")
    if QUESTIONS[key].kind != Kind.TEXT and isinstance(value, str) and value in _STATES:
        return Said(State(value))
    return Said(State.GIVEN, value)
