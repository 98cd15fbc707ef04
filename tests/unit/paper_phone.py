"""An officer's browser without JavaScript, in front of a desk of plain data."""

import re
from html import unescape

from flask.testing import FlaskClient
from paper_desk import PASSPHRASE
from werkzeug.test import TestResponse

from server.desa.app import create_app
from server.desa.desk import Desk
from server.desa.officers.keydesk import KeyDesk
from server.desa.pages.place import phone_key_name

OFFICER = "Brigadir Hasan"


class Phone:
    """A browser that fills in forms as they stand on the page."""

    def __init__(self, desk: Desk, keys: KeyDesk | None = None) -> None:
        self.desk = desk
        self.client: FlaskClient = create_app(desk, keys=keys).test_client()
        self.key_cookie = phone_key_name(desk.code)

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.status
        return unescape(answer.text)

    def post(self, page: str, action: str, **fields: str) -> TestResponse:
        """Send the form of `page` whose action is `action`."""
        return self.send(action, self.hidden(page, action) | fields)

    def send(self, action: str, fields: dict[str, str]) -> TestResponse:
        return self.client.post(action, data=fields)

    def hidden(self, page: str, action: str) -> dict[str, str]:
        form = re.search(rf'<form[^>]*action="{action}".*?</form>', self.get(page), re.DOTALL)
        assert form, f"{page} has no form for {action}"
        return dict(re.findall(r'<input[^>]*?type="hidden" name="(\w+)" value="([^"]*)"', form[0]))

    def carries(self, key: str) -> TestResponse:
        """Open a phone link and press its button."""
        return self.post(f"/hp/{key}", f"/hp/{key}")

    def key(self) -> str | None:
        """The key that the browser keeps."""
        cookie = self.client.get_cookie(self.key_cookie)
        return None if cookie is None else cookie.value

    def login(self, passphrase: str = PASSPHRASE, name: str = OFFICER) -> TestResponse:
        return self.post("/masuk", "/masuk", name=name, passphrase=passphrase)
