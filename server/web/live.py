"""Pages that renew themselves: tells a page whether something that it shows has changed."""

import secrets
from typing import Final

from flask import Response, jsonify, request

_BOOT: Final = secrets.token_hex(4)
"""Versions count anew at each start; the start's own mark keeps them apart."""


def tag(version: int | str) -> str:
    """The version as pages carry it in `data-version`."""
    return f"{_BOOT}.{version}"


def refresh(version: int | str) -> Response:
    """Answer of a `/segar` address: 304 while the caller's version is the newest, else the new one.

    The caller shows its version by `If-None-Match`, or by `?sejak=` where it cannot.
    """
    newest = tag(version)
    if request.args.get("sejak") == newest:
        unchanged = Response(status=304)
        unchanged.set_etag(newest)
        return unchanged
    answer = jsonify(versi=newest)
    answer.set_etag(newest)
    answer.make_conditional(request)
    return answer
