"""The application object that `flask` and gunicorn find."""

from portal import create_app

app = create_app()
