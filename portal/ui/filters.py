"""How values are written for readers."""

from datetime import date, datetime

from flask import Flask

from portal.core.clock import LONDON


def day(value: date | datetime | None) -> str:
    """Write a day as the GOV.UK style has it: 23 November 2026."""
    if value is None:
        return "Not stated"
    if isinstance(value, datetime):
        value = value.astimezone(LONDON)
    return f"{value.day} {value:%B %Y}"


def moment(value: datetime | None) -> str:
    """Write a moment in England's time: 23 November 2026 at 3:05pm."""
    if value is None:
        return "Never"
    value = value.astimezone(LONDON)
    return f"{day(value)} at {value.hour % 12 or 12}:{value:%M}{'am' if value.hour < 12 else 'pm'}"


def count(number: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun: 1 document, 2 documents, 1,000 documents."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def legible(text: str) -> str:
    """Put a space for each sign that no page can show; lines stay lines."""
    return "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)


def init_app(app: Flask) -> None:
    """Register the filters."""
    app.add_template_filter(day)
    app.add_template_filter(moment)
    app.add_template_filter(count)
