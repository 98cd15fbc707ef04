"""`kentongan bench gateway`: the gateway's figures beside those of other programs."""

import json
from pathlib import Path
from typing import TypedDict, Unpack

import click

from server.bench import gateway, table
from server.bench.plan import Part, Plan

_PLAN = Plan()


class _Asked(TypedDict):
    rounds: int
    texts: int
    long_texts: int
    kills: int
    peer_kills: int
    at_once: int
    ack_texts: int
    idle_s: float
    surge: int
    senders: int
    seed: int
    peers: bool


def _number(name: str, value: int, text: str) -> click.Option:
    kind = click.IntRange(1)
    return click.Option([name], default=value, show_default=True, type=kind, help=text)


@click.command(name="gateway")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--only", multiple=True, type=click.Choice([part.value for part in Part]))
@click.option("--directory", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--peers/--no-peers", default=True, help="Other programs that are installed.")
@click.option("--idle-s", default=_PLAN.idle_s, show_default=True, help="Watched at rest.")
def bench_gateway(
    as_json: bool,  # noqa: FBT001 -- a flag of the command line
    only: tuple[str, ...],
    directory: Path | None,
    **asked: Unpack[_Asked],
) -> None:
    """Empty modems, be killed, answer and rest; figures with their targets, peers beside.

    Takes about three quarters of an hour with all peers. The robots that would burn credit
    are played by tests/unit/test_reply_loops.py, which prints their figures.
    """
    parts = frozenset(map(Part, only)) or frozenset(Part)
    plan = Plan(parts, **asked)
    outcome = gateway.run(plan, directory, lambda line: click.echo(line, err=True))
    if as_json:
        figures = [figure.plain() for figure in outcome.figures]
        told = {"figures": figures, "notes": outcome.notes, "quirks": outcome.quirks}
        click.echo(json.dumps(told, indent=1))
        return
    for line in table.lines(outcome.figures, outcome.notes):
        click.echo(line)
    if outcome.quirks:
        click.echo("\nkills with each quirk on")
        for name, times in outcome.quirks.items():
            click.echo(f"  {name:20} {times:>4}")


bench_gateway.params += [
    _number("--rounds", _PLAN.rounds, "Drains of each kind."),
    _number("--texts", _PLAN.texts, "Single texts in a drain."),
    _number("--long-texts", _PLAN.long_texts, "Texts of three parts in a drain."),
    _number("--kills", _PLAN.kills, "SIGKILLs of ours."),
    _number("--peer-kills", _PLAN.peer_kills, "SIGKILLs of each peer."),
    _number("--at-once", _PLAN.at_once, "Killed programs side by side."),
    _number("--ack-texts", _PLAN.ack_texts, "Texts, one a second."),
    _number("--surge", _PLAN.surge, "Texts of the surge."),
    _number("--senders", _PLAN.senders, "Numbers that the surge comes from."),
    click.Option(["--seed"], default=_PLAN.seed, show_default=True, type=int),
]
