"""The batch list, 94 to 96c: answers that cannot be, two at once, pages of others, restores."""

import http.server
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from batches import Outcome, head, outcome, request, row, speaker, write
from world import MemoryRoad, World

from server.desa import steps
from server.domain.report import Trust
from server.polres.app import create_app
from server.polres.district import open_district
from server.polres.store import nodes
from sync import exchange, peers, seal
from sync.chain import Head
from sync.errors import Fork, PolresBusy, StrangePage
from sync.message import ANSWER_DOMAIN, RECEIPT_DOMAIN, Answer, Receipt, envelope
from sync.quick import words
from sync.quick.words import Mark, State
from sync.roads.http import QUICK_PATH, HttpRoad
from sync.store import SqliteStore

TEXT = "kemalingan di pasar tadi malam"
PORTAL = b"<!doctype html><title>Wifi Gratis</title><form action=/login><input name=hp></form>"
WEEK_H = 7 * 24
TEXTS_A_DAY = 12


@dataclass
class LyingRoad(MemoryRoad):
    """A Polres whose short answers say that it stands at another place."""

    acked: Mark = field(default_factory=lambda: Mark(0, b""))

    def post(self, path: str, octets: bytes) -> bytes:
        """Carry one message; what comes back is sealed with the right key."""
        answer = super().post(path, octets)
        if path != QUICK_PATH:
            return answer
        run = self.clock.node.vault.ram.public
        key = seal.shared_key(self.district.keys.exchange, run)
        nonce = words.nonce_of(octets)
        said = words.Answer.unpack(words.open_answer(key, nonce, answer))
        bent = words.Answer(State.OK, said.time_s, self.acked)
        return words.seal_answer(key, nonce, b"nonce123", bent.pack())


@pytest.mark.parametrize("beyond", [1, 1_000, 2**32 - 1])
def test_an_ack_for_more_than_was_sent_is_not_believed(world: World, beyond: int) -> None:
    """94: an ack for more than was sent, in short and in a whole answer: nothing counts as sent."""
    world.exchange()
    write(world, TEXT)
    before = head(world)
    seq = min(before.seq + beyond + 2, 2**32 - 1)
    world.node.road = LyingRoad(world.district, world, acked=Mark(seq, b"x" * 8))
    world.exchange()
    world.node.road = world.road
    asked = request(world)
    receipt = Receipt(speaker(world).log_id, 0, Head(seq, b"x" * 32), world.wall_s()).pack()
    root = world.district.keys.root
    pair = (receipt, seal.sign(root, RECEIPT_DOMAIN, receipt))
    said = Answer(
        "ok", exchange.request_hash(asked), world.wall_s(), pair, (), 1, (), (), ()
    )  # fmt: skip
    packed = said.pack()
    signed = envelope(packed, seal.sign(root, ANSWER_DOMAIN, packed))
    sealed = seal.seal_box(asked.ram_key, signed, b"s" * 32)
    answer = exchange.open_answer(sealed, asked, speaker(world))
    with pytest.raises(Fork) as raised, world.node.database.write() as db:
        exchange.take(db, answer, asked, speaker(world))
    assert "Hubungi Polres" in raised.value.sentence
    came = outcome(world, "refused", before)
    assert (came.arrived, came.lost) == ((TEXT,), ())


def test_an_ack_from_the_future_leaves_the_clock_as_soon_as_the_polres_is_right(
    world: World,
) -> None:
    """95: an ack from the future: the time counts as the Polres' own until it says another."""
    world.road.clock = _Later(world)
    write(world, TEXT)
    world.exchange()
    assert world.node.stamp(world.mono_s).wall_s - world.wall_s() > 86_000
    world.road.clock = world
    came = outcome(world, "ok", head(world))
    assert (came.arrived, came.lost) == ((TEXT,), ())
    stamp = world.node.stamp(world.mono_s)
    assert (abs(stamp.wall_s - world.wall_s()) <= 2, stamp.trust) == (True, Trust.NETWORK)
    write(world, "banjir di sawah")
    world.exchange()
    assert row(world).last_contact_s == world.wall_s()


class _Later:
    """A clock that is a day ahead."""

    def __init__(self, world: World) -> None:
        self.wall_s = lambda: world.wall_s() + 86_400


def test_two_syncs_in_parallel_bring_everything_once(world: World) -> None:
    """96: two syncs in parallel, whole and short: each entry once, both end well."""
    texts = [f"kebakaran di dusun {name}" for name in ("krajan", "puncak", "pungka", "nijang")]
    for text in texts:
        write(world, text)
        ends: list[steps.Result] = []
        gate = threading.Barrier(3)

        def sync(ends: list[steps.Result] = ends, gate: threading.Barrier = gate) -> None:
            gate.wait(10)
            ends.append(steps.exchange(world.node, world.mono_s).result)

        threads = [threading.Thread(target=sync) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert ends == [steps.Result.DONE] * 3
    came = outcome(world, "ok", head(world))
    assert came == Outcome("ok", 0, tuple(texts), ())


@dataclass
class Town:
    """What stands between a village and its Polres: a portal, a broken server, or nothing."""

    world: World
    mood: str = "through"
    answered: int = 0

    def answer(self, path: str, body: bytes, kind: str | None) -> tuple[int, str, bytes]:
        """Status, content type and body for a post."""
        self.answered += 1
        if self.mood == "portal":
            return 200, "text/html", PORTAL
        if self.mood == "broken":
            return 503, "text/html", b"<h1>503 Service Unavailable</h1>"
        client = create_app(self.world.district, now=self.world.wall_s).test_client()
        came = client.post(path, data=body, content_type=kind)
        return came.status_code, came.headers.get("Content-Type", ""), came.data


@contextmanager
def town(world: World) -> Iterator[Town]:
    """The town's server on loopback; the village's road leads there."""
    made = Town(world)

    class Talk(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, kind, answer = made.answer(self.path, body, self.headers.get("Content-Type"))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing is told."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Talk)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    world.node.make_road = lambda _url, timeout_s: HttpRoad(url, timeout_s)
    world.node.road = None
    try:
        yield made
    finally:
        if isinstance(world.node.road, HttpRoad):
            world.node.road.close()
        server.shutdown()
        server.server_close()
        thread.join(10)


def test_a_portal_that_says_200_is_no_road(world: World) -> None:
    """96a: HTTP 200 with a captive portal's page, for whole and for short exchanges."""
    with town(world) as between:
        world.exchange()
        for number, name in enumerate(("krajan", "puncak")):
            between.mood = "portal"
            write(world, f"pohon tumbang di {name}")
            before = head(world)
            asked = between.answered
            came = world.exchange()
            assert (came.result, came.trouble) == (steps.Result.LATER, StrangePage().sentence)
            assert between.answered > asked
            assert head(world) == before
            between.mood = "through"
            assert world.exchange().result is steps.Result.DONE
            assert len(world.at_polres()) == number + 1
            if not number:
                world.node.known.forget()


def test_a_week_of_503_loses_nothing_and_then_all_comes_at_once(world: World) -> None:
    """96b: 503 for a week, tried each hour, then all at once."""
    with town(world) as between:
        world.exchange()
        between.mood = "broken"
        texts = []
        for hour in range(WEEK_H):
            world.mono_s += 3_600
            if hour % (24 // TEXTS_A_DAY) == 0:
                texts.append(f"sapi hilang di {_name(hour)}")
                write(world, texts[-1])
            came = world.exchange()
            assert (came.result, came.trouble) == (steps.Result.LATER, PolresBusy().sentence)
        assert world.at_polres() == ()
        between.mood = "through"
        assert world.exchange().result is steps.Result.DONE
    assert sorted(one.report.text or "" for one in world.at_polres()) == sorted(texts)
    with world.node.database.read() as db:
        receipt = peers.receipt(db)
        assert receipt is not None
        assert receipt[0].head == SqliteStore(db).head(world.node.ledger.log_id)


def _name(number: int) -> str:
    return "".join("bdgjklmnrs"[int(digit)] + "aiueo"[int(digit) % 5] for digit in f"{number:03}")


def test_a_server_restored_to_yesterday_takes_the_day_again_once(world: World) -> None:
    """96c: the server restored to yesterday: a new era, each report once, and orders go on."""
    write(world, "kemarin: maling ayam")
    world.exchange()
    world.district.close()
    shutil.copytree(world.folder / "polres", world.folder / "yesterday")
    reopen(world, world.folder / "polres")
    for text in ("hari ini: banjir", "hari ini: kebakaran"):
        write(world, text)
        world.exchange()
    world.district.close()
    reopen(world, world.folder / "yesterday")
    assert len(world.at_polres()) == 1
    came = outcome(world, "ok", head(world))
    assert came.lost == ()
    assert sorted(came.arrived) == [
        "hari ini: banjir",
        "hari ini: kebakaran",
        "kemarin: maling ayam",
    ]
    with world.district.read() as connection:
        assert nodes.counter(connection, "era") == 1


def reopen(world: World, folder: Path) -> None:
    """Another state of the Polres takes its place."""
    world.district = open_district(folder)
    world.road.district = world.district
