"""Notices: what a person is told inside the portal; e-mail only repeats it."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import Notice
from portal.core import clock


def notify(
    session: Session,
    *,
    user_ids: Iterable[int],
    kind: str,
    context: Mapping[str, Any] | None = None,
) -> None:
    """Tell people something, each once; the words are made when they read it."""
    for user_id in sorted(set(user_ids)):
        notice = Notice(user_id=user_id, kind=kind, context=dict(context or {}))
        notice.created_at = clock.now()
        session.add(notice)
    session.flush()
