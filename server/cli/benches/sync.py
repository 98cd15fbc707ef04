"""`kentongan bench sync`: what an exchange costs, with targets and limits beside."""

import dataclasses
import json
import time
from collections.abc import Iterator
from pathlib import Path

import click

from server.bench.sync import figures
from server.bench.sync.corpus import own_texts, read_texts
from server.bench.sync.figures import Figure
from server.bench.sync.rush import rush

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(name="sync")
@click.option("--corpus", type=_FILE, help="JSON lines with time, sender and text; else its own.")
@click.option("--spelt", type=_FILE, help="JSON lines with sender, text and kind: real spelling.")
@click.option("--times/--no-times", default=True, help="Also the slow link, about five minutes.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a figure.")
def bench_sync(corpus: Path | None, spelt: Path | None, *, times: bool, as_json: bool) -> None:
    """Octets and seconds of an exchange, over a counting, delaying and cutting relay."""
    for figure in _figures(corpus, spelt, times=times):
        _tell(figure, as_json=as_json)


@click.command(name="polres")
@click.option("--boxes", default=200, show_default=True, help="How many catch up at once.")
@click.option("--reports", default=500, show_default=True, help="How many each brings.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a figure.")
def bench_polres(boxes: int, reports: int, *, as_json: bool) -> None:
    """A served Polres while many boxes catch up; their backlogs are made beforehand."""
    for figure in rush(boxes, reports):
        _tell(figure, as_json=as_json)


def _tell(figure: Figure, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(figure) | {"met": figure.met}))
    else:
        click.echo(line(figure))


def _figures(corpus: Path | None, spelt: Path | None, *, times: bool) -> Iterator[Figure]:
    texts = own_texts() if corpus is None else read_texts(corpus)
    yield from figures.sizes(texts)
    yield from figures.spelt(read_texts(spelt, only_reports=True) if spelt else texts[-176:])
    yield from figures.locked(texts)
    yield from figures.makings(texts, time.process_time)
    yield from figures.limits(texts)
    yield from figures.peers()
    yield from figures.secured(texts)
    if times:
        yield from figures.times(texts)


def line(figure: Figure) -> str:
    """A figure as people read it."""
    target = "" if figure.target is None else f"<= {figure.target:g}"
    met = {None: "", True: "met", False: "MISSED"}[figure.met]
    return (
        f"{figure.name:52} {figure.value:>9.1f} {figure.unit:6} {target:>8} {met:7} {figure.note}"
    )
