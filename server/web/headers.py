"""Security headers: on every answer, also on errors, static files and what waitress refuses."""

from typing import Final

from flask import Flask, Response, g

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
NO_STORE: Final = "no-store"


def protect(app: Flask) -> None:
    """Put the headers on every answer of `app`; what sets no cache rule is not to be kept."""
    app.after_request(_harden)


def _harden(response: Response) -> Response:
    for name, content in HEADERS.items():
        response.headers[name] = content
    response.headers.setdefault("Cache-Control", NO_STORE)
    if g.pop("forget_pages", False):
        # The way back must not show what a browser kept of the pages; the phone's key stays.
        response.headers["Clear-Site-Data"] = '"cache"'
    return response
