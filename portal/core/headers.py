"""Response headers that keep a page to itself: no foreign code, no copies, no frames, no trail."""

import secrets

from flask import Flask, Response, g


def nonce() -> str:
    """Return the one-time word that lets GOV.UK's single inline line run on this page."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def init_app(app: Flask, *, secure: bool, fonts: bool) -> None:
    """Add the headers to every answer.

    `secure` also asks browsers to stay on HTTPS, `fonts` lets pages load the portal's own.
    """

    font = "font-src 'self'; " if fonts else ""

    @app.after_request
    def add(response: Response) -> Response:
        script = f"'self' 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else "'self'"
        headers = response.headers
        headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self'; "
            f"{font}connect-src 'self'; manifest-src 'self'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        # an address may hold a search; it is told to nobody
        headers["Referrer-Policy"] = "no-referrer"
        headers["Permissions-Policy"] = (
            "camera=(), geolocation=(), microphone=(), browsing-topics=()"
        )
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["X-Robots-Tag"] = "noindex, nofollow"
        headers.setdefault("Cache-Control", "no-store")
        if secure:
            headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        return response
