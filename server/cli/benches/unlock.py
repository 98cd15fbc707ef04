"""`kentongan bench unlock`: how long a whole past takes to open, and what waits meanwhile."""

import json

import click

from server.bench.table import lines
from server.bench.unlock.measure import figures


@click.command(name="unlock")
@click.option("--reports", default=20_000, show_default=True, help="Reports, of four entries each.")
@click.option("--sessions", default=400, show_default=True, help="Sessions that they lie in.")
@click.option("--rounds", default=3, show_default=True, help="Starts, each with an unlock.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a figure.")
def bench_unlock(reports: int, sessions: int, rounds: int, *, as_json: bool) -> None:
    """An officer's login at a running node opens all older sessions, while pages are read."""
    found = figures(reports, sessions, rounds)
    if as_json:
        for figure in found:
            click.echo(json.dumps(figure.plain()))
        return
    for line in lines(found, ()):
        click.echo(line)
