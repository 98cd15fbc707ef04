"""Login pages, hijackers and stuck boxes: no road, one clear sentence, nothing lost or accepted."""

import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.bench.sync.corpus import own_texts
from server.bench.sync.relay import Link
from server.bench.sync.scene import Scene, scene
from server.desa.steps import Result
from server.polres.door.key import Door
from server.polres.keys import make_keys, read_keys
from sync.errors import NoRoad, PolresBusy, RoadEnded, RoadStuck, StrangePage, StrangeServer
from sync.roads import backoff
from tests.unit.bad_roads import (
    BUSY_PAGES,
    ENDED,
    LOGIN,
    STRANGE_PAGES,
    STUCK,
    Talk,
    always,
    answering,
    half_closed,
    mute,
    page,
    whole_requests,
)

SOON_S = 0.6


@pytest.fixture(scope="module")
def village() -> Iterator[Scene]:
    """A box that its Polres knows."""
    with scene() as one:
        yield one


def held(village: Scene) -> tuple[int, int]:
    """How many entries the box has written, and how many the Polres acked."""
    with village.node.database.read() as db:
        last = db.execute("select max(seq) from entries").fetchone()[0]
        return last, village.arrived()


def fails(village: Scene, error: type[NoRoad], url: str, timeout_s: float = SOON_S) -> None:
    """A report waits; this road does not carry it, says why, and the next road does."""
    village.write(own_texts(1, seed=village.texts))
    before = held(village)
    assert not before[1]
    for introduced in (True, False):
        if not introduced:
            village.node.known.forget()
        village.call(url, timeout_s)
        outcome = village.exchange()
        assert (outcome.result, outcome.trouble) == (Result.LATER, error().sentence)
        assert village.node.health.road_trouble == error().sentence
        assert held(village) == before
    village.use(Link())
    assert village.exchange().result is Result.DONE
    assert village.node.health.road_trouble == ""
    assert village.arrived()


@pytest.mark.parametrize("talk", STRANGE_PAGES.values(), ids=STRANGE_PAGES)
def test_a_page_of_somebody_else_is_no_road(village: Scene, talk: Talk) -> None:
    expected = StrangePage
    with answering(talk) as port:
        if talk is STRANGE_PAGES["a login page under our own type"]:
            # Only the seal can tell it, in a whole exchange.
            village.write(own_texts(1, seed=village.texts))
            village.node.known.forget()
            village.call(f"http://127.0.0.1:{port}", SOON_S)
            assert village.exchange().result is Result.LATER
            assert not village.arrived()
            village.use(Link())
            assert village.exchange().result is Result.DONE
            assert village.arrived()
            return
        fails(village, expected, f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("talk", BUSY_PAGES.values(), ids=BUSY_PAGES)
def test_a_server_that_does_not_serve_now_is_waited_for(village: Scene, talk: Talk) -> None:
    with answering(talk) as port:
        fails(village, PolresBusy, f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("talk", STUCK.values(), ids=STUCK)
def test_a_stuck_road_is_left(village: Scene, talk: Talk) -> None:
    with answering(talk) as port:
        fails(village, RoadStuck, f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("talk", ENDED.values(), ids=ENDED)
def test_a_connection_that_ends_early_is_no_road(village: Scene, talk: Talk) -> None:
    with answering(talk) as port:
        fails(village, RoadEnded, f"http://127.0.0.1:{port}")


def test_an_answer_that_is_longer_than_it_says_spoils_only_itself(village: Scene) -> None:
    with answering(always(page(b"", length=0) + b"HTTP/1.1 200 OK\r\n")) as port:
        village.write(own_texts(1, seed=village.texts))
        village.call(f"http://127.0.0.1:{port}", SOON_S)
        assert village.exchange().result is Result.LATER
    village.use(Link())
    assert village.exchange().result is Result.DONE
    assert village.arrived()


def test_a_hijacked_name_gets_nothing_but_a_handshake(village: Scene, tmp_path: Path) -> None:
    heard: list[bytes] = []

    def listen(line: socket.socket) -> None:
        while octets := line.recv(65_536):
            heard.append(octets)

    make_keys(tmp_path, secrets.token_bytes)
    door = Door(tmp_path, read_keys(tmp_path))
    door.ensure(secrets.token_bytes, 4_000_000_000)
    with answering(listen, door.context()) as port:
        fails(village, StrangeServer, f"https://127.0.0.1:{port}", 10)
    assert heard == []


def test_where_nobody_listens_there_is_no_road(village: Scene) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    fails(village, NoRoad, f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("octets", [page(LOGIN, kind="text/html"), b"\x15\x03\x03\x00\x02\x02\x28"])
def test_a_page_in_clear_where_tls_should_be_is_another_server(
    village: Scene, octets: bytes
) -> None:
    with answering(always(octets)) as port:
        fails(village, StrangeServer, f"https://127.0.0.1:{port}")


def test_silence_in_a_handshake_is_a_stuck_road(village: Scene) -> None:
    with answering(mute) as port:
        fails(village, RoadStuck, f"https://127.0.0.1:{port}")


def test_a_proxy_that_holds_everything_back_until_it_is_whole_still_carries(
    village: Scene,
) -> None:
    def hold(line: socket.socket) -> None:
        held_back = whole_requests(line, frames)
        with socket.create_connection(("127.0.0.1", village.port)) as far:
            far.sendall(held_back)
            far.shutdown(socket.SHUT_WR)
            line.sendall(b"".join(iter(lambda: far.recv(65_536), b"")))

    before = len(village.pending_sizes())
    village.write(own_texts(200, seed=village.texts))
    village.frames()
    sizes = village.pending_sizes()
    rest = held(village)[0] > sum(count for count, _ in sizes)
    frames = len(sizes) - before + rest
    assert frames > 1
    with answering(hold) as port:
        village.call(f"http://127.0.0.1:{port}", 20)
        assert village.exchange().result is Result.DONE
    assert village.arrived()
    village.use(Link())


def test_a_proxy_that_closes_after_each_answer_is_called_again_for_the_rest(
    village: Scene,
) -> None:
    def one_answer(line: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", village.port)) as far:
            far.sendall(whole_requests(line, 1))
            far.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: far.recv(65_536), b""))
        head, _, rest = answer.partition(b"\r\n\r\n")
        line.sendall(head + b"\r\nConnection: close\r\n\r\n" + rest)
        half_closed(line)

    village.write(own_texts(200, seed=village.texts))
    village.frames()
    with answering(one_answer) as port:
        village.call(f"http://127.0.0.1:{port}", 20)
        assert village.exchange().result is Result.DONE
    assert village.arrived()
    village.use(Link())


def test_a_week_without_service_costs_few_calls_and_ends_by_itself() -> None:
    passed_s, calls = 0.0, 0
    while passed_s < 7 * 86_400:
        wait_s = backoff.delay_s(calls, 60.0, (calls * 37 % 100) / 100, 900.0)
        assert 60.0 <= wait_s <= 900.0
        passed_s += wait_s
        calls += 1
    assert 600 < calls < 1_300
