"""Many invitations at once: a pasted list or a CSV file, every row checked before any is sent."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from sqlalchemy.orm import Session

from portal.accounts import invitations, service
from portal.accounts.models import Sector
from portal.accounts.policy import may_invite
from portal.core.errors import DomainError
from portal.core.permissions import Actor
from portal.core.roles import Role

MOST_ROWS = 200
MOST_CHARACTERS = 50_000

CHOICES: Mapping[str, tuple[Role, Sector | None]] = {
    "practitioner": (Role.PRACTITIONER, None),
    "police": (Role.PARTNER_READER, Sector.POLICE),
    "school": (Role.PARTNER_READER, Sector.SCHOOL),
    "health": (Role.PARTNER_READER, Sector.HEALTH),
    "lead": (Role.STRATEGIC_LEAD, None),
    "curator": (Role.CURATOR, None),
    "administrator": (Role.ADMINISTRATOR, None),
}
"""What a person can be invited as, by the word that stands for it in a list."""

LABELS: Mapping[str, str] = {
    "practitioner": "Practitioner",
    "police": "Partner reader: police",
    "school": "Partner reader: school or college",
    "health": "Partner reader: health",
    "lead": "Strategic lead",
    "curator": "Curator",
    "administrator": "Administrator",
}


@dataclass(frozen=True)
class Row:
    """One line of a list, with what stands against inviting that person."""

    line: int
    email: str
    choice: str
    problem: str | None


def choices_of(actor: Actor, authority_id: int | None) -> list[str]:
    """Return what `actor` may invite people to an authority as, in the order of `CHOICES`."""
    return [c for c, (role, _) in CHOICES.items() if may_invite(actor, role, authority_id)]


def check(session: Session, *, actor: Actor, authority_id: int | None, text: str) -> list[Row]:
    """Check each line of a list: `address` or `address, role`, a heading line left out.

    Raises `DomainError` for a list that is empty or too long.
    """
    lines = _lines(text)
    if not lines:
        raise DomainError("Enter at least one e-mail address")
    if len(lines) > MOST_ROWS:
        raise DomainError(f"Enter {MOST_ROWS} people or fewer at a time")
    allowed = choices_of(actor, authority_id)
    if not allowed:
        raise DomainError("You can’t invite anybody here")
    rows: list[Row] = []
    seen: dict[tuple[str, str], int] = {}
    for line, cells in lines:
        row = _checked(session, line, cells, allowed, authority_id)
        first = seen.setdefault((row.email, row.choice), line)
        if row.problem is None and first != line:
            row = Row(line, row.email, row.choice, f"This is the same as line {first}")
        rows.append(row)
    return rows


def _lines(text: str) -> list[tuple[int, list[str]]]:
    lines = []
    dialect = ";" if ";" in text and "," not in text else "\t" if "\t" in text else ","
    reader = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=dialect)
    try:
        for cells in reader:
            given = [cell.strip() for cell in cells]
            if not any(given) or _is_heading(given):
                continue
            lines.append((reader.line_num, given))
    except csv.Error as error:
        raise DomainError("Write one person on each line: address, role") from error
    return lines


def _is_heading(cells: Sequence[str]) -> bool:
    return cells[0].lower().replace("-", "") in {"email", "emailaddress", "email address"}


def _checked(
    session: Session,
    line: int,
    cells: Sequence[str],
    allowed: Sequence[str],
    authority_id: int | None,
) -> Row:
    typed = cells[0][:254]
    word = cells[1].lower() if len(cells) > 1 and cells[1] else allowed[0]
    choice = next((c for c in allowed if word in (c, LABELS[c].lower())), "")
    try:
        email = service.clean_email(typed)
    except DomainError as error:
        return Row(line, typed, choice or word[:40], str(error))
    if len([cell for cell in cells if cell]) > 2:
        return Row(line, email, choice or word[:40], "Give an address and a role, nothing else")
    if not choice:
        return Row(line, email, word[:40], f"Write the role as {', '.join(allowed)}")
    role, _ = CHOICES[choice]
    problem = invitations.problem_with(session, email=email, role=role, authority_id=authority_id)
    return Row(line, email, choice, str(problem) if problem else None)


def send(session: Session, *, actor: Actor, authority_id: int | None, text: str) -> tuple[int, int]:
    """Invite everybody whose line has no problem; return how many were invited and how many not."""
    rows = check(session, actor=actor, authority_id=authority_id, text=text)
    sound = [row for row in rows if row.problem is None]
    with session.begin_nested():  # all of them or none
        for row in sound:
            role, sector = CHOICES[row.choice]
            invitations.invite(
                session,
                actor=actor,
                email=row.email,
                role=role,
                authority_id=authority_id,
                sector=sector,
            )
    return len(sound), len(rows) - len(sound)
