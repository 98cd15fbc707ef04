"""Files that people upload: taken by few addresses, with a limit each, and kept in RAM alone."""

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Final

from flask import Flask, Request, request

LARGEST: Final = "UPLOAD_OCTETS_MAX"
"""Name of the setting with the largest upload of an application, which the server must let in."""
_FORM_OCTETS: Final = 16 * 1024


class RamRequest(Request):
    """A request whose files never touch a disk: a spooled upload would stay there after deletion.

    How much that may be is bounded before a form is read.
    """

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        del total_content_length, content_type, filename, content_length
        return BytesIO()


def install(app: Flask, uploads: Mapping[str, int]) -> None:
    """Let these endpoints of `app` take more than a form, up to so many octets of a file."""
    app.request_class = RamRequest
    app.config[LARGEST] = max(uploads.values(), default=0) + _FORM_OCTETS

    # First of all, since the guards read the form for its CSRF token.
    @app.before_request
    def limit() -> None:
        octets = uploads.get(request.endpoint or "")
        if octets is not None:
            request.max_content_length = octets + _FORM_OCTETS


def uploaded(name: str) -> bytes:
    """The octets of a form's file, none when nothing was chosen."""
    file = request.files.get(name)
    return b"" if file is None else file.read()
