"""The figures of a village node as sentences for whoever stands at the box."""

from collections.abc import Mapping, Sequence
from typing import cast

from server import words
from server.desa.console import backlog

_SENT = (
    ("sent", "terkirim"),
    ("delivered", "sudah sampai di HP"),
    ("withheld", "ditahan"),
    ("expired", "kedaluwarsa"),
    ("failed", "gagal"),
)
_WAITING = ("queued", "reserved", "submitting", "unknown")


def sentences(figures: Mapping[str, object], zone: str) -> list[str]:
    """What `status` tells, one sentence a line; times in the desa's zone."""
    runs = bool(figures["running"])
    told = ["Kotak sedang berjalan." if runs else "Kotak tidak berjalan; jalankan `desa run`."]
    if runs:
        told.append(f"{words.word(words.MODEMS, str(figures['modem']))}.")
        told += [
            _modem(one) for one in cast("list[Mapping[str, object]]", figures.get("modems", []))
        ]
    if lamp := str(figures.get("lamp") or ""):
        told.append(f"Lampu: {words.word(words.LAMP, lamp)}.")
    told += [_texts(figures), _reports(figures), _outgoing(figures)]
    told += [f"  {words.word(_reasons(), why)}: {n} SMS" for why, n in _counts(figures, "withheld")]
    told += [_journal(figures), *backlog.sentences(figures, zone), _polres(figures, zone)]
    if runs:
        sure = bool(_part(figures, "clock")["sure"])
        told.append("Jam kotak dapat dipercaya." if sure else "Jam kotak belum pasti benar.")
    if locked := figures["locked_sessions"]:
        told.append(f"{locked} sesi terkunci: petugas membukanya saat masuk dengan kunci HP.")
    if trouble := cast("list[str]", figures["trouble"]):
        told += ["Yang perlu dikerjakan:", *(f"  → {sentence}" for sentence in trouble)]
    return told


def erasure_lines(erasures: Sequence[Mapping[str, object]], zone: str) -> list[str]:
    """What was given up for good, one sentence each, and whom it still waits for."""
    told = []
    for one in erasures:
        asked = words.local(int(str(one["asked_s"])), zone).date()
        names = ", ".join(cast("list[str]", one["missing"]))
        state = "tuntas" if one["complete_s"] else f"belum tuntas, menunggu masuk: {names}"
        told.append(f"{asked:%d-%m-%Y}: {one['reports']} laporan dihapus sesuai aturan; {state}.")
    return told or ["Belum ada laporan yang dihapus sesuai aturan."]


def _modem(radio: Mapping[str, object]) -> str:
    percent = radio.get("signal_percent")
    parts = (
        words.word(words.MODEMS, str(radio["mood"])).lower(),
        "" if percent is None else f"sinyal {percent} %",
        str(radio.get("operator") or ""),
        "" if radio.get("may_send") else "tidak mengirim",
    )
    return f"  {radio['name']}: {', '.join(filter(None, parts))}"


def _texts(figures: Mapping[str, object]) -> str:
    kept = _part(figures, "inbox")
    unread = f", {kept['unread']} belum terbaca" if kept["unread"] else ""
    parts = f", {kept['part']} potongan menunggu sambungannya" if kept["part"] else ""
    return f"SMS masuk: {kept['kept']} tersimpan{unread}{parts}."


def _reports(figures: Mapping[str, object]) -> str:
    opened = f", {figures['open_reports']} belum selesai" if "open_reports" in figures else ""
    return f"Laporan: {figures['reports']}, {figures['urgent']} darurat{opened}."


def _outgoing(figures: Mapping[str, object]) -> str:
    out = _part(figures, "outbox")
    waiting = sum(int(str(out.get(state, 0))) for state in _WAITING)
    ended = ", ".join(f"{out[state]} {word}" for state, word in _SENT if out.get(state))
    return f"SMS keluar: {waiting} menunggu{', ' if ended else ''}{ended}."


def _journal(figures: Mapping[str, object]) -> str:
    journal = _part(figures, "journal")
    return f"Catatan: {journal['head']} di kotak, {journal['acked']} sudah diterima Polres."


def _polres(figures: Mapping[str, object], zone: str) -> str:
    polres = _part(figures, "polres")
    heard_s, state = polres["heard_s"], str(polres["state"] or "")
    if not isinstance(heard_s, int):
        return "Polres: belum pernah terhubung."
    meaning = words.word(words.POLRES_STATES, state)
    when = words.moment(heard_s, zone)
    return f"Polres: terakhir terhubung {when}{f', {meaning}' if meaning else ''}."


def _reasons() -> dict[str, str]:
    return {
        kind.removeprefix("withheld:"): words.JOURNEYS[kind]
        for kind in words.JOURNEYS
        if kind.startswith("withheld:")
    }


def _counts(figures: Mapping[str, object], name: str) -> list[tuple[str, int]]:
    return list(cast("dict[str, int]", figures[name]).items())


def _part(figures: Mapping[str, object], name: str) -> Mapping[str, object]:
    return cast("Mapping[str, object]", figures[name])
