"""A village node and its Polres, both with their pages, and a road that breaks when told to."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from server.bench.sync.corpus import own_texts
from server.bench.sync.scene import Scene, scene
from server.demo.link import LOOPBACK
from server.desa import commands
from server.desa.app import create_app
from server.desa.frontdesk import FrontDesk
from server.polres.accounts import Role, add_user
from server.web.serve import serve
from sync.errors import NoRoad
from sync.roads.http import HttpRoad

OFFICER = "Made"
ACCOUNT = "sari"


class CutRoad:
    """The real road, which breaks after so many answers."""

    def __init__(self, port: int, answers: int) -> None:
        self.inner = HttpRoad(f"http://{LOOPBACK}:{port}", 20.0)
        self.left = answers

    def post(self, path: str, octets: bytes) -> bytes:
        """Carry one message and wait for its answer."""
        if self.left <= 0:
            self.inner.close()
            raise NoRoad
        self.left -= 1
        return self.inner.post(path, octets)

    def take_count(self) -> tuple[int, int]:
        """Octets up and down."""
        return self.inner.take_count()


@dataclass
class Sides:
    """Both ends of the road; the officer's phone carries his key."""

    scene: Scene
    passphrase: str
    phone_path: str
    polres_passphrase: str
    origin: str = ""

    def reports(self, count: int, first: int = 0) -> None:
        """So many villagers write."""
        self.scene.write(own_texts()[first : first + count])
        self.scene.frames()
        self.scene.node.projection.touch()

    def road(self, answers: int) -> None:
        """A road that will give so many answers."""
        self.scene.road = CutRoad(self.scene.port, answers)  # type: ignore[assignment]
        self.scene.node.road = None

    def exchange(self) -> None:
        """The node tries the road."""
        self.scene.exchange()

    def enter_box(self, page: Page) -> None:
        """The officer logs in and looks at Kotak."""
        page.goto(self.origin + self.phone_path)
        page.get_by_role("button", name="Pasang kunci di HP ini").click()
        page.get_by_label("Nama").select_option(OFFICER)
        page.get_by_label("Kata sandi").fill(self.passphrase)
        page.get_by_role("button", name="Masuk").click()
        expect(page.get_by_role("heading", name="Hari ini", exact=True)).to_be_visible()
        page.goto(f"{self.origin}/kotak")

    def enter_desa(self, page: Page) -> None:
        """The duty desk logs in and looks at the list of desas."""
        page.goto(f"http://{LOOPBACK}:{self.scene.port}/desa")
        page.get_by_label("Nama akun").fill(ACCOUNT)
        page.get_by_label("Kata sandi").fill(self.polres_passphrase)
        page.get_by_role("button", name="Masuk").click()
        expect(page.get_by_role("heading", name="Desa", exact=True)).to_be_visible()

    @contextmanager
    def served(self) -> Iterator[None]:
        """Serve the pages of the node as it is now."""
        stop, listening = threading.Event(), threading.Event()
        ports: list[int] = []

        def heard(port: int) -> None:
            ports.append(port)
            listening.set()

        app = create_app(FrontDesk(self.scene.node))
        server = threading.Thread(target=serve, args=(app, LOOPBACK, 0, stop, heard))
        server.start()
        assert listening.wait(20)
        self.origin = f"http://{LOOPBACK}:{ports[0]}"
        try:
            yield
        finally:
            stop.set()
            server.join(20)


@contextmanager
def both_sides() -> Iterator[Sides]:
    """A node with an officer whom the Polres has listed."""
    with scene() as made:
        officer = commands.add_officer(made.node, OFFICER)
        commands.set_contact(made.node, {"name": OFFICER, "number": "0812-1111-2222"})
        passphrase = add_user(made.district, ACCOUNT, Role.SPKT, int(time.time()))
        made.exchange()
        made.exchange()
        yield Sides(made, officer["passphrase"], officer["phone_path"], passphrase)
