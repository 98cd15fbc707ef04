"""A Polres that is served, a desa's node, and a link between them: the real ones, on loopback."""

import secrets
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from server.bench.sync.journal import Text, entries_of, events_of
from server.bench.sync.relay import Count, Link, Relay
from server.desa import keys as key_files
from server.desa import steps
from server.desa.exchange import short
from server.desa.node import Node, open_node
from server.polres import enrolment
from server.polres.app import create_app
from server.polres.district import District, init, open_district
from server.polres.store.journals import PolresStore
from server.sections import Desa, Polres, Settings
from server.settings import dump
from server.web.serve import serve
from sync import journal
from sync.roads.http import QUICK_PATH, HttpRoad
from sync.roads.tls import Trust
from sync.store import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

CODE, NAME = "52.04.07.2001", "Tepal"
TIMEOUT_S = 60.0
_REST_S = 2.0


@dataclass(slots=True)
class CountedRoad:
    """The node's road, which counts the bodies that it carries, and how often it waits."""

    inner: HttpRoad
    up: int = 0
    down: int = 0
    asks: int = 0
    rows: int = 0

    def trust(self, whom: Trust) -> None:
        """Over TLS, speak with nobody else."""
        self.inner.trust(whom)

    def post(self, path: str, octets: bytes) -> bytes:
        """Carry one message."""
        self.asks += 1
        self.rows += 1
        self.up += len(octets)
        answer = self.inner.post(path, octets)
        self.down += len(answer)
        return answer

    def post_all(self, path: str, bodies: Sequence[bytes]) -> Iterator[bytes]:
        """Carry many in a row."""
        self.asks += len(bodies)
        self.rows += 1
        self.up += sum(map(len, bodies))
        for answer in self.inner.post_all(path, bodies):
            self.down += len(answer)
            yield answer


@dataclass(slots=True)
class Scene:
    """One desa and its Polres; the link may change between exchanges."""

    folder: Path
    district: District
    port: int
    node: Node
    relay: Relay
    road: CountedRoad
    arrived_asks: list[int]
    seed: int = 1
    texts: int = 0
    _began_s: float = field(default_factory=time.monotonic)

    def write(self, texts: Sequence[Text], *, answers: bool = False) -> int:
        """Journal texts as the node would have; returns how many entries."""
        node = self.node
        self.seed += 1
        written = tuple(events_of(texts, self.seed, answers=answers, first=self.texts))
        self.texts += len(texts)
        with node.database.write() as db:
            store = SqliteStore(db)
            first = store.head(node.ledger.log_id).seq + 1
            entries = entries_of(written, node.vault, node.ledger.log_id, first)
            journal.append(store, node.ledger.log_id, entries)
        return len(entries)

    def frames(self) -> int:
        """Make the frames of what is full, as the node does while no road is there."""
        return short.keep_frames(self.node)

    def use(self, link: Link, *, tls: bool = False) -> Count:
        """Another link from now on, counted anew, with no connection yet."""
        self.relay.close()
        self.arrived_asks.clear()
        self.relay = Relay(self.port, link)
        self.call(f"{'https' if tls else 'http'}://127.0.0.1:{self.relay.port}")
        return self.relay.count

    def call(self, url: str, timeout_s: float = TIMEOUT_S) -> None:
        """Another address from now on, with no connection yet."""
        self.road.inner.close()
        self.road = CountedRoad(HttpRoad(url, timeout_s))
        self.node.road = None

    def exchange(self) -> steps.Outcome:
        """One exchange step of the node."""
        return steps.exchange(self.node, time.monotonic())

    def exchange_until_done(self, longest_s: float) -> bool:
        """Exchange again two seconds after each broken one; False when it took too long."""
        began_s = time.monotonic()
        while True:
            ended_well = self.exchange().result is steps.Result.DONE
            # What the node notes of the exchange itself goes with the next one.
            if ended_well and self.arrived():
                return True
            if time.monotonic() - began_s > longest_s:
                return False
            if not ended_well:
                time.sleep(_REST_S)

    def arrived(self) -> bool:
        """Whether the Polres holds the node's whole log."""
        log_id = self.node.ledger.log_id
        with self.node.database.read() as db, self.district.read() as connection:
            return SqliteStore(db).head(log_id) == PolresStore(connection).head(log_id)

    def restart(self) -> None:
        """The node loses its keys in RAM, as at a power cut."""
        self.node.database.close()
        self.node = _opened(self.folder / "desa", self)

    def pending_sizes(self) -> list[tuple[int, int]]:
        """(entries, octets of the body) of every kept frame."""
        with self.node.database.read() as db:
            kept = SqliteStore(db).frames_after(self.node.ledger.log_id, 0, 1 << 30)
        return [(one.count, len(one.body)) for one in kept]


@contextmanager
def scene() -> Iterator[Scene]:
    """A desa that was introduced to its Polres, in a temporary directory."""
    with tempfile.TemporaryDirectory(prefix="kentongan-bench-") as name:
        folder = Path(name)
        init(folder / "polres", "Polres")
        district = open_district(folder / "polres")
        stop, ready = threading.Event(), threading.Event()
        ports: list[int] = []

        app, asks = create_app(district), list[int]()
        app.wsgi_app = _counting(app.wsgi_app, asks)  # type: ignore[method-assign,assignment]

        def listening(port: int) -> None:
            ports.append(port)
            ready.set()

        server = threading.Thread(
            target=serve,
            args=(app, "127.0.0.1", 0, stop, listening),
            kwargs={"tls": district.door.context},
        )
        server.start()
        ready.wait(30)
        try:
            made = _desa(folder, district, ports[0], asks)
            made.exchange()
            made.exchange()
            yield made
            made.road.inner.close()
            made.relay.close()
            made.node.database.close()
        finally:
            stop.set()
            server.join(10)
            district.close()


def _desa(folder: Path, district: District, port: int, asks: list[int]) -> Scene:
    directory = folder / "desa"
    directory.mkdir()
    relay = Relay(port, Link())
    url = f"http://127.0.0.1:{relay.port}"
    card = enrolment.enroll(district, CODE, NAME, url, now_s=int(time.time()))
    key_files.create(directory, card, secrets.token_bytes)
    settings = Settings(desa=Desa(CODE, NAME), polres=Polres(url=url))
    (directory / "kentongan.toml").write_text(dump(settings), encoding="utf-8")
    road = CountedRoad(HttpRoad(url, TIMEOUT_S))
    place = _Place()
    node = _opened(directory, place)
    made = Scene(folder, district, port, node, relay, road, asks)
    place.scene = made
    return made


def _counting(inner: "WSGIApplication", asks: list[int]) -> "WSGIApplication":
    """Note how large each short ask was that arrived whole."""

    def call(environ: "WSGIEnvironment", start: "StartResponse") -> "Iterable[bytes]":
        if environ["PATH_INFO"] == QUICK_PATH:
            asks.append(int(environ.get("CONTENT_LENGTH") or 0))
        return inner(environ, start)

    return call


class _Place:
    scene: Scene | None = None


def _opened(directory: Path, place: "Scene | _Place") -> Node:
    def road(_url: str, _timeout_s: float) -> CountedRoad:
        found = place if isinstance(place, Scene) else place.scene
        if found is None:
            raise LookupError
        return found.road

    return open_node(
        directory,
        system_s=time.time(),
        now_s=time.monotonic(),
        random=secrets.token_bytes,
        make_road=road,
    )
