"""Mail servers for the tests, on this machine alone: a real one, and one that stops answering."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "127.0.0.1"
PATIENCE = 20


@dataclass
class Inbox:
    """What a server does with letters, and those that it has taken."""

    port: int = 0
    envelopes: list[Envelope] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    """Of a command, in order, instead of taking it; when they are used up it is taken."""
    password: str = ""
    """What users have to sign in with."""
    encrypted: list[bool] = field(default_factory=list)
    """Whether each letter came by an encrypted connection."""

    @property
    def letters(self) -> list[EmailMessage]:
        return [parsed(bytes(envelope.content or b"")) for envelope in self.envelopes]

    @property
    def ids(self) -> list[str]:
        return [str(letter["Message-ID"]) for letter in self.letters]

    def _answer(self, command: str) -> str | None:
        waiting = self.answers.get(command)
        return waiting.pop(0) if waiting else None

    async def handle_MAIL(  # noqa: N802 (the names of hooks)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.password and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if answer := self._answer("MAIL"):
            return answer
        envelope.mail_from = address
        self.senders.append(address)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self._answer("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if answer := self._answer("DATA"):
            return answer
        self.envelopes.append(envelope)
        self.encrypted.append(
            bool(session.ssl) or server.transport.get_extra_info("cipher") is not None
        )
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        right = isinstance(given, LoginPassword) and given.password == self.password.encode()
        return AuthResult(success=right, handled=right)


def parsed(letter: bytes) -> EmailMessage:
    message: EmailMessage = message_from_bytes(letter, policy=policy.default)
    return message


@contextmanager
def mail_server(
    inbox: Inbox, *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[int]:
    """Run a mail server at the inbox's port, or a free one; give back which."""
    loop = asyncio.new_event_loop()

    def protocol() -> SMTP:
        return SMTP(
            inbox,
            hostname="mail.example",
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_require_tls=starttls is not None,
            authenticator=inbox.authenticate,
            loop=loop,
        )

    # in a thread from the start: where a browser has been at work, this one has a loop that runs
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    beginning = loop.create_server(protocol, HOST, inbox.port, ssl=tls, reuse_address=True)
    listening = asyncio.run_coroutine_threadsafe(beginning, loop).result(PATIENCE)
    inbox.port = listening.sockets[0].getsockname()[1]
    try:
        yield inbox.port
    finally:
        asyncio.run_coroutine_threadsafe(_end(listening), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()


async def _end(listening: asyncio.Server) -> None:
    listening.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)  # transports close in the next round


@contextmanager
def silent_server(answers: Sequence[str], *, port: int = 0, drip: bool = False) -> Iterator[int]:
    """Answer so often, one answer to each command, then keep the line open and say nothing more.

    The first answer is the greeting. After `354` a whole letter is one command. With `drip` it
    goes on to send one byte after the other, of an answer that never ends.
    """
    ended = threading.Event()
    threads: list[threading.Thread] = []

    def talk(connection: socket.socket) -> None:
        connection.settimeout(PATIENCE)
        with suppress(OSError), connection, connection.makefile("rb") as lines:
            for number, answer in enumerate(answers):
                if number:
                    _command(lines, after=answers[number - 1])
                connection.sendall(answer.encode() + b"\r\n")
            while not ended.wait(0.02):
                if drip:
                    connection.sendall(b"2")

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                threads.append(threading.Thread(target=talk, args=[connection]))
                threads[-1].start()

    with socket.create_server((HOST, port)) as listening:
        threads.append(threading.Thread(target=accept))
        threads[0].start()
        try:
            yield listening.getsockname()[1]
        finally:
            ended.set()
            listening.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join(PATIENCE)


def _command(lines: "socket.SocketIO", *, after: str) -> None:
    line = lines.readline()
    while line and after.startswith("354") and line != b".\r\n":
        line = lines.readline()


@contextmanager
def refusing_port() -> Iterator[int]:
    """Give a port at which nobody listens, and nobody else will."""
    with socket.socket() as bound:
        bound.bind((HOST, 0))
        yield bound.getsockname()[1]


@dataclass(frozen=True)
class Certificates:
    """A certificate for this machine, and who believes it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def certificates(*names: str) -> Certificates:
    """Make an authority and a certificate of its for `names`."""
    authority = trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return Certificates(server, client)
