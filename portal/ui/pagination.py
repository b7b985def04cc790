"""Pages of a list, in the form of the GOV.UK pagination component."""

from collections.abc import Callable
from typing import Any

PER_PAGE = 20


def page_number(text: str) -> int:
    """Read a page number from an address; anything else is the first page."""
    if not (text.isascii() and text.isdigit()):
        return 1
    return max(1, min(int(text[:9]), 10**6))  # Python refuses to read thousands of digits


def last_page(total: int) -> int:
    """Return the number of the last page of `total` things."""
    return max(1, -(-total // PER_PAGE))


def component(page: int, total: int, address: Callable[[int], str]) -> dict[str, Any] | None:
    """Return the parameters of the component, or `None` where everything fits on one page."""
    last = last_page(total)
    if last == 1:
        return None
    shown = sorted({1, last, *range(max(1, page - 1), min(last, page + 1) + 1)})
    items: list[dict[str, Any]] = []
    before = 0
    for number in shown:
        if number > before + 1:
            items.append({"ellipsis": True})
        items.append({"number": number, "href": address(number), "current": number == page})
        before = number
    parameters: dict[str, Any] = {"items": items}
    if page > 1:
        parameters["previous"] = {"href": address(page - 1)}
    if page < last:
        parameters["next"] = {"href": address(page + 1)}
    return parameters
