"""A request that gunicorn itself refuses leaves no trace of what it asked for."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.e2e.servers import Portals, Server, production, stocked
from tests.integration.watching import canary

WORD = canary()
ASKED = f"/library?q={WORD}"
LONG = "x" * 9000
REFUSED = {
    "no such version": f"GET {ASKED} HTTP/9.9\r\n\r\n",
    "no version": f"GET {ASKED}\r\n\r\n",
    "no protocol": f"GET {ASKED} {WORD}\r\n\r\n",
    "four parts": f"GET {ASKED} passport HTTP/1.1\r\n\r\n",
    "no method": f"g@t{WORD} {ASKED} HTTP/1.1\r\n\r\n",
    "no address": f"GET {WORD} HTTP/1.1\r\n\r\n",
    "too long": f"GET {ASKED}{LONG} HTTP/1.1\r\n\r\n",
    "bad name of a header": f"GET {ASKED} HTTP/1.1\r\nHost: localhost\r\nX {WORD}: 1\r\n\r\n",
    "no colon": f"GET {ASKED} HTTP/1.1\r\nHost: localhost\r\n{WORD}\r\n\r\n",
    "a null": f"GET {ASKED} HTTP/1.1\r\nHost: localhost\r\nReferer: {ASKED}\0\r\n\r\n",
    "a folded header": f"GET {ASKED} HTTP/1.1\r\nHost: localhost\r\nReferer: a\r\n {WORD}\r\n\r\n",
    "a long header": f"GET {ASKED} HTTP/1.1\r\nHost: localhost\r\nReferer: {WORD}{LONG}\r\n\r\n",
    "many headers": f"GET {ASKED} HTTP/1.1\r\nHost: localhost\r\n"
    + f"A: {WORD}\r\n" * 200
    + "\r\n",
    "two lengths": f"GET {ASKED} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1{WORD}\r\n\r\n",
    "unknown coding": f"GET {ASKED} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {WORD}\r\n\r\n",
    "unknown expectation": f"GET {ASKED} HTTP/1.1\r\nHost: a\r\nExpect: {WORD}\r\n\r\n",
    "bad chunks": f"POST {ASKED} HTTP/1.1\r\nHost: localhost\r\n"
    f"Transfer-Encoding: chunked\r\n\r\n{WORD}\r\n{WORD}\r\n0\r\n\r\n",
    "broken off": f"GET {ASKED} HTTP/1.1\r\nHost: localhost\r\nReferer: {ASKED}",
}


@pytest.fixture(scope="module")
def talkative(portals: Portals) -> Iterator[Server]:
    """A server that logs all that it can."""
    more = {"GUNICORN_CMD_ARGS": "--access-logfile -"}
    with production(portals.databases, stocked, log_level="debug", **more) as server:
        yield server


def send(server: Server, raw: str) -> bytes:
    """Send `raw` as it stands, and return the answer."""
    with socket.create_connection(("127.0.0.1", urlsplit(server.address).port or 0), 10) as sent:
        sent.sendall(raw.encode())
        sent.shutdown(socket.SHUT_WR)
        answer = b""
        while part := sent.recv(65_536):
            answer += part
        return answer


@pytest.mark.parametrize("why", REFUSED)
def test_the_log_repeats_nothing_of_a_request_that_is_refused(talkative: Server, why: str) -> None:
    before = len(talkative.log.read_text())
    answer = send(talkative, REFUSED[why])
    assert not answer.startswith(b"HTTP/1.1 2"), answer
    said = talkative.log.read_text()[before:]
    assert WORD not in said.casefold()
    assert "127.0.0.1" not in said
    assert "a request was refused, broken off or failed" in said
    assert "Traceback" not in said
