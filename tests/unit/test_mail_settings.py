"""Settings of letters: what does not go together is said at the start, in plain words."""

import pytest

from portal.core.carriers import FolderCarrier, NotifyCarrier, SmtpCarrier, carrier_of
from portal.core.config import Settings, from_environment
from portal.core.mail_settings import is_address
from tests.databases import SECRET
from tests.notify_peer import KEY, TEMPLATE

SMTP = {
    "PORTAL_MAIL": "smtp",
    "PORTAL_SMTP_HOST": "mail.example.gov.uk",
    "PORTAL_MAIL_FROM": "no-reply@example.gov.uk",
}
NOTIFY = {
    "PORTAL_MAIL": "notify",
    "PORTAL_NOTIFY_KEY": KEY,
    "PORTAL_NOTIFY_TEMPLATE": TEMPLATE,
}


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("PORTAL_SECRET_KEY", SECRET)
    monkeypatch.setenv("PORTAL_HOSTS", "portal.example.gov.uk")
    return monkeypatch


def given(environment: pytest.MonkeyPatch, *settings: dict[str, str]) -> Settings:
    for each in settings:
        for name, value in each.items():
            environment.setenv(name, value)
    return from_environment()


def test_letters_go_to_a_folder_unless_told_otherwise(production: pytest.MonkeyPatch) -> None:
    settings = given(production)
    carrier = carrier_of(settings, "A service")
    assert isinstance(carrier, FolderCarrier)
    assert carrier.folder == settings.instance / "mail"
    assert settings.sender == "no-reply@portal.example.gov.uk"


def test_letters_come_from_the_host_that_readers_know(production: pytest.MonkeyPatch) -> None:
    hosts = {"PORTAL_HOSTS": ".portal.example.gov.uk,other.example.gov.uk"}
    assert given(production, hosts).sender == "no-reply@portal.example.gov.uk"
    origin = {"PORTAL_ORIGIN": "https://share.example.gov.uk:8443/"}
    settings = given(production, hosts, origin)
    assert settings.host == "share.example.gov.uk"
    assert settings.address == "https://share.example.gov.uk:8443"


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("", 587)])
def test_a_mail_server_is_spoken_to_encrypted(
    production: pytest.MonkeyPatch, security: str, port: int
) -> None:
    more = {"PORTAL_SMTP_SECURITY": security} if security else {}
    carrier = carrier_of(given(production, SMTP, more), "A service")
    assert isinstance(carrier, SmtpCarrier)
    assert carrier._port == port
    assert carrier._security == (security or "starttls")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.8", "::1"])
def test_a_mail_server_on_this_machine_needs_no_encryption(
    production: pytest.MonkeyPatch, host: str
) -> None:
    settings = given(production, SMTP, {"PORTAL_SMTP_HOST": host, "PORTAL_SMTP_SECURITY": "none"})
    assert isinstance(carrier_of(settings, "A service"), SmtpCarrier)


def test_notify_is_chosen_with_key_and_template(production: pytest.MonkeyPatch) -> None:
    assert isinstance(carrier_of(given(production, NOTIFY), "A service"), NotifyCarrier)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"PORTAL_MAIL": "pigeon"}, "'folder', 'smtp' or 'notify'"),
        ({"PORTAL_MAIL_FROM": "Portal <no-reply@example.gov.uk>"}, "PORTAL_MAIL_FROM is not"),
        (SMTP | {"PORTAL_SMTP_HOST": ""}, "set PORTAL_SMTP_HOST"),
        (SMTP | {"PORTAL_MAIL_FROM": ""}, "set PORTAL_MAIL_FROM"),
        (SMTP | {"PORTAL_SMTP_USER": "portal"}, "set both or neither"),
        (SMTP | {"PORTAL_SMTP_PASSWORD": "swordfish"}, "set both or neither"),
        (SMTP | {"PORTAL_SMTP_SECURITY": "none"}, "only a mail server on this machine"),
        (
            SMTP | {"PORTAL_SMTP_SECURITY": "none", "PORTAL_SMTP_HOST": "localhost.example.org"},
            "only a mail server on this machine",
        ),
        (SMTP | {"PORTAL_SMTP_SECURITY": "ssl"}, "'starttls', 'tls' or 'none'"),
        (SMTP | {"PORTAL_SMTP_PORT": "0"}, "smtp_port"),
        (SMTP | {"PORTAL_HOSTS": ""}, "set PORTAL_HOSTS (or PORTAL_ORIGIN)"),
        (NOTIFY | {"PORTAL_NOTIFY_KEY": ""}, "set PORTAL_NOTIFY_KEY"),
        (NOTIFY | {"PORTAL_NOTIFY_KEY": KEY[-36:]}, "set PORTAL_NOTIFY_KEY"),
        (NOTIFY | {"PORTAL_NOTIFY_TEMPLATE": "welcome"}, "set PORTAL_NOTIFY_TEMPLATE"),
        (NOTIFY | {"PORTAL_NOTIFY_URL": "http://notify.example.org"}, "PORTAL_NOTIFY_URL"),
        ({"PORTAL_ORIGIN": "portal.example.gov.uk"}, "PORTAL_ORIGIN is not an address"),
    ],
)
def test_what_does_not_go_together_stops_the_start_in_plain_words(
    production: pytest.MonkeyPatch, settings: dict[str, str], said: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        given(production, settings)
    words = str(stopped.value)
    assert words.startswith("The portal does not start: ")
    assert said in words
    assert "swordfish" not in words
    assert KEY[-36:] not in words


def test_a_demonstration_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_DEMONSTRATION", "1")
    with pytest.raises(SystemExit, match="unset PORTAL_MAIL or unset PORTAL_DEMONSTRATION"):
        given(monkeypatch, SMTP)


def test_settings_do_not_show_passwords_or_keys(production: pytest.MonkeyPatch) -> None:
    sign_in = {"PORTAL_SMTP_USER": "portal", "PORTAL_SMTP_PASSWORD": "swordfish"}
    settings = given(production, SMTP, sign_in, {"PORTAL_NOTIFY_KEY": KEY})
    assert "swordfish" not in repr(settings)
    assert KEY[-36:] not in repr(settings)


@pytest.mark.parametrize(
    "text", ["a@b", "o'brien@example.gov.uk", "a.b+c@sub-domain.example.org", "x@127"]
)
def test_an_address_is_known(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text", ["", "a", "@b", "a@", "a@b c", "a@b\n", "<a@b>", "a@b,c@d", "a@b.", "ä@b", "a\x00@b"]
)
def test_what_is_no_address_is_known(text: str) -> None:
    assert not is_address(text)
