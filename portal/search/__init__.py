"""The engine port: what is searched, for what, and what comes back. No Flask, no database."""
