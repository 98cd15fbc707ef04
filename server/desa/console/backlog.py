"""What waits for the Polres, as plain figures and as sentences at the box."""

import dataclasses
from collections.abc import Mapping
from typing import Final, cast

from server import words
from server.desa.desk import Box
from server.domain.backlog import Progress

_BAR: Final = 20


def figures(box: Box) -> dict[str, object]:
    """`backlog`, `roads` and `unlocking` of `status`."""
    return {
        "backlog": dataclasses.asdict(box.backlog),
        "roads": [dataclasses.asdict(road) for road in box.roads],
        "road": None if box.road is None else box.road.name,
        "unlocking": None if box.unlocking is None else dataclasses.asdict(box.unlocking),
    }


def sentences(told: Mapping[str, object], zone: str) -> list[str]:
    """What waits, since when, and each road; nothing for a node that does not run."""
    if "backlog" not in told:
        return []
    waiting = cast("Mapping[str, object]", told["backlog"])
    lines = [_waiting(waiting, zone), *courses(told)]
    roads = cast("list[Mapping[str, object]]", told["roads"])
    return [*lines, *(f"  {_road(one, zone)}" for one in roads)]


def going(told: Mapping[str, object], zone: str) -> list[str]:
    """What still goes on or waits; nothing when all is done."""
    waiting = cast("Mapping[str, object]", told.get("backlog") or {})
    return courses(told) or ([_waiting(waiting, zone)] if waiting.get("entries") else [])


def courses(told: Mapping[str, object]) -> list[str]:
    """A bar for each long thing that goes on: opening older sessions, catching up."""
    waiting = cast("Mapping[str, object]", told.get("backlog") or {})
    going = (
        ("Membuka laporan lama", told.get("unlocking")),
        ("Menyusul ke Polres", waiting.get("progress")),
    )
    return [f"{what}: {bar(_progress(one))}" for what, one in going if one]


def bar(progress: Progress) -> str:
    """A bar of text: [#####...............]  27%, 5.400 dari 20.000 catatan."""
    full = progress.done * _BAR // progress.total
    shape = "#" * full + "." * (_BAR - full)
    done, total = words.count(progress.done), words.count(progress.total)
    return f"[{shape}] {progress.percent:3}%, {done} dari {total} catatan"


def _progress(value: object) -> Progress:
    fields = cast("Mapping[str, int]", value)
    return Progress(fields["done"], fields["total"])


def _waiting(waiting: Mapping[str, object], zone: str) -> str:
    entries, since_s = int(str(waiting["entries"])), waiting["since_s"]
    if not entries:
        return "Tidak ada yang menunggu dikirim ke Polres."
    told = f"Menunggu dikirim ke Polres: {words.count(entries)} catatan"
    if reports := int(str(waiting["reports"])):
        told += f", di antaranya {words.count(reports)} laporan ({waiting['urgent']} darurat)"
    if isinstance(since_s, int):
        when = words.date(since_s, zone) if waiting["by_day"] else words.moment(since_s, zone)
        told += f"; yang tertua dari {when}"
    return f"{told}."


def _road(road: Mapping[str, object], zone: str) -> str:
    last_s = road["last_s"]
    last = f", berhasil {words.moment(last_s, zone)}" if isinstance(last_s, int) else ""
    up, down = (words.octets(int(str(road[name]))) for name in ("up", "down"))
    return f"{road['label']}: {road['state']}{last}; bulan ini {up} terkirim, {down} diterima"
