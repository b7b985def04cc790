"""A peer that speaks the part of GOV.UK Notify's API that letters need, on this machine alone."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

SERVICE = "8f3c1a52-93c5-4c0a-8c5e-0d8a3a0b7c11"
SECRET = "5b1d7e60-2f4a-4a57-9b1e-6d1c2f3a4b5c"
KEY = f"portal_test-{SERVICE}-{SECRET}"
TEMPLATE = "b0c9d8e7-6f5a-4b3c-9d2e-1f0a9b8c7d6e"


@dataclass
class Desk:
    """What the peer answers, and what it has taken."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0
    """How often it was asked whether it has a letter."""
    answers: list[tuple[int, str, str] | str] = field(default_factory=list)
    """For the next letters: status, error and message; `hang`; or `lost`, taken without a word."""
    clock: float = 0.0
    """Seconds by which the peer's clock is ahead."""
    url: str = ""
    ended: threading.Event = field(default_factory=threading.Event)


def error(status: int, name: str, message: str) -> tuple[int, dict[str, Any]]:
    return status, {"status_code": status, "errors": [{"error": name, "message": message}]}


def refusal(authorization: str, now: float) -> tuple[int, dict[str, Any]] | None:
    """Say why a token is not good, as the API's documentation has it."""
    scheme, _, token = authorization.partition(" ")
    parts = token.split(".")
    if scheme != "Bearer" or len(parts) != 3:
        return error(401, "AuthError", "Unauthorized: authentication token must be provided")
    header, claims = (json.loads(_decoded(part)) for part in parts[:2])
    if header != {"typ": "JWT", "alg": "HS256"} or claims["iss"] != SERVICE:
        return error(403, "AuthError", "Invalid token: service not found")
    expected = hmac.new(SECRET.encode(), ".".join(parts[:2]).encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(expected, _decoded(parts[2])):
        return error(403, "AuthError", "Invalid token: API key not found")
    if abs(now - claims["iat"]) > 30:
        said = "Error: Your system clock must be accurate to within 30 seconds"
        return error(403, "AuthError", said)
    return None


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    desk: Desk

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if self._refused() or address.path != "/v2/notifications":
            return
        self.desk.asked += 1
        wanted = parse_qs(address.query)["reference"]
        found = [one for one in self.desk.sent if one["reference"] in wanted]
        there = [{"id": str(uuid4()), "reference": one["reference"]} for one in found]
        self._say(200, {"notifications": there, "links": {"current": self.path}})

    def do_POST(self) -> None:
        letter = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self._refused() or self.path != "/v2/notifications/email":
            return
        answer = self.desk.answers.pop(0) if self.desk.answers else None
        if isinstance(answer, tuple):
            self._say(*error(*answer))
            return
        if answer == "hang":
            self.desk.ended.wait(20)
            self.close_connection = True
            return
        problem = self._problem(letter)
        if problem:
            self._say(*problem)
            return
        self.desk.sent.append(letter)
        if answer == "lost":
            self.close_connection = True
            return
        self._say(201, {"id": str(uuid4()), "reference": letter["reference"]})

    def _problem(self, letter: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        if letter["template_id"] != TEMPLATE:
            return error(400, "BadRequestError", "Template not found")
        missing = {"subject", "body"} - letter["personalisation"].keys()
        if missing:
            return error(400, "BadRequestError", f"Missing personalisation: {missing}")
        if letter["email_address"].count("@") != 1:
            return error(400, "ValidationError", "email_address Not a valid email address")
        return None

    def _refused(self) -> bool:
        now = time.time() + self.desk.clock
        problem = refusal(self.headers.get("Authorization", ""), now)
        if problem:
            self._say(*problem)
        return problem is not None

    def _say(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def notify_peer(desk: Desk) -> Iterator[Desk]:
    """Run the peer; its address is the desk's."""
    handler = type("Handler", (_Handler,), {"desk": desk})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        desk.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield desk
        finally:
            desk.ended.set()
            server.shutdown()
            thread.join(20)
