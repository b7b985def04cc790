"""Letters through GOV.UK Notify: its own client against a peer that speaks its API."""

import logging
from datetime import UTC, datetime

import pytest

from portal.core.carriers import NotifyCarrier
from portal.core.jobs import WorkFailed
from portal.core.mail import Message
from tests.notify_peer import KEY, SECRET, SERVICE, TEMPLATE, Desk, notify_peer

TO = "petra.practitioner@example.gov.uk"
LETTER = Message(
    reference="0123456789abcdef" * 2,
    to=TO,
    subject="You are invited",
    text="Dear colleague,\n\nopen https://portal.example/invitation?t=17-abc\n",
    written_at=datetime(2026, 11, 26, 8, 30, tzinfo=UTC),
)


def carrier(desk: Desk, key: str = KEY, template: str = TEMPLATE) -> NotifyCarrier:
    return NotifyCarrier(key, template, url=desk.url, patience=0.5)


def test_a_letter_is_handed_over_with_its_reference_and_words() -> None:
    with notify_peer(Desk()) as desk:
        carrier(desk).send(LETTER)
    assert desk.sent == [
        {
            "email_address": TO,
            "template_id": TEMPLATE,
            "personalisation": {"subject": LETTER.subject, "body": LETTER.text},
            "reference": LETTER.reference,
        }
    ]


def test_a_letter_that_notify_has_is_not_handed_over_again() -> None:
    with notify_peer(Desk()) as desk:
        carrier(desk).send(LETTER)
        carrier(desk).send(LETTER)
    assert len(desk.sent) == 1


def test_a_letter_whose_answer_was_lost_goes_once() -> None:
    """Notify took it, and nobody heard so: the next try asks first."""
    with notify_peer(Desk(answers=["lost"])) as desk:
        with pytest.raises(WorkFailed) as failed:
            carrier(desk).send(LETTER)
        carrier(desk).send(LETTER)
    assert not failed.value.final
    assert len(desk.sent) == 1
    assert desk.asked == 2


def test_nobodys_words_become_a_link() -> None:
    with notify_peer(Desk()) as desk:
        text = "Invited by [your bank](https://thief.example)"
        carrier(desk).send(Message(**(vars(LETTER) | {"text": text})))
    assert "](" not in desk.sent[0]["personalisation"]["body"]


@pytest.mark.parametrize(
    ("status", "error", "message", "final", "said"),
    [
        (429, "RateLimitError", "Exceeded rate limit for key type TEAM", False, "for now (429)"),
        (429, "TooManyRequestsError", "Exceeded send limits (50) for today", False, "(429)"),
        (500, "Exception", "Internal server error", False, "error of its own (500)"),
        (503, "Exception", "Service unavailable", False, "error of its own (503)"),
        (
            400,
            "BadRequestError",
            "Can't send to this recipient using a team-only API key",
            True,
            "write to everybody yet (400)",
        ),
        (
            400,
            "BadRequestError",
            "Can't send to this recipient when service is in trial mode",
            True,
            "write to everybody yet (400)",
        ),
        (
            400,
            "ValidationError",
            f"email_address {TO} Not a valid email address",
            True,
            "refuses the letter or its address (400)",
        ),
        (400, "BadRequestError", "Template not found", False, "PORTAL_NOTIFY_TEMPLATE"),
    ],
)
def test_a_refusal_says_whether_another_try_helps(
    status: int,
    error: str,
    message: str,
    final: bool,
    said: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    with notify_peer(Desk(answers=[(status, error, message)])) as desk:
        with pytest.raises(WorkFailed) as failed:
            carrier(desk).send(LETTER)
        assert failed.value.final is final
        assert said in str(failed.value)
        if not final:
            carrier(desk).send(LETTER)
            assert len(desk.sent) == 1
    for told in (str(failed.value), caplog.text):
        assert TO not in told, "words name nobody"
        assert LETTER.subject not in told


def test_a_wrong_key_or_clock_is_for_somebody_to_mend() -> None:
    with notify_peer(Desk()) as desk:
        wrong = KEY.replace(SECRET, SECRET[::-1].replace("-", "0")[:8] + SECRET[8:])
        elsewhere = KEY.replace(SERVICE, SERVICE.replace("8", "9"))
        for key in (wrong, elsewhere):
            with pytest.raises(WorkFailed, match="PORTAL_NOTIFY_KEY") as failed:
                carrier(desk, key=key).send(LETTER)
            assert not failed.value.final
            assert key not in str(failed.value)
        desk.clock = 120.0
        with pytest.raises(WorkFailed, match="this clock") as failed:
            carrier(desk).send(LETTER)
        assert not failed.value.final
    assert not desk.sent


def test_a_template_that_is_not_there_is_for_somebody_to_mend() -> None:
    another = TEMPLATE.replace("b", "c")
    with (
        notify_peer(Desk()) as desk,
        pytest.raises(WorkFailed, match="PORTAL_NOTIFY_TEMPLATE") as failed,
    ):
        carrier(desk, template=another).send(LETTER)
    assert not failed.value.final


def test_a_peer_that_hangs_or_is_not_there_is_tried_again() -> None:
    with notify_peer(Desk(answers=["hang"])) as desk:
        with pytest.raises(WorkFailed, match="did not answer in time") as failed:
            carrier(desk).send(LETTER)
        assert not failed.value.final
        carrier(desk).send(LETTER)
        assert len(desk.sent) == 1
    with pytest.raises(WorkFailed, match="could not be reached") as failed:
        carrier(desk).send(LETTER)
    assert not failed.value.final
