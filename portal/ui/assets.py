"""Fingerprinted assets: served from `static/dist`, pre-compressed, for ever."""

import json
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

PREFIX = "/assets/"
FOR_EVER = 315_360_000  # seconds; a changed file has another name


def init_app(app: Flask, folder: Path) -> None:
    """Serve the assets built into `folder`; raises `RuntimeError` when they were not built."""
    manifest_file = folder / "manifest.json"
    if not manifest_file.is_file():
        raise RuntimeError("The assets are not built yet: run `make install`")
    manifest: dict[str, str] = json.loads(manifest_file.read_text(encoding="utf-8"))
    names = set(manifest.values())

    def immutable(path: str, url: str) -> bool:
        return url.removeprefix(PREFIX) in names

    server = WhiteNoise(
        app.wsgi_app,
        max_age=0,
        allow_all_origins=False,
        immutable_file_test=immutable,
        add_headers_function=_headers,
    )
    for name in names:
        server.add_file_to_dictionary(PREFIX + name, str(folder / name))
    app.wsgi_app = server  # type: ignore[method-assign]  # as Flask documents for middleware

    def asset(name: str) -> str:
        return PREFIX + manifest[name]

    app.add_template_global(asset)


def _headers(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
