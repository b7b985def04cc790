"""Texts in progress for a demonstration, so that writing and review can be tried."""

from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import lookup
from portal.accounts import service as accounts
from portal.library.vocabularies import Vocabularies
from portal.publishing import writing
from portal.publishing.models import Manuscript

FILE = "demonstration-texts.yaml"


def load(session: Session, content: Path, vocabularies: Vocabularies) -> int:
    """Begin the texts of the file where nobody has begun one yet; return how many.

    Raises `ValueError` for one whose author has no account.
    """
    if session.scalars(select(Manuscript.id).limit(1)).first() is not None:
        return 0
    given = yaml.load((content / FILE).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    for said in given:
        _begin(session, said, vocabularies)
    return len(given)


def _begin(session: Session, said: dict[str, Any], vocabularies: Vocabularies) -> None:
    account = lookup.id_of(session, said["author"])
    actor = accounts.actor_of(session, account) if account else None
    if actor is None:
        raise ValueError(f"{FILE}: {said['author']} has no account")
    begun = writing.begin(session, actor=actor, type_="case", vocabularies=vocabularies)
    for name, text in said["sections"].items():
        writing.save_part(
            session, actor=actor, manuscript_id=begun.id, name=name, text=text, revision=0
        )
    writing.save_fields(
        session,
        actor=actor,
        manuscript_id=begun.id,
        values=said["fields"],
        revision=begun.revision,
    )
    if said["send"]:
        writing.submit(session, actor=actor, manuscript_id=begun.id)
