"""`kentongan demo --check`: plays texts while roads are cut and processes killed, and counts."""

import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server.demo.figures import Figures, PolresReport
from server.demo.messages import Message, own_messages, read_messages
from server.demo.people import PLACES
from server.demo.processes import DemoFailed, until
from server.demo.tally import Tally, parts_of, tally, total
from server.demo.world import Village, World, figures_of, open_world, reports_of

QUIET_S: Final = 120.0
_PLAY_S: Final = 8.0
_PACE_S: Final = 0.03
_LOOK_S: Final = 0.25

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that happens once `share` of the texts were played, to a desa or the Polres."""

    share: float
    what: str
    desa: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What desa and Polres told at one moment; equal twice in a row means that all is quiet."""

    figures: Mapping[int, Figures]
    reports: Sequence[PolresReport]
    quiet: bool


def check(messages: Path | None, seed: int, *, as_json: bool) -> int:
    """Play and count.

    Args:
        messages: JSON lines with `sender` and `text`; None plays texts of its own.
        seed: decides the own texts, and when what happens.
        as_json: print one JSON object and nothing else.

    Returns:
        The exit code: 0 when nothing is lost or doubled.

    Raises:
        BadMessages, DemoFailed: it could not be played.
    """
    began_s = time.monotonic()
    texts = own_messages(seed) if messages is None else read_messages(messages)
    playable = [text for text in texts if parts_of(text)]

    def say(line: str) -> None:
        if not as_json:
            sys.stdout.write(f"{time.monotonic() - began_s:5.1f} s  {line}\n")
            sys.stdout.flush()

    with open_world(lambda *_: None) as world:
        say(f"Polres dan {len(world.villages)} desa berjalan; {len(playable)} SMS dimainkan.")
        played = _play(world, playable, random.Random(seed), say)  # noqa: S311 - repeatable
        say("Semua SMS dikirim; menunggu sampai tenang.")
        settled_s, seen = _settle(world, began_s)
        tallies = {
            village.index: tally(
                played[village.index],
                seen.figures.get(village.index, Figures()),
                [r for r in seen.reports if r.desa == village.place.code],
                village.mast.sent,
                settled_s[village.index],
            )
            for village in world.villages
        }
        whole = total(tallies.values(), round(time.monotonic() - began_s, 1))
        calm = seen.quiet and whole.whole
        if not calm:
            sys.stderr.write(world.processes.tail() + "\n")
    if not as_json:
        _show(tallies, whole, len(texts) - len(playable), quiet=seen.quiet)
    sys.stdout.write(json.dumps(_object(whole, seen, tallies), ensure_ascii=False) + "\n")
    return 0 if calm else 1


def incidents(draw: random.Random) -> tuple[Incident, ...]:
    """What happens meanwhile, in its order: roads cut, one desa killed, the Polres restarted."""
    first, second, third = draw.sample(range(len(PLACES)), 3)
    plan = (
        Incident(0.10, "cut", first),
        Incident(0.25, "cut", second),
        Incident(0.35, "restore", first),
        Incident(0.42, "kill", third),
        Incident(0.52, "start", third),
        Incident(0.60, "polres"),
        Incident(0.68, "cut", third),
        Incident(0.76, "restore", second),
        Incident(0.84, "cut", first),
        Incident(0.92, "restore", third),
        Incident(1.0, "restore", first),
    )
    return tuple(Incident(one.share - draw.uniform(0.0, 0.05), one.what, one.desa) for one in plan)


def _play(
    world: World, texts: Sequence[Message], draw: random.Random, say: Say
) -> Mapping[int, Sequence[Message]]:
    played: dict[int, list[Message]] = defaultdict(list)
    waiting = list(incidents(draw))
    pace_s = min(_PACE_S, _PLAY_S / max(1, len(texts)))
    for number, text in enumerate(texts):
        while waiting and number >= waiting[0].share * len(texts):
            _happen(world, waiting.pop(0), say)
        village = world.villages[number % len(world.villages)]
        village.mast.text(text.sender, text.text)
        played[village.index].append(text)
        time.sleep(pace_s)
    for incident in waiting:
        _happen(world, incident, say)
    return played


def _happen(world: World, incident: Incident, say: Say) -> None:
    village = world.villages[incident.desa]
    name = village.place.name
    match incident.what:
        case "cut":
            village.link.cut()
            say(f"Jalan {name} ke Polres putus.")
        case "restore":
            village.link.restore()
            say(f"Jalan {name} ke Polres pulih.")
        case "kill":
            world.kill_village(village)
            say(f"Kotak {name} mati mendadak (SIGKILL).")
        case "start":
            world.start_village(village)
            say(f"Kotak {name} dinyalakan lagi.")
        case _:
            world.restart_polres()
            say("Server Polres dimatikan dan dinyalakan lagi.")


def _settle(world: World, began_s: float) -> tuple[dict[int, float], Seen]:
    """Wait until all is quiet; gives when each desa was, and what was seen last."""
    settled_s: dict[int, float] = {}
    last = Seen({}, (), quiet=False)

    def quiet() -> bool:
        nonlocal last
        before, last = last, _look(world)
        for village in world.villages:
            figures = last.figures.get(village.index)
            if figures is None or not _calm(village, figures):
                settled_s.pop(village.index, None)
            else:
                settled_s.setdefault(village.index, round(time.monotonic() - began_s, 1))
        time.sleep(_LOOK_S)
        return last.quiet and before == last

    until(quiet, QUIET_S)
    for village in world.villages:
        settled_s.setdefault(village.index, round(time.monotonic() - began_s, 1))
    return settled_s, last


def _look(world: World) -> Seen:
    figures = {v.index: found for v in world.villages if (found := figures_of(v)) is not None}
    reports = reports_of(world)
    quiet = (
        reports is not None
        and len(figures) == len(world.villages)
        and all(_calm(village, figures[village.index]) for village in world.villages)
    )
    for village in world.villages:
        if not world.processes.alive(village.process):
            raise DemoFailed(f"Proses {village.process} mati.", world.processes.tail())
    return Seen(figures, reports or (), quiet)


def _calm(village: Village, figures: Figures) -> bool:
    load = village.mast.load
    return figures.quiet and not (load.held or load.waiting)


def _show(tallies: Mapping[int, Tally], whole: Tally, refused: int, *, quiet: bool) -> None:
    lines = ["", _row("desa", [name.replace("_", " ") for name in _COLUMNS])]
    lines += [_row(PLACES[index].name, _cells(one)) for index, one in tallies.items()]
    lines += [_row("semua", _cells(whole)), "", "Jawaban:"]
    lines += [f"{count:6}  {reason}" for reason, count in whole.reasons.items()]
    if refused:
        lines += [f"{refused:6}  pesan tidak dapat dikirim oleh HP mana pun; tidak dimainkan"]
    if not quiet:
        lines += ["", f"Belum tenang setelah {QUIET_S:.0f} detik."]
    sys.stdout.write("\n".join(lines) + "\n\n")


_COLUMNS: Final = (
    "sent",
    "kept",
    "reports",
    "at_polres",
    "doubled",
    "lost",
    "answered",
    "seconds",
)


def _cells(one: Tally) -> list[str]:
    return [str(getattr(one, column)) for column in _COLUMNS]


def _row(name: str, cells: Sequence[str]) -> str:
    return f"{name:12}" + "".join(f"{cell:>10}" for cell in cells)


def _object(whole: Tally, seen: Seen, tallies: Mapping[int, Tally]) -> dict[str, object]:
    figures = {column: getattr(whole, column) for column in _COLUMNS}
    desa = {
        PLACES[index].code: {column: getattr(one, column) for column in _COLUMNS}
        for index, one in tallies.items()
    }
    return {**figures, "quiet": seen.quiet, "reasons": dict(whole.reasons), "desa": desa}
