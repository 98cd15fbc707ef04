"""`kentongan sms read` and `bench reading`: what texts say, and how well that is read."""

import json
import sys
import time
from pathlib import Path

import click

from server.bench.reading import messages, score
from server.bench.reading.matrix import svg
from server.domain.reading.labels import Kind
from server.domain.reading.read import Reading, read, sort_of_sender
from sms.commands.keywords import CommandName

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_PLACED = frozenset({CommandName.DAFTAR, CommandName.RONDA})
_WORST = 10


@click.command(name="read")
def sms_read() -> None:
    """Read texts: JSON lines {"id", "sender", "text"} in, what each says out."""
    for line in sys.stdin:
        if line.strip():
            click.echo(_told(line))
            sys.stdout.flush()


@click.command(name="reading")
@click.option("--messages", "path", type=_FILE, help="Labelled JSON lines; else its own 500.")
@click.option("--coarse", is_flag=True, help="Only the categories that all labelled data have.")
@click.option("--worst", is_flag=True, help="Also the surest wrong readings.")
@click.option("--matrix", type=click.Path(path_type=Path), help="Draw confusions into an SVG.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a figure.")
def bench_reading(
    path: Path | None, matrix: Path | None, *, coarse: bool, worst: bool, as_json: bool
) -> None:
    """How many messages are read right, and in what time."""
    known = list(messages.read(path or messages.SET_ASIDE))
    began = time.process_time()
    judged = score.judge(known)
    spent_ms = 1_000 * (time.process_time() - began) / max(1, len(known))
    if coarse:
        judged = score.coarse(judged)
    for share in score.shares(judged):
        if as_json:
            said = {"name": share.name, "value": round(share.value, 4), "of": share.of}
            click.echo(json.dumps(said | {"target": share.target, "met": share.met}))
        else:
            click.echo(_line(share))
    if as_json:
        said = {"name": "ms a message", "value": round(spent_ms, 3), "of": len(known)}
        click.echo(json.dumps(said | {"target": 2.0, "met": spent_ms <= 2.0}))
    else:
        click.echo(f"{'ms a message':42} {spent_ms:6.2f}  (<= 2)")
    if matrix is not None:
        matrix.write_text(svg(score.confusion(judged)), "utf-8")
    if worst:
        for one in _worst(judged):
            click.echo(one)


def _told(line: str) -> str:
    """One line of answers; a line that cannot be read says so and the rest goes on."""
    try:
        asked = json.loads(line)
        text, sender = str(asked["text"]), asked.get("sender")
    except (ValueError, KeyError, TypeError, AttributeError):
        return json.dumps({"error": 'not a JSON object with "text"'})
    found = read(text, sort_of_sender(None if sender is None else str(sender)))
    return json.dumps({"id": asked.get("id")} | _fields(found), ensure_ascii=False)


def _fields(found: Reading) -> dict[str, object]:
    """The answers; what does not apply to the kind of text is null."""
    report = found.kind is Kind.REPORT
    placed = report or found.command in _PLACED
    place = found.place
    return {
        "kind": found.kind.value,
        "category": found.category.value if report else None,
        "urgency": found.urgency.value if report else None,
        "rt": place.rt if placed else None,
        "rw": place.rw if placed else None,
        "dusun": place.dusun if placed else None,
        "landmark": place.landmark if placed else None,
        "command": None if found.command is None else found.command.value,
        "ticket": found.ticket,
        "confidential": found.confidential and found.kind in (Kind.REPORT, Kind.COMMAND),
        "confidence": found.confidence,
        "why": list(found.why),
    }


def _line(share: score.Share) -> str:
    target = "" if share.target is None else f"  (>= {share.target:.2f})"
    missed = "  MISSED" if share.met is False else ""
    return f"{share.name:42} {share.value:6.3f}  of {share.of}{target}{missed}"


def _worst(judged: list[score.Judged]) -> list[str]:
    """The wrong readings that were surest, most telling first."""
    wrong = [one for one in judged if not score.right(one)]
    wrong.sort(key=lambda one: -one.reading.confidence)
    return [
        f"{one.reading.confidence:.2f} {one.reading.kind}/{one.reading.category} instead of "
        f"{one.message.kind}/{one.message.category}: {one.message.text}"
        for one in wrong[:_WORST]
    ]
