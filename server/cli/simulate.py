"""`kentongan simulate`: villages and their Polres on seeds, with everything that can fail."""

import json
import time
from dataclasses import asdict

import click

from server.simulation.many import (
    Tally,
    Wish,
    leave_on_sigterm,
    measured,
    outcomes,
    replay,
    shrunk,
    tell,
)
from server.simulation.run import Outcome

SEEDS = "A-B"


@click.command()
@click.option("--seeds", default="0-19", show_default=True, metavar=SEEDS, help="Which seeds.")
@click.option("--days", type=click.IntRange(1, 400), default=7, show_default=True)
@click.option("--nodes", type=click.IntRange(1, 20), default=3, show_default=True, help="Boxes.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line a seed.")
@click.option("--stop", is_flag=True, help="End at the first violation.")
@click.option("-j", "jobs", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--folder", default="", help="Where worlds are played; memory by default.")
@click.option("--rate", type=click.IntRange(0), default=0, help="Also time so many texts.")
@click.option("--no-shrink", is_flag=True, help="Do not look for the shortest story.")
def simulate(  # noqa: PLR0913 -- one for each option
    *, seeds: str, days: int, nodes: int, as_json: bool, stop: bool, jobs: int, folder: str,
    rate: int, no_shrink: bool,
) -> None:  # fmt: skip
    """Play villages and their Polres in virtual time, with everything that can fail.

    The same seed plays the same story. Exit 1 when a promise or an invariant is broken; then the
    command that replays it is shown, and the shortest story that was found.
    """
    leave_on_sigterm()
    wish = Wish(*_range(seeds), days, nodes, stop, jobs, folder)
    began_s, tally = time.monotonic(), Tally()
    for outcome in outcomes(wish):
        tally.add(outcome)
        if as_json:
            click.echo(json.dumps(_row(outcome)))
        if outcome.violations:
            _tell_bad(wish, outcome, shrink=not no_shrink, err=as_json)
            if stop:
                break
    took_s = time.monotonic() - began_s
    timed = measured(wish, rate) if rate else None
    if as_json:
        told = {} if timed is None else {"rate": asdict(timed), "texts_a_second": timed.a_second}
        click.echo(json.dumps({**tally.figures(), "elapsed_s": round(took_s, 3), **told}))
    else:
        tell(tally, took_s, click.echo)
        if timed is not None:
            click.echo(f"{'texts/s from phone to Polres, one core':<40}{timed.a_second:>8,.0f}")
    raise SystemExit(1 if tally.violations else 0)


def _range(seeds: str) -> tuple[int, int]:
    first, _, last = seeds.partition("-")
    try:
        found = int(first), int(last or first)
    except ValueError as error:
        raise click.BadParameter(SEEDS, param_hint="--seeds") from error
    if found[0] > found[1]:
        raise click.BadParameter(SEEDS, param_hint="--seeds")
    return found


def _row(outcome: Outcome) -> dict[str, object]:
    return {
        "seed": outcome.seed,
        "trace": outcome.trace,
        "cpu_s": round(outcome.cpu_s, 4),
        **outcome.counts,
        "effects": dict(outcome.effects),
        "violations": [[one.name, one.words] for one in outcome.violations],
    }


def _tell_bad(wish: Wish, outcome: Outcome, *, shrink: bool, err: bool) -> None:
    click.echo(f"seed {outcome.seed} breaks:", err=err)
    for one in outcome.violations:
        click.echo(f"  {one.name}: {one.words}", err=err)
    click.echo(f"  {replay(wish, outcome.seed)}", err=err)
    if shrink:
        click.echo("  the shortest story that was found:", err=err)
        for line in shrunk(wish, outcome):
            click.echo(f"    {line}", err=err)
