"""`kentongan polres status`: what is still on its way from each desa."""

import json
from collections.abc import Callable, Mapping
from typing import cast

import click

from server import words
from server.cli.status.watching import watch
from server.desa.console.backlog import bar
from server.domain.backlog import Progress
from server.polres.rotation.standing import LACKING

Desa = Mapping[str, object]


def show(ask: Callable[[], Mapping[str, object]], *, as_json: bool, watched: bool) -> None:
    """Print it; `watched` goes on telling until everything has come."""
    figures = ask()
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False))
        return
    for line in lines(figures):
        click.echo(line)
    if watched:
        watch(lambda: going(ask()))


def lines(figures: Mapping[str, object]) -> list[str]:
    """One line a desa, and one for each of its roads."""
    desas = _desas(figures)
    if not desas:
        return ["Belum ada desa; buat kartu yang pertama dengan: kentongan polres enroll"]
    now_s, zone = int(str(figures["now_s"])), str(figures["zone"])
    told = _keys(cast("Mapping[str, object]", figures.get("exchange_key", {})))
    for desa in desas:
        told.append(_desa(desa, now_s, zone))
        told += [f"  {_road(one, now_s, zone)}" for one in _roads(desa)]
        told += [f"  {line}" for line in _course(desa)]
    return told


def going(figures: Mapping[str, object]) -> list[str]:
    """What is still on its way from each desa, and how far each long catch-up is."""
    return [
        f"{desa['name']}: {line}"
        for desa in _desas(figures)
        if desa["backlog"]
        for line in _course(desa) or [_lag(desa)]
    ]


def _keys(key: Mapping[str, object]) -> list[str]:
    """What is to be done about the exchange key; nothing while every desa uses the newest."""
    missing = cast("list[str]", key.get("missing", []))
    told = [LACKING] if key.get("lacking") else []
    if missing:
        told.append(f"Belum memakai kunci pertukaran baru: {', '.join(missing)}")
    elif key.get("older"):
        told.append("Semua desa memakai kunci baru; kunci lama masih disimpan (exchange-key)")
    return told


def _desa(desa: Desa, now_s: int, zone: str) -> str:
    backlog, last_s, since_s = (desa[name] for name in ("backlog", "last_contact_s", "since_s"))
    parts = [str(desa["name"]), str(desa["code"])]
    seen = words.ago(last_s, now_s, zone) if isinstance(last_s, int) else "belum pernah"
    parts.append(f"terhubung {seen}")
    if backlog:
        lag = _lag(desa)
        aged = isinstance(since_s, int) and f", diketahui {words.ago(since_s, now_s, zone)}"
        parts.append(f"{lag}{aged or ''}")
    elif isinstance(last_s, int):
        parts.append("semua sampai")
    return " · ".join([*parts, *cast("list[str]", desa["states"])])


def _lag(desa: Desa) -> str:
    return f"{words.count(int(str(desa['backlog'])))} catatan masih di jalan"


def _road(road: Mapping[str, object], now_s: int, zone: str) -> str:
    up, down = (words.octets(int(str(road[name]))) for name in ("up", "down"))
    last = words.ago(int(str(road["last_s"])), now_s, zone)
    return f"{road['label']}: terakhir {last}; bulan ini {up} diterima, {down} dikirim"


def _course(desa: Desa) -> list[str]:
    progress = cast("Mapping[str, int] | None", desa["progress"])
    return [bar(Progress(progress["done"], progress["total"]))] if progress else []


def _roads(desa: Desa) -> list[Mapping[str, object]]:
    return cast("list[Mapping[str, object]]", desa["roads"])


def _desas(figures: Mapping[str, object]) -> list[Desa]:
    return cast("list[Desa]", figures["desa"])
