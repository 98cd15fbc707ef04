"""Both sites over one village and its Polres, and browsers that are logged in there."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from outcomes import VILLAGER
from werkzeug.test import TestResponse
from world import CODE, World

from server.desa.app import create_app as desa_app
from server.desa.officers.keydesk import KeyDesk
from server.polres import accounts, lookup
from server.polres.accounts import Role
from server.polres.app import create_app as polres_app
from server.sections import Login

TEXT = "kemalingan tadi malam di rumah pak Budi RT 02"
WORDS = "Sudah kami datangi"
CHEAP = Login(memory_mib=8, passes=1)


@dataclass
class Visitor:
    """A browser that fills in forms as they stand on the page."""

    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def hidden(self, page: str, action: str) -> dict[str, str]:
        """The hidden fields of a form."""
        shown = self.get(page).text
        form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', shown, re.DOTALL)
        assert form, f"{page} has no form for {action}"
        found = re.findall(r'<input[^>]*?type="hidden" name="(\w+)" value="([^"]*)"', form[0])
        return dict(found)

    def post(self, page: str, action: str, **fields: str) -> TestResponse:
        """Send a form of a page."""
        return self.client.post(action, data=self.hidden(page, action) | fields)

    def login(self, name: str, passphrase: str) -> TestResponse:
        """Log in by the form."""
        return self.post("/masuk", "/masuk", name=name, passphrase=passphrase)


@dataclass
class Site:
    """One of the two sites with an account, and the report of one villager.

    Attributes:
        report: address of the report's page.
        moved: how often an officer or the desk did something about the report.
    """

    name: str
    world: World
    app: Flask
    account: str
    passphrase: str
    report: str
    cookie: str
    moved: Callable[[], int]
    second: tuple[str, str] = ("", "")
    made: dict[str, str] = field(default_factory=dict)

    def visitor(self) -> Visitor:
        """Somebody with a browser of his own."""
        return Visitor(self.app.test_client())

    def officer(self) -> Visitor:
        """Somebody who has logged in."""
        return self._enters(self.account, self.passphrase)

    def colleague(self) -> Visitor:
        """Somebody else who has logged in."""
        return self._enters(*self.second)

    def _enters(self, name: str, passphrase: str) -> Visitor:
        visitor = self.visitor()
        answer = visitor.login(name, passphrase)
        assert answer.status_code == 303, answer.text
        return visitor


def both(folder: Path) -> tuple[Site, Site]:
    """A village and its Polres, which knows the village's report."""
    world = World(folder)
    world.district.settings = replace(world.district.settings, login=CHEAP)
    world.exchange()
    made, putu = world.officer("Made"), world.officer("Putu")
    world.exchange()
    world.text(VILLAGER, TEXT)
    world.listen()
    world.speak()
    world.exchange()
    world.exchange()
    return _desa(world, made, putu), _polres(world)


def _desa(world: World, made: dict[str, str], putu: dict[str, str]) -> Site:
    desk, ticket = world.desk(), world.report().ticket
    app = desa_app(desk, keys=KeyDesk(world.node, desk, lambda: world.mono_s))
    kinds = {"taken", "answered", "forwarded", "closed", "reopened"}
    return Site(
        "desa",
        world,
        app,
        made["name"],
        made["passphrase"],
        f"/laporan/{ticket}",
        "kentongan_5204072004",
        lambda: sum(line.kind in kinds for line in desk.history(ticket)),
        (putu["name"], putu["passphrase"]),
        made,
    )


def _polres(world: World) -> Site:
    ticket, now_s = world.report().ticket, world.wall_s()
    ani, budi = (
        (name, accounts.add_user(world.district, name, Role.BINMAS, now_s))
        for name in ("ani", "budi")
    )
    return Site(
        "polres",
        world,
        polres_app(world.district, now=world.wall_s),
        *ani,
        f"/laporan/{CODE}/{ticket}",
        "kentongan_polres",
        lambda: sum(
            step.order is not None for step in lookup.history(world.district, CODE, ticket)
        ),
        budi,
    )


def title(answer: TestResponse) -> str:
    """The heading of a page."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)
    return html.unescape(found[1]).strip() if found else ""


def refused(answer: TestResponse, status: int, heading: str) -> None:
    """It is refused in words."""
    assert (answer.status_code, title(answer)) == (status, heading)
