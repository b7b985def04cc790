"""A person knows a browser of theirs again; no version of it is kept."""

import pytest

from portal.accounts.browsers import in_words

MOZILLA = "Mozilla/5.0"
KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = "(Windows NT 10.0; Win64; x64"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"{MOZILLA} {WINDOWS}; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        (f"{MOZILLA} {WINDOWS}) {KIT} Chrome/140.0.0.0 Safari/537.36", "Chrome on Windows"),
        (
            f"{MOZILLA} {WINDOWS}) {KIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {KIT} Version/18.0 Safari/605.1.15",
            "Safari on Mac",
        ),
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) {KIT} Version/18.0 "
            "Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            f"{MOZILLA} (Linux; Android 15; Pixel 9) {KIT} Chrome/140.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            f"{MOZILLA} (Linux; Android 15; SM-S921B) {KIT} SamsungBrowser/28.0 Chrome/130.0.0.0 "
            "Mobile Safari/537.36",
            "Samsung Internet on Android",
        ),
        (f"{MOZILLA} (X11; CrOS x86_64 14541.0.0) {KIT} Chrome/140.0.0.0", "Chrome on ChromeOS"),
        (f"{MOZILLA} (X11; Linux x86_64) something new", "A browser on Linux"),
        ("curl/8.5.0", None),
        ("", None),
        ("Firefox/1" * 5000, "Firefox"),
    ],
)
def test_a_browser_is_called_by_its_kind_and_system(user_agent: str, words: str | None) -> None:
    assert in_words(user_agent) == words
    assert not words or (len(words) <= 60 and not any(c.isdigit() for c in words))
