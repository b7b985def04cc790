"""Letters through a mail server: what arrives, what is refused, and servers that do not answer."""

import ssl
import time
from datetime import UTC, datetime

import pytest

from portal.core.carriers import Sender, SmtpCarrier
from portal.core.jobs import WorkFailed
from portal.core.mail import Message
from tests.mail_servers import (
    HOST,
    Certificates,
    Inbox,
    certificates,
    mail_server,
    refusing_port,
    silent_server,
)

SENDER = Sender("Shared safeguarding practice", "no-reply@portal.example.gov.uk", "portal.example")
TO = "petra.practitioner@example.gov.uk"
TEXT = """\
Dear colleague – “curly” words, naïve café, 50 £

.a line that begins with a dot
.
..two dots

A very long line: {long}

https://portal.example/invitation?t=17-{token}
""".format(long="word " * 400, token="0123456789abcdef" * 4)


def message(**more: object) -> Message:
    given: dict[str, object] = {
        "reference": "0123456789abcdef" * 2,
        "to": TO,
        "subject": "You are invited",
        "text": TEXT,
        "written_at": datetime(2026, 11, 26, 8, 30, tzinfo=UTC),
    }
    return Message(**(given | more))  # type: ignore[arg-type]


def plain(port: int, **more: object) -> SmtpCarrier:
    return SmtpCarrier(SENDER, HOST, port, security="none", **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def ours() -> Certificates:
    return certificates(HOST, "localhost")


def test_a_letter_arrives_as_it_was_written() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        plain(port).send(message())
    (envelope,), (letter,) = inbox.envelopes, inbox.letters
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER.address, [TO])
    assert letter.get_content().replace("\r\n", "\n") == TEXT
    assert letter["To"] == TO
    assert letter["From"] == "Shared safeguarding practice <no-reply@portal.example.gov.uk>"
    assert letter["Subject"] == "You are invited"
    assert letter["Date"].datetime == datetime(2026, 11, 26, 8, 30, tzinfo=UTC)
    assert letter["Message-ID"] == "<0123456789abcdef0123456789abcdef@portal.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content_charset() == "utf-8"
    raw = bytes(envelope.content or b"")
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78, "lines that every server takes"


def test_a_second_sending_is_the_same_letter_to_the_last_byte() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        plain(port).send(message())
        plain(port).send(message())
    first, second = inbox.envelopes
    assert first.content == second.content


@pytest.mark.parametrize(
    "subject",
    [
        "Hello\r\nBcc: thief@example.org",
        "Hello\nBcc: thief@example.org",
        "Hello\x0bthere\x00",
        "Ünïcode " * 40,
    ],
)
def test_a_subject_stays_one_header(subject: str) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        plain(port).send(message(subject=subject))
    (letter,), (envelope,) = inbox.letters, inbox.envelopes
    assert letter["Bcc"] is None
    assert envelope.rcpt_tos == [TO]
    expected = "".join(c if c.isprintable() else " " for c in subject)
    assert str(letter["Subject"]).split() == expected.split()


@pytest.mark.parametrize(
    "address",
    [
        "petra@example.gov.uk\r\nRCPT TO:<thief@example.org>",
        "petra@example.gov.uk, thief@example.org",
        "<petra@example.gov.uk>",
        "petra",
        "pétra@example.gov.uk",
        "petra@exämple.gov.uk",
        "",
    ],
)
def test_what_is_no_single_address_is_given_up_at_once(address: str) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port, pytest.raises(WorkFailed) as failed:
        plain(port).send(message(to=address))
    assert failed.value.final
    assert not inbox.envelopes


# ---- Encryption and sign-in


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_letter_goes_encrypted_to_a_server_with_the_right_certificate(
    ours: Certificates, security: str
) -> None:
    inbox = Inbox()
    with mail_server(inbox, **{security: ours.server}) as port:
        SmtpCarrier(SENDER, HOST, port, security=security, trust=ours.client).send(message())
    assert inbox.encrypted == [True]
    assert len(inbox.letters) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_with_a_wrong_certificate_gets_nothing(ours: Certificates, security: str) -> None:
    elsewhere = certificates("mail.elsewhere.example")
    for server, trust in (
        (ours.server, None),  # of an authority that this machine does not know
        (certificates(HOST).server, ours.client),  # of another authority than the one trusted
        (elsewhere.server, elsewhere.client),  # of another host
    ):
        inbox = Inbox()
        with mail_server(inbox, **{security: server}) as port, pytest.raises(WorkFailed) as failed:
            SmtpCarrier(SENDER, HOST, port, security=security, trust=trust).send(message())
        assert "certificate" in str(failed.value)
        assert not failed.value.final, "somebody will renew it"
        assert (inbox.senders, inbox.envelopes) == ([], [])


def test_certificates_are_checked_unless_told_otherwise() -> None:
    trust = SmtpCarrier(SENDER, HOST, 587)._trust
    assert trust.verify_mode == ssl.CERT_REQUIRED
    assert trust.check_hostname


def test_a_server_that_offers_no_encryption_gets_nothing(ours: Certificates) -> None:
    inbox = Inbox(password="swordfish")
    with mail_server(inbox) as port, pytest.raises(WorkFailed) as failed:
        SmtpCarrier(
            SENDER, HOST, port, user="portal", password="swordfish", trust=ours.client
        ).send(message())
    assert "PORTAL_SMTP_SECURITY" in str(failed.value)
    assert (inbox.senders, inbox.envelopes) == ([], [])


def test_the_portal_signs_in_where_the_server_asks_for_it(ours: Certificates) -> None:
    def carrier(password: str) -> SmtpCarrier:
        return SmtpCarrier(SENDER, HOST, port, user="portal", password=password, trust=ours.client)

    inbox = Inbox(password="swordfish")
    with mail_server(inbox, starttls=ours.server) as port:
        with pytest.raises(WorkFailed, match="PORTAL_SMTP_PASSWORD") as failed:
            carrier("mackerel").send(message())
        carrier("swordfish").send(message())
    assert not failed.value.final, "somebody will mend the settings"
    assert "mackerel" not in str(failed.value)
    assert len(inbox.letters) == 1


# ---- Refusals


def refused(answers: dict[str, list[str]]) -> WorkFailed:
    inbox = Inbox(answers=answers)
    with mail_server(inbox) as port, pytest.raises(WorkFailed) as failed:
        plain(port).send(message())
    assert not inbox.envelopes
    assert TO not in str(failed.value), "words name nobody"
    assert "Petra" not in str(failed.value)
    assert failed.value.__cause__ is None
    assert failed.value.__suppress_context__
    return failed.value


@pytest.mark.parametrize(
    ("command", "answer", "final", "said"),
    [
        ("RCPT", f"550 5.1.1 <{TO}> has no mailbox", True, "recipient’s address for good (550)"),
        ("RCPT", f"451 4.7.1 <{TO}> greylisted, Petra", False, "recipient’s address for now (451)"),
        ("RCPT", "421 4.3.2 going down", False, "for now (421)"),
        ("MAIL", "553 5.1.8 sender unknown", False, "PORTAL_MAIL_FROM (553)"),
        ("MAIL", "451 4.3.0 try later", False, "(451)"),
        ("DATA", "554 5.7.1 looks like spam", True, "refuses the letter for good (554)"),
        ("DATA", "452 4.3.1 no room", False, "refuses the letter for now (452)"),
    ],
)  # fmt: skip
def test_a_refusal_is_tried_again_unless_it_is_for_good(
    command: str, answer: str, final: bool, said: str
) -> None:
    failure = refused({command: [answer]})
    assert failure.final is final
    assert said in str(failure)


def test_a_letter_that_was_refused_for_now_is_taken_at_the_next_try() -> None:
    inbox = Inbox(answers={"RCPT": ["451 4.7.1 greylisted"]})
    with mail_server(inbox) as port:
        with pytest.raises(WorkFailed):
            plain(port).send(message())
        plain(port).send(message())
    assert len(inbox.envelopes) == 1


def test_a_server_that_refuses_connections_is_tried_again() -> None:
    with refusing_port() as port, pytest.raises(WorkFailed, match="could not be reached") as failed:
        plain(port).send(message())
    assert not failed.value.final


def test_a_server_that_wants_no_connections_now_is_tried_again() -> None:
    for greeting in ("554 5.3.2 not today", "421 4.3.2 too many"):
        with silent_server([greeting]) as port, pytest.raises(WorkFailed) as failed:
            plain(port, patience=0.3).send(message())
        assert not failed.value.final


# ---- Servers that do not answer

GREETED = "220 mail.example ready"
KNOWN = "250-mail.example\r\n250-AUTH PLAIN\r\n250 STARTTLS"
OK, GO_ON = "250 OK", "354 go on"


@pytest.mark.parametrize(
    ("security", "user", "answers"),
    [
        ("none", "", []),
        ("none", "", [GREETED]),
        ("none", "portal", [GREETED, KNOWN]),
        ("none", "", [GREETED, KNOWN]),
        ("none", "", [GREETED, KNOWN, OK]),
        ("none", "", [GREETED, KNOWN, OK, OK]),
        ("none", "", [GREETED, KNOWN, OK, OK, GO_ON]),
        ("starttls", "", [GREETED, KNOWN]),
        ("starttls", "", [GREETED, KNOWN, "220 go on"]),
        ("tls", "", []),
    ],
    ids=[
        "greeting",
        "hello",
        "sign-in",
        "sender",
        "recipient",
        "data",
        "end of the letter",
        "asking for encryption",
        "handshake",
        "handshake of an encrypted port",
    ],
)
def test_a_server_that_hangs_is_left_after_a_while(
    security: str, user: str, answers: list[str]
) -> None:
    about = {"security": security, "user": user, "password": user}
    with silent_server(answers) as port, pytest.raises(WorkFailed) as failed:
        SmtpCarrier(SENDER, HOST, port, patience=0.2, **about).send(message())
    assert "did not answer in time" in str(failed.value)
    assert not failed.value.final


def test_a_server_that_only_drips_is_left_too() -> None:
    """Each byte would begin the waiting anew."""
    began = time.monotonic()
    with silent_server([GREETED], drip=True) as port, pytest.raises(WorkFailed) as failed:
        plain(port, patience=0.2).send(message())
    assert "did not answer in time" in str(failed.value)
    assert time.monotonic() - began < 10, "six times its patience"


def test_a_letter_that_was_taken_is_not_sent_again_for_a_missing_goodbye() -> None:
    with silent_server([GREETED, KNOWN, OK, OK, GO_ON, OK]) as port:
        plain(port, patience=1).send(message())
