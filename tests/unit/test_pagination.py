"""Pages of a list: every document is on one, and the links lead to those around."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.ui.pagination import PER_PAGE, component, last_page, page_number


@pytest.mark.parametrize(("text", "page"), [("1", 1), ("12", 12), ("007", 7)])
def test_a_page_is_read_from_the_address(text: str, page: int) -> None:
    assert page_number(text) == page


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "1e3", "two", "²", "٣", " 3", "+3", "3\n"])
def test_anything_else_is_the_first_page(text: str) -> None:
    assert page_number(text) == 1


@settings(max_examples=100, deadline=None)
@given(st.text() | st.integers().map(str))
def test_any_text_gives_a_page(text: str) -> None:
    assert page_number(text) >= 1


def test_a_number_without_end_is_a_page_too_far() -> None:
    assert page_number("9" * 5000) == 10**6


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6))
def test_the_pages_hold_every_document_and_none_is_empty(total: int) -> None:
    last = last_page(total)
    assert last * PER_PAGE >= total
    assert last == 1 or (last - 1) * PER_PAGE < total


def address(page: int) -> str:
    return f"/library?page={page}"


def test_one_page_needs_no_links() -> None:
    assert component(1, 0, address) is None
    assert component(1, PER_PAGE, address) is None


@settings(max_examples=100, deadline=None)
@given(st.integers(2, 60), st.data())
def test_the_links_lead_to_the_ends_and_to_the_neighbours(last: int, data: st.DataObject) -> None:
    page = data.draw(st.integers(1, last))
    made = component(page, last * PER_PAGE, address)
    assert made is not None
    numbers = [item["number"] for item in made["items"] if "number" in item]
    assert numbers == sorted({1, last, page} | {n for n in (page - 1, page + 1) if 1 <= n <= last})
    assert [item["number"] for item in made["items"] if item.get("current")] == [page]
    assert all(i["href"] == address(i["number"]) for i in made["items"] if "number" in i)
    assert made.get("previous", {}).get("href") == (address(page - 1) if page > 1 else None)
    assert made.get("next", {}).get("href") == (address(page + 1) if page < last else None)


def test_an_ellipsis_stands_where_pages_are_left_out_and_only_there() -> None:
    made = component(5, 10 * PER_PAGE, address)
    assert made is not None
    assert [item.get("number", "…") for item in made["items"]] == [1, "…", 4, 5, 6, "…", 10]
    made = component(2, 3 * PER_PAGE, address)
    assert made is not None
    assert [item.get("number", "…") for item in made["items"]] == [1, 2, 3]
