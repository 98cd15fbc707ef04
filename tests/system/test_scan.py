"""No number and no text of a villager lies in plain anywhere that a desa writes to."""

import logging
import random
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from planted import COUNT, SHAPES, Planted, plant, write_unsealed
from scanner import Hit, Needle, Scanner, secret_needles
from watched import Place, Watch, path_of, with_fault

from server.desa.app import create_app
from server.desa.complaints import accuses_office
from server.desa.run import guarded
from server.domain.report import Report
from server.polres.down.orders import grant_keys
from server.polres.lookup import reports_json
from server.process.logs import PlainFormatter
from tests.world import CODE, World

SEED = 26_11_22
ROWS = 20_000
GATHER_EVERY = 100
PAGES = ("/", "/laporan", "/warga", "/kotak", "/segar")


def scan(scanner: Scanner, blobs: Iterable[bytes]) -> frozenset[Hit]:
    """All that is found in all of them."""
    return frozenset(hit for blob in blobs for hit in scanner.scan(blob))


def test_the_scanner_finds_all_in_every_encoding_where_nothing_is_sealed(tmp_path: Path) -> None:
    planted = plant(SEED)
    needles = [needle for one in planted for needle in one.needles()]
    write_unsealed(tmp_path, planted)
    scanner = Scanner(needles)
    hits = scan(scanner, (path.read_bytes() for path in tmp_path.iterdir()))
    by_kind = Counter((hit.item.split()[0], hit.encoding) for hit in hits)
    print(
        f"{scanner.count} needles in {len(scanner.encodings)} encodings; "
        f"{len(by_kind)} kinds found, each {min(by_kind.values())} of {COUNT}"
    )
    assert hits == {Hit(needle.item, needle.encoding) for needle in needles}
    assert set(by_kind.values()) == {COUNT}
    assert scanner.scan(random.Random(SEED).randbytes(4 << 20)) == frozenset()


class Browser:
    """An officer's phone."""

    def __init__(self, world: World, made: dict[str, str]) -> None:
        self.client: FlaskClient = create_app(world.desk()).test_client()
        self.post(made["phone_path"], made["phone_path"], {})
        fields = {"name": made["name"], "passphrase": made["passphrase"]}
        self.post("/masuk", "/masuk", fields)

    def post(self, page: str, action: str, fields: dict[str, str]) -> int:
        """Fill in the form of a page that sends to `action`; gives the answer's status."""
        text = self.client.get(page).text
        form = re.search(rf'<form[^>]*action="{action}".*?</form>', text, re.DOTALL)
        if form is None:
            return 404
        hidden = re.findall(r'<input[^>]*?type="hidden" name="(\w+)" value="([^"]*)"', form[0])
        return self.client.post(action, data=dict(hidden) | fields).status_code

    def visits(self, report: Report | None, words: str) -> dict[str, Callable[[], object]]:
        """Every page, a search for words, and each thing that is done to a report, by name."""
        found: dict[str, Callable[[], object]] = {
            f"page {page}": lambda page=page: self.client.get(page)
            for page in (*PAGES, f"/laporan?cari={words}")
        }
        if report is not None:
            page = f"/laporan/{report.ticket}"
            for action, fields in (
                ("ambil", {}),
                ("jawab", {"text": f"Kami ke {words}"}),
                ("teruskan", {"to": "Polsek", "note": words}),
                ("tutup", {"result": words}),
            ):
                found[f"page {action}"] = lambda action=action, fields=fields: self.post(
                    page, f"{page}/{action}", fields
                )
        return found


class Run:
    """A village in which every step is broken in the middle once, with a text in hand."""

    def __init__(self, base: Path, watch: Watch, planted: tuple[Planted, ...]) -> None:
        self.watch, self.planted = watch, planted
        self.world = World(base)
        self.played: Counter[tuple[str, str]] = Counter()
        self.keys: list[bytes] = []
        self.made = self.world.officer("Bripka Made")
        self.browse()

    def browse(self) -> None:
        """Log in anew."""
        self.browser = Browser(self.world, self.made)
        running = self.world.node.vault.running
        self.keys += [key for key in (running.session, running.intake, running.unit) if key]

    def send(self, number: int) -> Planted:
        """A villager sends one of the planted texts."""
        one = self.planted[number % len(self.planted)]
        # The same words again within an hour would be held back.
        self.world.mono_s += 500
        self.world.text(one.number, one.text)
        self.played[one.number, one.text] += 1
        return one

    def newest(self) -> Report | None:
        """The newest report that the desa can read."""
        reports = self.world.desk().reports()
        return next((one for one in reports if not (one.sealed or one.locked)), None)

    def whole_way(self, number: int) -> Iterator[tuple[str, Callable[[], object]]]:
        """The steps of a text that is sent now, in their order."""
        one = self.send(number)
        yield "listen", self.world.listen
        yield "speak", self.world.speak
        yield "exchange", self.world.exchange
        yield from self.browser.visits(self.newest(), one.probes[0]).items()

    def paths(self) -> list[tuple[Place, str, int]]:
        """Every function that a text runs through, with the first step and shape that do."""
        found: dict[Place, tuple[str, int]] = {}
        for shape in range(len(SHAPES)):
            for name, step in self.whole_way(shape):
                for place in path_of(step):
                    found.setdefault(place, (name.partition("=")[0], shape))
        return [(place, name, shape) for place, (name, shape) in found.items()]

    def broken(self, number: int, broken: str, place: Place) -> bool:
        """A text whose step is broken in a function; then all once more, unbroken."""
        fired = False
        for name, step in self.whole_way(number):
            if name.partition("=")[0] == broken:
                fired = with_fault(place, guarded(step))
                break
            if not name.startswith("page"):
                step()
        self.world.modem.reopen()
        self.world.listen()
        self.world.speak()
        return fired

    def restart(self) -> None:
        """A power cut; a person at the Polres lets the keys come back."""
        self.world.restart()
        self.browse()

    def unlock(self) -> None:
        """A person at the Polres lets the keys come back."""
        grant_keys(self.world.district, CODE, "operator", self.world.wall_s())
        self.world.exchange()
        self.world.listen()
        self.world.speak()
        self.world.exchange()

    def needles(self) -> list[Needle]:
        """Villagers' numbers and texts, the officer's keys, and the keys of all sessions."""
        needles = [needle for one in self.planted for needle in one.needles()]
        needles += secret_needles("phone key", bytes.fromhex(self.made["phone_path"][-64:]))
        needles += secret_needles("passphrase", self.made["passphrase"].encode())
        for place, key in enumerate(self.keys):
            needles += secret_needles(f"session key {place}", key)
        return needles

    def losses(self) -> tuple[int, int]:
        """How many texts the Polres lacks, and how many it has too often."""
        lines = reports_json(self.world.district)
        arrived = Counter((one["sender"] or "", one["text"] or "") for one in lines)
        sealed = arrived.pop(("", ""), 0)
        played = Counter({k: n for k, n in self.played.items() if not k[1].startswith("oknum")})
        officials = sum(self.played.values()) - sum(played.values())
        missing = played - arrived
        print(f"missing {dict(missing)}, more {dict(arrived - played)}, {sealed} of {officials}")
        # A text whose reading broke and that seems to accuse an office was sealed for Propam.
        accusing = sum(n for (_, text), n in missing.items() if accuses_office(text))
        unread = min(accusing, max(0, sealed - officials))
        lost = sum(missing.values()) - unread + max(0, officials - sealed)
        return lost, sum((arrived - played).values()) + max(0, sealed - officials - unread)


@pytest.fixture
def watch(node_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Give watched folders, with every log line from DEBUG on in a file there."""
    kept = Watch(node_dir)
    kept.environment(monkeypatch)
    handler = logging.FileHandler(node_dir / "logs" / "desa.log", encoding="utf-8")
    handler.setFormatter(PlainFormatter())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield kept
    root.removeHandler(handler)
    root.setLevel(level)
    handler.close()


def test_a_run_with_a_fault_in_every_function_leaves_nothing_in_plain(
    node_dir: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The lowest free number each time: one that a fault left out of the projection comes again.
    monkeypatch.setattr("server.desa.reading.tickets._below", lambda _node, _bound: 0)
    planted = plant(SEED)
    run = Run(node_dir, watch, planted)
    for number in range(COUNT):
        for _, act in run.whole_way(number):
            act()
    functions = run.paths()
    watch.gather()
    fired = 0
    for number, (place, step, shape) in enumerate(functions):
        fired += run.broken(shape + number % 8 * len(SHAPES), step, place)
        if number % GATHER_EVERY == 0:
            watch.gather()
            run.restart()
            run.send(number)
            run.world.listen()
            run.unlock()
    run.restart()
    run.unlock()
    spilled = sort_everything(run, watch)
    watch.gather()
    run.world.node.database.close()
    watch.gather()

    needles = run.needles()
    hits = scan(Scanner(needles), watch.seen.values())
    lost, doubled = run.losses()
    log = (node_dir / "logs" / "desa.log").read_text(encoding="utf-8")
    print(
        f"{len(functions)} functions, {fired} broken, {sum(run.played.values())} texts, "
        f"{len(needles)} needles, {watch.octets / 1e6:.1f} MB at {watch.moments} moments, "
        f"{log.count('error=Fault')} faults logged, spilled by sorting {spilled}, "
        f"hits {len(hits)}, lost {lost}, doubled {doubled}"
    )
    assert fired > 0.97 * len(functions)
    assert "error=Fault" in log
    assert hits == frozenset()
    assert spilled == 0
    assert (lost, doubled) == (0, 0)


def sort_everything(run: Run, watch: Watch) -> int:
    """Sort 20,000 rows in the desa's database and in its projection; gives what was spilled."""
    node = run.world.node
    spilled = sort_rows(node.projection.db, "select sender, text from reports", watch)
    database = node.database.connection
    database.execute("create temp table words (sender text, text text)")
    rows = [(one.number, one.text) for one in run.planted]
    database.executemany("insert into words values (?, ?)", rows)
    return spilled + sort_rows(database, "select sender, text from words", watch)


def sort_rows(db: sqlite3.Connection, rows: str, watch: Watch) -> int:
    """Sort 20,000 rows; gives how often a file without a name was open meanwhile."""
    found = 0

    def look() -> int:
        nonlocal found
        found += watch.spool()
        return 0

    db.set_progress_handler(look, 50_000)
    sorting = db.execute(
        "with recursive n(i) as (values (1) union all select i + 1 from n where i < ?)"
        f" select sender, text, i from n, ({rows}) order by text || i, sender desc limit ?",
        (1 + ROWS // db.execute(f"select count(*) from ({rows})").fetchone()[0], ROWS),
    )
    assert len(sorting.fetchall()) == ROWS
    db.set_progress_handler(None, 0)
    return found


def test_a_sort_that_spills_to_a_file_without_a_name_would_be_seen(
    node_dir: Path, watch: Watch
) -> None:
    planted = plant(SEED)
    with sqlite3.connect(":memory:") as db:
        db.execute("create table words (sender text, text text)")
        db.executemany("insert into words values (?, ?)", [(p.number, p.text) for p in planted])
        db.execute("pragma cache_size=50")
        spilled = sort_rows(db, "select sender, text from words", watch)
    db.close()
    hits = scan(Scanner(n for one in planted for n in one.needles()), watch.seen.values())
    items = {hit.item for hit in hits if hit.encoding == "UTF-8"}
    print(f"spilled at {spilled} moments, {watch.octets / 1e6:.1f} MB, {len(items)} items found")
    assert len(items) == 2 * COUNT
