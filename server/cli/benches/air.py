"""`kentongan bench air`: how long an urgent report takes where there is no data link at all."""

import dataclasses
import json

import click

from server.bench.airroad import figures
from server.cli.benches.sync import line


@click.command(name="air")
@click.option("--rounds", default=5, show_default=True, help="Reports, one after another.")
@click.option("--network-s", default=3.0, show_default=True, help="What an SMS takes.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a figure.")
def bench_air(rounds: int, network_s: float, *, as_json: bool) -> None:
    """From a villager's SMS to the Polres' page by SMS alone, with real processes and ptys."""
    for figure in figures(rounds, network_s):
        told = json.dumps(dataclasses.asdict(figure) | {"met": figure.met})
        click.echo(told if as_json else line(figure))
