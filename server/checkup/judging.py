"""Judging what a modem answered: from its lines to findings, without I/O."""

import re
from collections.abc import Mapping

from hardware import answers
from hardware.errors import HardwareError
from hardware.modem import Usage
from hardware.sim import SimState, sim_state, sim_trouble
from server.checkup.finding import Finding, Mark
from server.checkup.masked import masked

_COPS = re.compile(r'\+COPS:\s*\d+\s*,\s*\d+\s*,\s*"([^"]*)"(?:\s*,\s*(\d+))?', re.IGNORECASE)
_QUOTED = re.compile(r'"([^"]*)"')
_VALUE = re.compile(r":\s*(\d+)")
_TECHNOLOGY = {"0": "2G", "2": "3G", "4": "3G", "5": "3G", "6": "3G", "7": "4G"}
_HIGHER = "Pindahkan antena atau modem ke tempat lebih tinggi dan terbuka, lalu tunggu 2 menit."
_CARD = "Periksa masa aktif, pulsa dan registrasi NIK kartu ini di sebuah ponsel."
# rssi from which a word holds (27.007 section 8.5; 2 dB a step, 31 is -51 dBm and more).
_SIGNAL_WORDS = (
    (20, "sangat baik"),
    (15, "baik"),
    (10, "cukup"),
    (6, "lemah"),
    (0, "lemah sekali"),
)
_WEAK, _TOO_WEAK = 10, 6
_RSSI_MAX = 31


def percent_of(rssi: int) -> int | None:
    """Signal as 0..100; None where the modem does not know it."""
    return None if rssi > _RSSI_MAX else round(rssi * 100 / _RSSI_MAX)


def signal_word(percent: int) -> str:
    """A signal as people say it."""
    rssi = round(percent * _RSSI_MAX / 100)
    return next(word for least, word in _SIGNAL_WORDS if rssi >= least)


def failed(key: str, trouble: HardwareError) -> Finding:
    """What an error of the modem says; its sentence names what to do."""
    seen, _, todo = trouble.sentence.partition(". ")
    facts = {"error": type(trouble).__name__}
    return Finding(key, Mark.BAD, f"{seen.rstrip('.')}.", todo or trouble.hint, facts)


def model(told: str) -> Finding:
    """Maker and model, from AT+CGMI and AT+CGMM."""
    named = " ".join("".join(sign for sign in told if sign.isprintable()).split())[:60]
    if not named:
        return Finding("model", Mark.NOTE, "Modem tidak mau menyebut mereknya.")
    return Finding("model", Mark.GOOD, f"Modem menjawab: {named}.", facts={"model": named})


def sim(told: str) -> Finding:
    """What the SIM waits for, from +CPIN."""
    waits = told.partition(":")[2].strip()
    state = sim_state(waits)
    facts = {"state": state.value}
    trouble = sim_trouble(state, waits)
    if trouble is not None:
        bad = failed("sim", trouble)
        return Finding("sim", bad.mark, bad.seen, bad.todo, {**bad.facts, **facts})
    if state is SimState.UNKNOWN:
        return Finding("sim", Mark.NOTE, "Modem tidak mau menyebut keadaan kartu SIM.", facts=facts)
    return Finding("sim", Mark.GOOD, "Kartu SIM terbaca dan tidak meminta PIN.", facts=facts)


def iccid(told: str) -> Finding:
    """The card's number, of which only the last four digits are shown."""
    digits = "".join(filter(str.isdigit, told.rpartition(":")[2]))
    if len(digits) < 14:
        return Finding("iccid", Mark.NOTE, "Modem tidak mau menyebut nomor kartu SIM.")
    seen = f"Nomor kartu SIM berakhiran {digits[-4:]}; cocokkan dengan yang tercetak di kartu."
    return Finding("iccid", Mark.GOOD, seen, facts={"last": digits[-4:]})


def network(told: str) -> Finding:
    """Registration, from +CREG or +CEREG."""
    found = answers.parse_creg(told)
    stat = 4 if found is None else found.stat
    facts = {
        "stat": stat,
        "registered": found is not None and found.registered,
        "roaming": found is not None and found.roaming,
    }
    if found is not None and found.roaming:
        seen = "Terdaftar lewat jaringan operator lain (roaming)."
        return Finding("network", Mark.TO_DO, seen, f"SMS dapat lebih mahal. {_HIGHER}", facts)
    if found is not None and found.registered:
        return Finding("network", Mark.GOOD, "Terdaftar di jaringan.", facts=facts)
    if stat == 3:
        return Finding("network", Mark.BAD, "Jaringan menolak kartu SIM ini.", _CARD, facts)
    if stat == 2:
        return Finding("network", Mark.BAD, "Modem masih mencari jaringan.", _HIGHER, facts)
    return Finding("network", Mark.BAD, "Modem tidak terdaftar di jaringan.", _HIGHER, facts)


def operator(told: str) -> Finding:
    """The network's name, from +COPS."""
    found = _COPS.match(told)
    if not found or not found[1].strip():
        return Finding("operator", Mark.NOTE, "Nama operator belum diketahui.")
    name = "".join(sign for sign in found[1] if sign.isprintable())[:40]
    technology = _TECHNOLOGY.get(found[2] or "", "")
    seen = f"Operator: {name}{f' ({technology})' if technology else ''}."
    facts = {"operator": name, "technology": technology}
    return Finding("operator", Mark.GOOD, seen, facts=facts)


def signal(told: str) -> Finding:
    """How strong the network is, from +CSQ."""
    found = answers.parse_csq(told)
    percent = None if found is None else percent_of(found.rssi)
    if found is None or percent is None:
        seen = "Modem tidak menerima sinyal."
        return Finding("signal", Mark.BAD, seen, _HIGHER, {"percent": None, "dbm": None})
    facts: dict[str, object] = {"percent": percent, "dbm": found.dbm}
    seen = f"Sinyal {signal_word(percent)} ({percent} %)."
    if found.rssi < _TOO_WEAK:
        return Finding("signal", Mark.BAD, seen, _HIGHER, facts)
    if found.rssi < _WEAK:
        return Finding("signal", Mark.TO_DO, seen, _HIGHER, facts)
    return Finding("signal", Mark.GOOD, seen, facts=facts)


def smsc(told: str) -> Finding:
    """Whether the number of the service centre is set, from +CSCA."""
    found = _QUOTED.search(told)
    number = found[1] if found else ""
    if not any(map(str.isdigit, number)):
        todo = "Isi nomor pusat SMS operator di sebuah ponsel dengan kartu ini, lalu kembalikan."
        return Finding("smsc", Mark.BAD, "Nomor pusat SMS belum ada.", todo, {"set": False})
    shown = masked(number)
    seen = f"Nomor pusat SMS sudah ada ({shown})."
    return Finding("smsc", Mark.GOOD, seen, facts={"set": True, "number": shown})


def pdu_mode(told: str) -> Finding:
    """Whether the modem speaks PDU mode, from +CMGF."""
    if _value(told) == 0:
        return Finding("pdu", Mark.GOOD, "Modem memakai mode PDU.", facts={"pdu": True})
    todo = "Cabut modem, pasang lagi, lalu periksa lagi; bila tetap, pakai modem lain."
    return Finding("pdu", Mark.BAD, "Modem tidak mau memakai mode PDU.", todo, {"pdu": False})


def arrivals(told: str) -> Finding:
    """In which form the modem tells of new texts, from +CNMI."""
    form = "".join(sign for sign in told.partition(":")[2] if sign in "0123456789,")
    tells = form.split(",")[1:2] == ["1"]
    facts = {"form": form, "tells": tells}
    if tells:
        seen = f"Modem memberi tahu setiap SMS baru (CNMI {form})."
        return Finding("arrivals", Mark.GOOD, seen, facts=facts)
    seen = "Modem tidak memberi tahu SMS baru; kotak tetap menemukannya dengan memeriksa memori."
    return Finding("arrivals", Mark.NOTE, seen, facts=facts)


def callers(told: str) -> Finding:
    """Whether the caller's number is told, from +CLIP."""
    shown = _value(told) == 1
    if shown:
        return Finding("callers", Mark.GOOD, "Nomor penelepon tampil.", facts={"clip": True})
    seen = "Modem tidak menampilkan nomor penelepon; SMS tidak terganggu."
    return Finding("callers", Mark.NOTE, seen, facts={"clip": False})


def memories(told: Mapping[str, Usage]) -> Finding:
    """How full each memory is."""
    rows = [(name, use.used, use.total) for name, use in told.items()]
    if not rows:
        return Finding("memories", Mark.NOTE, "Modem tidak mau menyebut isi memorinya.")
    shown = ", ".join(f"{name} {used} dari {total}" for name, used, total in rows)
    facts: dict[str, object] = {"memories": [list(row) for row in rows]}
    full = [name for name, use in told.items() if use.total and use.used >= use.total]
    if full:
        seen = f"Memori SMS penuh: {shown}."
        todo = "Jalankan kotak: SMS disimpan dahulu, baru memori dikosongkan."
        return Finding("memories", Mark.TO_DO, seen, todo, facts)
    return Finding("memories", Mark.GOOD, f"Memori SMS terisi: {shown}.", facts=facts)


def storage(listed: Mapping[str, int], told: Mapping[str, Usage]) -> Finding:
    """Whether everything that the memories say they hold can be read."""
    texts, claimed = sum(listed.values()), sum(use.used for use in told.values())
    facts = {"listed": texts, "used": claimed}
    if texts < claimed:
        seen = f"Hanya {texts} dari {claimed} SMS di memori yang dapat dibaca."
        todo = "Tunggu satu menit dan periksa lagi; bila tetap, baca kartu SIM ini di ponsel."
        return Finding("storage", Mark.BAD, seen, todo, facts)
    if not texts:
        return Finding("storage", Mark.GOOD, "Memori dapat dibaca; sekarang kosong.", facts=facts)
    seen = f"{texts} SMS di memori dapat dibaca; tidak ada yang dihapus."
    return Finding("storage", Mark.GOOD, seen, facts=facts)


def ussd(told: str) -> Finding:
    """What the network answers to a code."""
    words = " ".join("".join(c if c.isprintable() else " " for c in told).split())[:160]
    if not words:
        todo = "Tanyakan kode yang benar kepada operator, misalnya *888#."
        return Finding("ussd", Mark.TO_DO, "Jaringan tidak menjawab kode itu.", todo)
    return Finding("ussd", Mark.GOOD, f"Jawaban operator: {words}", facts={"answer": words})


def _value(told: str) -> int | None:
    found = _VALUE.search(told)
    return int(found[1]) if found else None
