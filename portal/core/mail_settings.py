"""Settings of how letters leave: a folder, a mail server or GOV.UK Notify."""

import re
from ipaddress import ip_address
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""The usual port of a mail server, by how the connection is encrypted."""
_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_NOTIFY_KEY = re.compile(rf".*-{_UUID}-{_UUID}", re.I)


def is_address(text: str) -> bool:
    """Tell whether `text` is one e-mail address that every mail server takes."""
    return text.isascii() and text.isprintable() and bool(_ADDRESS.fullmatch(text))


def _on_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class MailSettings(BaseSettings):
    """The part of the settings that is about letters; every message names the variable to set."""

    mail: Literal["folder", "smtp", "notify"] = "folder"
    mail_from: str = ""
    smtp_host: str = ""
    smtp_port: int | None = Field(default=None, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    notify_key: SecretStr | None = None
    notify_template: str = ""
    notify_url: str = ""
    """Only where GOV.UK Notify is not at its own address, for instance in a test."""

    @model_validator(mode="after")
    def _letters_can_leave(self) -> Self:
        if self.mail_from and not is_address(self.mail_from):
            raise ValueError(
                "PORTAL_MAIL_FROM is not an e-mail address: give one, without a name around it."
            )
        if self.mail == "smtp":
            self._check_smtp()
        if self.mail == "notify":
            self._check_notify()
        return self

    def _check_smtp(self) -> None:
        if not self.smtp_host:
            raise ValueError("PORTAL_MAIL is smtp: set PORTAL_SMTP_HOST to the mail server’s name.")
        if not self.mail_from:
            raise ValueError(
                "PORTAL_MAIL is smtp: set PORTAL_MAIL_FROM to the address that letters come from."
            )
        if bool(self.smtp_user) != (self.smtp_password is not None):
            raise ValueError(
                "PORTAL_SMTP_USER and PORTAL_SMTP_PASSWORD go together: set both or neither."
            )
        if self.smtp_security == "none" and not _on_this_machine(self.smtp_host):
            raise ValueError(
                "PORTAL_SMTP_SECURITY is none, which would send letters unencrypted: only a mail "
                "server on this machine may be spoken to so. Use starttls or tls."
            )

    def _check_notify(self) -> None:
        key = self.notify_key.get_secret_value() if self.notify_key else ""
        if not _NOTIFY_KEY.fullmatch(key):
            raise ValueError(
                "PORTAL_MAIL is notify: set PORTAL_NOTIFY_KEY to an API key of GOV.UK Notify, in "
                "one piece: its name, the service’s ID and the secret."
            )
        if not re.fullmatch(_UUID, self.notify_template, re.I):
            raise ValueError(
                "PORTAL_MAIL is notify: set PORTAL_NOTIFY_TEMPLATE to the ID of an e-mail template "
                "with ((subject)) and ((body))."
            )
        url = urlsplit(self.notify_url)
        local = url.scheme == "http" and _on_this_machine(url.hostname or "")
        if self.notify_url and url.scheme != "https" and not local:
            raise ValueError("PORTAL_NOTIFY_URL is not an https address.")
