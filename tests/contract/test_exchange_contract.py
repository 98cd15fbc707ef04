"""One contract for the exchange, over a road in memory and over HTTP."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.desa import steps
from server.polres import lookup
from server.polres.app import create_app
from server.polres.down import orders
from server.web.serve import serve
from sync.errors import NoRoad, StrangePage
from sync.roads.http import HttpRoad, Road
from tests.world import CODE, World

VILLAGER = "+6281200001111"


class CutRoad:
    """A real HTTP road that can be cut, or lose an answer after it arrived at the Polres."""

    def __init__(self, inner: HttpRoad) -> None:
        self._inner = inner
        self.cut = False
        self.lose_answers = 0

    def post(self, path: str, octets: bytes) -> bytes:
        if self.cut:
            raise NoRoad
        answer = self._inner.post(path, octets)
        if self.lose_answers:
            self.lose_answers -= 1
            raise NoRoad
        return answer


@pytest.fixture(params=["memory", "http"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    if request.param == "memory":
        yield made
        return
    stop, ready, ports = threading.Event(), threading.Event(), []

    def listening(port: int) -> None:
        ports.append(port)
        ready.set()

    app = create_app(made.district, now=lambda: float(made.wall_s()))
    server = threading.Thread(target=serve, args=(app, "127.0.0.1", 0, stop, listening))
    server.start()
    assert ready.wait(10)
    inner = HttpRoad(f"http://127.0.0.1:{ports[0]}", 10)
    made.road = CutRoad(inner)  # type: ignore[assignment] # the same three names
    yield made
    inner.close()
    stop.set()
    server.join(10)


def reports(world: World) -> list[tuple[object, object]]:
    return [(line["sender"], line["text"]) for line in lookup.reports_json(world.district)]


def test_what_was_kept_while_the_road_was_cut_arrives_once_when_it_opens(world: World) -> None:
    world.road.cut = True
    for number in range(5):
        world.text(VILLAGER, f"Ada pencuri ayam di RT {number + 1}")
    world.listen()
    assert world.exchange().result is steps.Result.LATER
    assert reports(world) == []
    world.road.cut = False
    assert world.exchange().result is steps.Result.DONE
    assert reports(world) == [(VILLAGER, f"Ada pencuri ayam di RT {n + 1}") for n in range(5)]


def test_a_lost_answer_makes_nothing_twice(world: World) -> None:
    world.text(VILLAGER, "Banjir di dusun Krajan")
    world.listen()
    world.exchange()
    world.text(VILLAGER, "Air makin tinggi, tolong perahu")
    world.listen()
    world.road.lose_answers = 2
    assert world.exchange().result is steps.Result.LATER
    assert world.exchange().result is steps.Result.LATER
    assert world.exchange().result is steps.Result.DONE
    assert len(reports(world)) == 2


def test_an_order_comes_down_once_and_its_receipt_goes_up(world: World) -> None:
    world.text(VILLAGER, "Sapi saya hilang dari kandang")
    world.listen()
    world.exchange()
    ticket = str(lookup.reports_json(world.district)[0]["ticket"])
    orders.order_answer(
        world.district, CODE, ticket, "Petugas berangkat", by="spkt", now_s=world.wall_s()
    )
    world.road.lose_answers = 1
    world.exchange()
    world.exchange()
    world.exchange()
    world.speak()
    world.exchange()
    assert [text for _, text in world.sent].count(f"No {ticket}: Petugas berangkat") == 1
    journeys = [s.order for s in lookup.history(world.district, CODE, ticket) if s.order]
    assert [j.outcome for j in journeys] == ["dijalankan"]
    assert [j.sms_outcome for j in journeys] == ["delivered"]


def test_a_restarted_node_gets_its_keys_back_and_reads_what_it_had_kept(world: World) -> None:
    world.exchange()
    world.text(VILLAGER, "Kebakaran rumah pak Amir")
    listed = world.modem.list()
    from server import radio  # noqa: PLC0415

    radio.keep_listed(world.node.database, world.node.vault, world.modem.sim_id, listed, 1)
    world.restart()
    world.listen()
    assert reports(world) == []
    world.exchange()
    world.listen()
    world.exchange()
    assert reports(world) == [(VILLAGER, "Kebakaran rumah pak Amir")]


def test_a_page_of_a_captive_portal_is_no_road(tmp_path: Path) -> None:
    from flask import Flask  # noqa: PLC0415

    app = Flask("portal")
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    app.add_url_rule("/<path:_>", view_func=lambda _: "<h1>Silakan masuk</h1>", methods=["POST"])
    stop, ready, ports = threading.Event(), threading.Event(), []

    def listening(port: int) -> None:
        ports.append(port)
        ready.set()

    server = threading.Thread(target=serve, args=(app, "127.0.0.1", 0, stop, listening))
    server.start()
    assert ready.wait(10)
    made = World(tmp_path)
    make: Callable[[], Road] = lambda: HttpRoad(f"http://127.0.0.1:{ports[0]}", 10)  # noqa: E731
    made.road = make()  # type: ignore[assignment]
    try:
        outcome = made.exchange()
        assert outcome.result is steps.Result.LATER
        assert outcome.trouble == StrangePage().sentence
    finally:
        stop.set()
        server.join(10)
