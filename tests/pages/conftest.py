"""The real processes and the real browser behind the page tests, each started once."""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from players import PATIENCE_S, Air, Villager, Visitor, villager_of
from playwright.sync_api import Browser, expect, sync_playwright

from server.database import open_readonly
from server.demo.app import Stage, create_app
from server.demo.gauges import Gauges
from server.demo.link import LOOPBACK
from server.demo.phones import Kind, Phones
from server.demo.processes import Processes, until
from server.demo.world import Village, World, free_port
from server.web.serve import serve
from sync.session import Role

MakeVillager = Callable[[Village], Villager]
MakeVisitor = Callable[..., Visitor]


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_S * 1000)
    quiet = ["gpu", "quic", "background-networking", "component-update", "sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            headless=True,
            chromium_sandbox=False,
            args=["--no-first-run", *(f"--disable-{word}" for word in quiet)],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def air() -> Air:
    return Air()


@pytest.fixture(scope="session")
def phones() -> Phones:
    return Phones()


@pytest.fixture(scope="session")
def stage(browser: Browser, air: Air, phones: Phones) -> Iterator[World]:
    """A Polres, three desa behind virtual modems, and an account at each of them."""
    shm = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    home = Path(tempfile.mkdtemp(prefix="kentongan-", dir=shm if shm.is_dir() else None))
    (home / "logs").mkdir()

    def heard(_desa: int, number: str, text: str, parts: int) -> None:
        phones.add(number, Kind.GOT, text, int(time.time()), parts)
        air.heard(number, text)

    world = World(home, heard, Processes(home / "logs"))
    try:
        world.start()
        world.make_accounts()
        for village in world.villages:
            assert until(lambda here=village: opens_for_officer(here), PATIENCE_S)
        yield world
        tracebacks = [line for line in world.processes.tail().splitlines() if "Traceback" in line]
        assert tracebacks == [], world.processes.tail()
    finally:
        world.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def phone_page(stage: World, phones: Phones) -> Iterator[str]:
    """Address of the page Telepon warga over the same world."""
    stop, listening = threading.Event(), threading.Event()
    gauges, port = Gauges(stage), free_port()
    gauges.read()
    app = create_app(Stage(stage, phones, gauges))
    threads = [
        threading.Thread(target=gauges.watch, args=(stop,)),
        threading.Thread(target=serve, args=(app, LOOPBACK, port, stop, lambda _: listening.set())),
    ]
    for thread in threads:
        thread.start()
    assert listening.wait(PATIENCE_S)
    yield f"http://{LOOPBACK}:{port}/"
    stop.set()
    for thread in threads:
        thread.join(PATIENCE_S)


@pytest.fixture
def villager(air: Air) -> MakeVillager:
    """Somebody new with a phone, in a given desa."""
    return lambda village: villager_of(village, air)


@pytest.fixture
def visitor(browser: Browser) -> Iterator[MakeVisitor]:
    """Somebody new with a browser; at the end no browser may have complained of a page."""
    came: list[Visitor] = []

    def come(*args: object, **how: object) -> Visitor:
        came.append(Visitor(browser, *args, **how))
        return came[-1]

    yield come
    complaints = [line for who in came for line in who.complaints]
    for who in came:
        who.close()
    assert complaints == []


def opens_for_officer(village: Village) -> bool:
    """Whether the desa has begun a session that its officer may open later."""
    with closing(open_readonly(village.directory)) as database, database.read() as db:
        wraps = db.execute("select 1 from wraps where role = ?", (Role.OFFICER.value,))
        return wraps.fetchone() is not None
