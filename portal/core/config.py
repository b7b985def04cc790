"""Settings from the environment, typed.

Every default is right in production and safe to publish; what has no such default is required.
"""

import secrets
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import (
    DirectoryPath,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import NoDecode, SettingsConfigDict, SettingsError

from portal.core.mail_settings import MailSettings

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET_LENGTH = 32  # characters; `python -c "import secrets; print(secrets.token_hex())"` gives 64


def from_environment() -> "Settings":
    """Read the settings, or stop the process with what to set, in plain words."""
    try:
        return Settings()
    except SettingsError as error:
        raise SystemExit(f"The portal does not start: {error}") from None
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(part) for part in one['loc'])} {one['msg']}".strip()
            for one in error.errors()
        ]
        message = "; ".join(problem.removeprefix("Value error, ") for problem in problems)
        raise SystemExit(f"The portal does not start: {message}") from None


class Settings(MailSettings):
    """One typed reading of `PORTAL_*` and `DATABASE_URL`.

    Raises `pydantic.ValidationError` (a `ValueError`) whose messages say what to set.
    """

    # an error at start is logged, and must not show the secrets it is about
    model_config = SettingsConfigDict(
        env_prefix="PORTAL_", extra="ignore", hide_input_in_errors=True
    )

    secret_key: SecretStr | None = None
    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    instance: Path = ROOT / "instance"
    content: Path = ROOT / "content"
    word_lists: DirectoryPath | None = None
    """A folder with names, places, schools and teams that the disclosure check knows besides."""
    demonstration: bool = False
    education_gov_uk: bool = False
    contact_email: str = ""
    hosts: Annotated[list[str], NoDecode] = Field(default=[])
    proxies: int = Field(default=0, ge=0, le=5)
    session_idle_minutes: int = Field(default=30, ge=5, le=120)
    session_hours: int = Field(default=12, ge=1, le=24)
    origin: str = ""
    """Scheme and host under which readers know the portal, for links in letters."""
    curator_domains: Annotated[list[str], NoDecode] = Field(default=["education.gov.uk"])
    """Domains of e-mail addresses at which curators and administrators may be invited."""

    @field_validator("hosts", "curator_domains", mode="before")
    @classmethod
    def _separated_by_commas(cls, value: Any) -> Any:
        return value.replace(",", " ").split() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _demonstration_or_production(self) -> Self:
        if self.demonstration:
            self.curator_domains = [*self.curator_domains, "curators.example"]
            # its database, index and key are never those of a real service
            self.instance = self.instance / "demonstration"
            given = [
                name
                for name, value in {
                    "PORTAL_SECRET_KEY": self.secret_key,
                    "DATABASE_URL": self.database_url,
                    "PORTAL_HOSTS": self.hosts,
                    "PORTAL_PROXIES": self.proxies,
                    "PORTAL_EDUCATION_GOV_UK": self.education_gov_uk,
                    "PORTAL_MAIL": self.mail != "folder",
                }.items()
                if value
            ]
            if given:
                raise ValueError(
                    "PORTAL_DEMONSTRATION opens accounts with published passwords and can't be "
                    f"switched on together with production settings: unset {', '.join(given)} "
                    "or unset PORTAL_DEMONSTRATION."
                )
        elif self.secret_key is None:
            raise ValueError(
                "PORTAL_SECRET_KEY is not set. Make one with "
                '`python3 -c "import secrets; print(secrets.token_hex())"` and keep it private; '
                "to try the portal out, run `make run`."
            )
        elif len(self.secret_key.get_secret_value().strip()) < SECRET_LENGTH:
            raise ValueError(
                f"PORTAL_SECRET_KEY is too short: give at least {SECRET_LENGTH} random characters."
            )
        return self

    @model_validator(mode="after")
    def _links_in_letters_lead_here(self) -> Self:
        if self.origin and not urlsplit(self.origin).hostname:
            raise ValueError(
                "PORTAL_ORIGIN is not an address: give scheme and host, for instance "
                "https://portal.example.gov.uk"
            )
        if self.mail != "folder" and not (self.origin or self.hosts):
            raise ValueError(
                f"PORTAL_MAIL is {self.mail}: set PORTAL_HOSTS (or PORTAL_ORIGIN), so that the "
                "links in letters lead here."
            )
        return self

    @property
    def address(self) -> str:
        """The portal's own address without a slash at the end, for links in letters."""
        if self.origin:
            return self.origin.rstrip("/")
        if self.demonstration:
            return "http://localhost:8000"
        # a dot before a name lets in the hosts below it too
        return f"https://{self.hosts[0].lstrip('.') if self.hosts else 'localhost'}"

    @property
    def host(self) -> str:
        """The name of the portal's host, for what letters say of themselves."""
        return urlsplit(self.address).hostname or "localhost"

    @property
    def sender(self) -> str:
        """The e-mail address that letters come from."""
        return self.mail_from or f"no-reply@{self.host}"

    @property
    def database(self) -> str:
        """SQLAlchemy address of the database: the one given, or SQLite in the instance folder."""
        if not self.database_url:
            return f"sqlite:///{self.instance.absolute() / 'portal.sqlite'}"
        scheme, separator, rest = self.database_url.partition("://")
        if scheme in {"postgres", "postgresql"}:
            scheme = "postgresql+psycopg"
        return scheme + separator + rest

    @cached_property
    def signing_key(self) -> str:
        """The key that signs cookies: the secret, or in a demonstration one made on first use."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        path = self.instance / "demonstration-key"
        self.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(), encoding="ascii")
        return path.read_text(encoding="ascii")

    def for_flask(self) -> dict[str, Any]:
        """Return the Flask configuration that follows from these settings."""
        secure = not self.demonstration
        return {
            "SECRET_KEY": self.signing_key,
            # __Host- ties the cookie to this host, HTTPS and the whole path (ASVS 5.0 V3.3)
            "SESSION_COOKIE_NAME": "__Host-portal" if secure else "portal",
            "SESSION_COOKIE_SECURE": secure,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "TRUSTED_HOSTS": self.hosts or (["localhost", "127.0.0.1"] if not secure else None),
            "MAX_CONTENT_LENGTH": 1024 * 1024,
            # the quickest: a page is 6 kB instead of 5, for a third of the work
            "COMPRESS_BR_LEVEL": 1,
            "COMPRESS_LEVEL": 1,
            "WTF_CSRF_TIME_LIMIT": None,  # as long as the session; a slow reader loses nothing
            "WTF_CSRF_SSL_STRICT": False,  # it asks for a Referer, which our pages never send
        }
