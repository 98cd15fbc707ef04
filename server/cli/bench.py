"""`kentongan bench`: speeds of the product, paired with a peer in one run where there is one."""

import importlib
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import click

from hardware.modem import Slot
from server.cli.benches.air import bench_air
from server.cli.benches.gateway import bench_gateway
from server.cli.benches.reading import bench_reading
from server.cli.benches.sync import bench_polres, bench_sync
from server.cli.benches.unlock import bench_unlock
from server.database import open_database
from server.radio import keep_listed
from server.vault import Vault
from sms import pdu
from sync import seal, session

_TEXT = "pak tolong ada maling di rumah bu siti dekat masjid dusun krajan rt tiga banjir"
_START = datetime(2026, 11, 1, tzinfo=UTC)


@click.group()
def bench() -> None:
    """Speeds: minimum, median and maximum of several rounds; and what the gateway keeps."""


bench.add_command(bench_gateway)


bench.add_command(bench_sync)


bench.add_command(bench_air)
bench.add_command(bench_unlock)
bench.add_command(bench_polres)
bench.add_command(bench_reading)


@bench.command(name="pdu")
@click.option("--count", default=2_000, show_default=True, help="PDUs a round.")
@click.option("--rounds", default=7, show_default=True)
@click.option("--seed", default=1, show_default=True)
def bench_pdu(count: int, rounds: int, seed: int) -> None:
    """Decode generated PDUs, beside python-gsmmodem-new when it is installed."""
    made = _pdus(count, seed)
    runs: dict[str, Callable[[], object]] = {"kentongan": lambda: [pdu.decode(p) for p in made]}
    try:
        peer = importlib.import_module("gsmmodem.pdu")
    except ImportError:
        click.echo("python-gsmmodem-new is not installed: no peer beside.")
    else:
        runs["python-gsmmodem-new"] = lambda: [peer.decodeSmsPdu(p) for p in made]
    _table("PDUs a second", count, _paired(runs, rounds))


@bench.command(name="keep")
@click.option("--count", default=500, show_default=True, help="Texts a round.")
@click.option("--rounds", default=5, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--directory", type=click.Path(path_type=Path, file_okay=False))
def bench_keep(count: int, rounds: int, seed: int, directory: Path | None) -> None:
    """Seal and commit listed texts, 20 a listing, with fsync, on the disk of DIRECTORY."""
    made = _pdus(count, seed)

    def run() -> None:
        with tempfile.TemporaryDirectory(dir=directory) as folder:
            database = open_database(Path(folder))
            keys = session.from_seeds(bytes(32), bytes([1]) * 32, bytes([2]) * 32)
            vault = Vault(bytes(32), keys, seal.box_pair(bytes(32)))
            for first in range(0, count, 20):
                listed = tuple(
                    Slot("SM", index, one, 0) for index, one in enumerate(made[first : first + 20])
                )
                keep_listed(database, vault, "sim", listed, 1)
            database.close()

    _table("texts kept a second", count, _paired({"kentongan": run}, rounds))


def _pdus(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)  # noqa: S311 -- test texts, not keys
    return [
        pdu.encode_deliver(
            f"+62812{chance.randrange(10**8):08d}",
            " ".join(chance.choices(_TEXT.split(), k=chance.randint(4, 20)))[:150],
            _START,
        )
        for _ in range(count)
    ]


def _paired(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each run, taken in turns so that a busy machine slows all alike."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            began_s = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - began_s)
    return taken


def _table(what: str, count: int, taken: dict[str, list[float]]) -> None:
    click.echo(f"{what:24} {'min':>10} {'median':>10} {'max':>10}")
    for name, seconds in taken.items():
        speeds = [count / one for one in seconds]
        figures: Iterable[float] = (min(speeds), statistics.median(speeds), max(speeds))
        click.echo(f"{name:24} " + " ".join(f"{one:>10.0f}" for one in figures))
