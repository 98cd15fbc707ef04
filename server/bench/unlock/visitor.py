"""A browser without a screen: logs in at a village page and reads pages."""

import http.cookiejar
import re
import urllib.parse
import urllib.request
from typing import Final

_HIDDEN: Final = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_PATIENCE_S: Final = 120.0


class Visitor:
    """One browser with its cookies.

    Args:
        origin: e.g. http://127.0.0.1:8080.
    """

    def __init__(self, origin: str) -> None:
        self._origin = origin
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def get(self, path: str) -> str:
        """A page."""
        return self._open(path, None)

    def send(self, form: str, to: str, **fields: str) -> str:
        """Fill in the form of a page and send it; the page that follows."""
        hidden = dict(_HIDDEN.findall(self.get(form)))
        return self._open(to, urllib.parse.urlencode({**hidden, **fields}).encode())

    def carry_key(self, key: bytes) -> None:
        """Take the key of an officer's phone."""
        path = f"/hp/{key.hex()}"
        self.send(path, path)

    def log_in(self, name: str, passphrase: str) -> str:
        """Log in; the page that follows."""
        return self.send("/masuk", "/masuk", name=name, passphrase=passphrase)

    def _open(self, path: str, body: bytes | None) -> str:
        asked = urllib.request.Request(self._origin + path, body)  # noqa: S310 -- http, loopback
        with self._opener.open(asked, timeout=_PATIENCE_S) as answer:
            return str(answer.read().decode())
