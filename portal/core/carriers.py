"""The carriers of letters: a folder on this machine, a mail server, GOV.UK Notify.

Each says what went wrong in words for an administrator that name nobody, and none logs anything:
an address or a text must not lie about where letters have gone wrong.
"""

import logging
import os
import re
import smtplib
import socket
import ssl
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any

from portal.core.config import Settings
from portal.core.jobs import WorkFailed
from portal.core.mail import Carrier, Message
from portal.core.mail_settings import PORTS, is_address

if TYPE_CHECKING:
    from notifications_python_client.errors import APIError

PATIENCE = 20.0
"""Seconds that a server may take for each answer."""
_REFERENCE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Sender:
    """Who letters come from: a name, an e-mail address, and the host that they are written on."""

    name: str
    address: str
    host: str


def carrier_of(settings: Settings, service: str) -> Carrier:
    """Return the carrier that the settings choose, for letters of the service of that name."""
    sender = Sender(service, settings.sender, settings.host)
    if settings.mail == "smtp":
        return SmtpCarrier(
            sender,
            settings.smtp_host,
            settings.smtp_port or PORTS[settings.smtp_security],
            security=settings.smtp_security,
            user=settings.smtp_user,
            password=settings.smtp_password.get_secret_value() if settings.smtp_password else "",
        )
    if settings.mail == "notify" and settings.notify_key:
        return NotifyCarrier(
            settings.notify_key.get_secret_value(),
            settings.notify_template,
            url=settings.notify_url,
        )
    return FolderCarrier(settings.instance / "mail", sender)


def compose(message: Message, sender: Sender, encoding: str = "quoted-printable") -> bytes:
    """Return a letter as it travels: the same bytes for the same message.

    What a line break or a sign that cannot be seen would do in a header, it does not do here.
    Raises `WorkFailed` for an address that no mail server takes.
    """
    if not is_address(message.to):
        raise WorkFailed("The recipient’s address is not one that a mail server takes.", final=True)
    letter = EmailMessage(policy=policy.SMTP)
    letter["From"] = Address(sender.name, addr_spec=sender.address)
    letter["To"] = Address(addr_spec=message.to)
    letter["Subject"] = _one_line(message.subject)
    letter["Date"] = message.written_at
    letter["Message-ID"] = f"<{message.reference}@{sender.host}>"
    # no answering machine answers; the second is Exchange's own word for it
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    letter.set_content(message.text, charset="utf-8", cte=encoding)
    return letter.as_bytes()


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


# ---- A folder


@dataclass(frozen=True)
class Letter:
    """A letter that lies in the folder."""

    reference: str
    to: str
    subject: str
    text: str
    written_at: datetime


class FolderCarrier:
    """Puts letters into a folder: nobody else reads it, and nothing leaves this machine."""

    def __init__(self, folder: Path, sender: Sender) -> None:
        self.folder = folder
        self._sender = sender

    def send(self, message: Message) -> None:
        """Write a letter; one of the same reference is replaced. Raises `WorkFailed`."""
        letter = compose(message, self._sender, "8bit")
        try:
            self._write(message.reference, letter)
        except OSError:
            raise WorkFailed("The folder of letters could not be written to.") from None

    def _write(self, reference: str, letter: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        # whoever reads the folder meets the whole letter or none
        number, path = tempfile.mkstemp(dir=self.folder, prefix=f".{reference}-", suffix=".part")
        try:
            with open(number, "wb") as file:
                file.write(letter)
                file.flush()
                os.fsync(file.fileno())
            os.replace(path, self.folder / f"{reference}.eml")
        except BaseException:
            Path(path).unlink(missing_ok=True)
            raise

    def forget(self, *, references: Collection[str], address: str = "") -> None:
        """Delete these letters, and any to an address, whole or half written."""
        for reference in references:
            (self.folder / f"{reference}.eml").unlink(missing_ok=True)
        for path in self.folder.glob(".*.part") if references else ():
            if path.name[1:].partition("-")[0] in references:
                path.unlink(missing_ok=True)
        if not address:
            return
        for path in [*self.folder.glob("*.eml"), *self.folder.glob(".*.part")]:
            with suppress(FileNotFoundError):
                letter = path.read_bytes()
                # reading the head of each letter as it should be read takes a hundred times as long
                if address.encode() in letter and _parsed(letter)["To"] == address:
                    path.unlink()

    def letters(self) -> list[Letter]:
        """Return the letters, the newest first."""
        paths = sorted(self.folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        there = [letter for path in paths if (letter := self.letter(path.stem))]
        return sorted(there, key=lambda one: one.written_at)[::-1]

    def letter(self, reference: str) -> Letter | None:
        """Return a letter, if it is there."""
        if not _REFERENCE.fullmatch(reference):
            return None
        try:
            letter = _parsed((self.folder / f"{reference}.eml").read_bytes())
        except FileNotFoundError:
            return None
        return Letter(
            reference,
            str(letter["To"]),
            str(letter["Subject"]),
            letter.get_content().replace("\r\n", "\n"),
            letter["Date"].datetime,
        )


def _parsed(letter: bytes) -> EmailMessage:
    parsed: EmailMessage = message_from_bytes(letter, policy=policy.default)
    return parsed


# ---- A mail server


class _Limited(smtplib.SMTP):
    """A connection that is cut after a time in all, since one that drips never times out."""

    def __init__(self, seconds: float, *args: Any, **kwargs: Any) -> None:
        self._limit = Timer(seconds, self._cut)
        self._limit.daemon = True
        self._limit.start()
        try:
            super().__init__(*args, **kwargs)
        except BaseException:
            self.close()
            raise

    def _cut(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                # not the encrypted layer's own, which would wait for the other side
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        self._limit.cancel()
        super().close()


class _LimitedTls(_Limited, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


class SmtpCarrier:
    """Hands letters to a mail server, encrypted and to the one whose certificate is right."""

    def __init__(
        self,
        sender: Sender,
        host: str,
        port: int,
        *,
        security: str = "starttls",
        user: str = "",
        password: str = "",
        patience: float = PATIENCE,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._sender = sender
        self._host, self._port = host, port
        self._security = security
        self._user, self._password = user, password
        self._patience = patience
        self._trust = trust or ssl.create_default_context()

    def send(self, message: Message) -> None:
        """Hand over one letter, by the same Message-ID at every try. Raises `WorkFailed`."""
        letter = compose(message, self._sender)
        try:
            with self._connected() as server:
                server.sendmail(self._sender.address, [message.to], letter)
                # it has been taken: a goodbye that goes wrong must not send it again
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()
        except (OSError, smtplib.SMTPException) as error:
            raise _said_of(error) from None

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        about = {
            "host": self._host,
            "port": self._port,
            "timeout": self._patience,
            "local_hostname": self._sender.host,
        }
        in_all = 6 * self._patience
        server: smtplib.SMTP
        if self._security == "tls":
            server = _LimitedTls(in_all, context=self._trust, **about)
        else:
            server = _Limited(in_all, **about)
        try:
            if self._security == "starttls":
                server.starttls(context=self._trust)
            if self._user:
                server.login(self._user, self._password)
            yield server
        finally:
            server.close()

    def forget(self, *, references: Collection[str], address: str = "") -> None:
        """Nothing is kept here."""


_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPSenderRefused, "The mail server refuses the sender, PORTAL_MAIL_FROM ({code})."),
    (
        smtplib.SMTPAuthenticationError,
        "The mail server refuses PORTAL_SMTP_USER and PORTAL_SMTP_PASSWORD ({code}).",
    ),
    (
        smtplib.SMTPNotSupportedError,
        "The mail server does not offer what PORTAL_SMTP_SECURITY or PORTAL_SMTP_USER ask for: "
        "encryption or a sign-in.",
    ),
    (smtplib.SMTPResponseException, "The mail server refuses the connection ({code})."),
    (
        smtplib.SMTPServerDisconnected,
        "The mail server did not answer in time, or broke the connection off.",
    ),
    (smtplib.SMTPException, "The mail server offers no way to sign in that the portal knows."),
    (TimeoutError, "The mail server did not answer in time."),
    (ssl.SSLCertVerificationError, "The mail server’s certificate is not to be trusted."),
    (ssl.SSLError, "The encrypted connection to the mail server failed."),
    (OSError, "The mail server could not be reached."),
)
"""What an administrator may mend, or the next hour: so all of it is tried again."""


def _said_of(error: Exception) -> WorkFailed:
    """Say what went wrong. Only what the recipient or the letter causes is not tried again."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max(code for code, _ in error.recipients.values())
        return _refused("The mail server refuses the recipient’s address", code)
    code = getattr(error, "smtp_code", 0)
    if isinstance(error, smtplib.SMTPDataError):
        return _refused("The mail server refuses the letter", code)
    words = next(words for kind, words in _WORDS if isinstance(error, kind))
    return WorkFailed(words.format(code=code))


def _refused(what: str, code: int) -> WorkFailed:
    if code >= 500:
        return WorkFailed(f"{what} for good ({code}).", final=True)
    return WorkFailed(f"{what} for now ({code}).")


# ---- GOV.UK Notify


class NotifyCarrier:
    """Hands letters to GOV.UK Notify, through its own client."""

    def __init__(
        self, key: str, template: str, *, url: str = "", patience: float = PATIENCE
    ) -> None:
        self._key = key
        self._template = template
        self._url = url
        self._patience = patience
        # its warnings repeat what Notify says, which may repeat what was sent
        logging.getLogger("notifications_python_client").setLevel(logging.CRITICAL)

    def send(self, message: Message) -> None:
        """Hand over one letter, unless Notify has one of this reference. Raises `WorkFailed`."""
        # loaded by the worker, when there is a letter: it is 10 MB that no web process needs
        from notifications_python_client.errors import APIError
        from notifications_python_client.notifications import NotificationsAPIClient

        more = {"base_url": self._url} if self._url else {}
        client = NotificationsAPIClient(self._key, timeout=self._patience, **more)  # type: ignore[no-untyped-call]  # as all of it
        try:
            there = client.get_all_notifications(reference=message.reference)  # type: ignore[no-untyped-call]
            if there["notifications"]:
                return
            client.send_email_notification(  # type: ignore[no-untyped-call]
                message.to,
                self._template,
                personalisation={
                    "subject": _one_line(message.subject),
                    "body": _without_links(message.text),
                },
                reference=message.reference,
            )
        except APIError as error:
            raise _said_by_notify(error) from None
        finally:
            client.request_session.close()

    def forget(self, *, references: Collection[str], address: str = "") -> None:
        """Nothing is kept here; Notify deletes what it has after the days that were set there."""


def _without_links(text: str) -> str:
    """Keep Notify, which reads Markdown, from hiding an address behind somebody's words."""
    return text.replace("](", "] (")


def _said_by_notify(error: "APIError") -> WorkFailed:
    """Say what went wrong. What another key, template or hour may mend is tried again."""
    code, said = error.status_code, str(error.message).lower()
    if error.response is None:
        return WorkFailed("GOV.UK Notify could not be reached, or did not answer in time.")
    if code == 429:
        return WorkFailed("GOV.UK Notify takes no more letters for now (429).")
    if code in {401, 403}:
        return WorkFailed(f"GOV.UK Notify refuses PORTAL_NOTIFY_KEY or this clock ({code}).")
    if code >= 500 or code < 400:
        return WorkFailed(f"GOV.UK Notify answers with an error of its own ({code}).")
    if "template" in said or "personalisation" in said:
        return WorkFailed(
            f"GOV.UK Notify refuses PORTAL_NOTIFY_TEMPLATE: it needs an e-mail template with "
            f"((subject)) and ((body)) ({code})."
        )
    if "team-only" in said or "trial mode" in said:
        return WorkFailed(
            f"GOV.UK Notify does not let this service or key write to everybody yet ({code}).",
            final=True,
        )
    return WorkFailed(f"GOV.UK Notify refuses the letter or its address ({code}).", final=True)
