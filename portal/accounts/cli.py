"""Commands of the room: the first administrator."""

import click
from flask.cli import AppGroup

from portal.accounts import service
from portal.audit.service import COMMAND_LINE
from portal.core.database import commit, db
from portal.core.errors import DomainError
from portal.core.roles import Role

admin = AppGroup("admin", help="Administrators of the portal.")


@admin.command("create")
@click.option("--email", prompt="E-mail address")
@click.option("--name", prompt="Name")
@click.password_option(help="At least 12 characters; asked for when not given.")
def create(email: str, name: str, password: str) -> None:
    """Create an administrator."""
    try:
        service.create(
            db.session,
            actor=COMMAND_LINE,
            email=email,
            name=name,
            password=password,
            roles=[(Role.ADMINISTRATOR, None)],
        )
        commit()
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{email.strip().lower()} is an administrator and can sign in.")
