"""People: accounts, roles, sign-in and the sessions kept on the server."""
