"""A modem that the running village node holds: what the node knows of it, as findings."""

from collections.abc import Mapping, Sequence
from typing import cast

from server.checkup.finding import Finding, Mark
from server.checkup.judging import signal_word

COMMAND = "radio"
"""Name of the question on the node's control socket; its answer is a list, one modem each."""

_ABSENT = frozenset({"absent", "silent"})


def findings(radios: Sequence[Mapping[str, object]]) -> tuple[Finding, ...]:
    """What a running node tells of its modems, from the answer to `COMMAND`."""
    if not radios:
        seen = "Kotak yang berjalan belum menemukan modem."
        return (Finding("answer", Mark.BAD, seen, "Pasang modem, lalu tunggu satu menit."),)
    return tuple(found for radio in radios for found in _of_one(radio))


def _of_one(radio: Mapping[str, object]) -> tuple[Finding, ...]:
    found = [_mood(radio)]
    percent = radio.get("signal_percent")
    if isinstance(percent, int):
        mark = Mark.GOOD if percent >= 30 else Mark.TO_DO
        todo = "" if mark is Mark.GOOD else "Pindahkan antena ke tempat lebih tinggi."
        seen = f"Sinyal {signal_word(percent)} ({percent} %)."
        found.append(Finding("signal", mark, seen, todo, {"percent": percent}))
    if operator := str(radio.get("operator") or ""):
        facts = {"operator": operator}
        found.append(Finding("operator", Mark.GOOD, f"Operator: {operator}.", facts=facts))
    if rows := memory_rows(radio):
        shown = ", ".join(f"{name} {used} dari {total}" for name, used, total in rows)
        plain = [list(row) for row in rows]
        seen = f"Memori SMS terisi: {shown}."
        found.append(Finding("memories", Mark.GOOD, seen, facts={"memories": plain}))
    if erasing := str(radio.get("erasing") or ""):
        found.append(Finding("erasing", Mark.NOTE, erasing))
    return tuple(found)


def _mood(radio: Mapping[str, object]) -> Finding:
    mood, trouble = str(radio.get("mood", "")), str(radio.get("trouble") or "")
    name = str(radio.get("name") or "modem")
    facts = {"name": name, "mood": mood}
    if mood in _ABSENT:
        seen, _, todo = (trouble or "Modem tidak menjawab. Pasang modem.").partition(". ")
        return Finding("answer", Mark.BAD, f"{name}: {seen.rstrip('.')}.", todo, facts)
    if trouble:
        seen, _, todo = trouble.partition(". ")
        return Finding("network", Mark.TO_DO, f"{name}: {seen.rstrip('.')}.", todo, facts)
    if mood == "searching":
        seen = f"{name}: modem menjawab dan masih mencari jaringan."
        return Finding("network", Mark.TO_DO, seen, "Tunggu satu menit, lalu periksa lagi.", facts)
    seen = f"{name}: modem menjawab dan terdaftar di jaringan."
    return Finding("answer", Mark.GOOD, seen, facts=facts)


def memory_rows(radio: Mapping[str, object]) -> tuple[tuple[str, int, int], ...]:
    """(name, used, total) of each memory that the node knows of."""
    told = radio.get("memories")
    rows = cast("list[object]", told) if isinstance(told, list) else []
    return tuple(
        (str(row[0]), int(row[1]), int(row[2]))
        for row in rows
        if isinstance(row, list) and len(row) == 3
    )
