"""The airwaves: what is written to them reaches the modem, and what it sends comes back."""

import json
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from hardware.errors import HardwareError
from hardware.modem import Call, Modem, Notice, ReportArrived, Timeouts
from hardware.port import SerialPort
from hardware.recovery.ladder import Limits
from hardware.recovery.mending import Mending
from hardware.simulated.quirks.registry import UnknownQuirk
from server.airwaves import (
    Airwaves,
    Answer,
    BadLine,
    Quirks,
    Raw,
    Ring,
    Text,
    parse_line,
    simulate,
)
from sms import pdu

AT = datetime(2026, 11, 22, 8, 46, tzinfo=timezone(timedelta(hours=8)))
VILLAGER = "+6281200000017"
PATIENCE_S = 20.0
BRISK = Timeouts(command_s=0.5, list_s=1.0, probe_s=0.3, quiet_s=0.1, settle_s=0.05, boot_s=0.5)
WAYS = (
    *("status-chatter", "glued-lines", "dirty-line", "echo-returns", "index-base"),
    *("stubborn-delete", "boot-lines", "re-enumerates", "odd-finals", "list-dialect"),
)


class Air:
    """A simulated modem in a thread, with pipes for its lines, as a process has them."""

    def __init__(
        self, folder: Path, store: Path | None = None, quirks: tuple[str, ...] = ()
    ) -> None:
        self.link = folder / "modem"
        self._stop = threading.Event()
        take, give = os.pipe()
        told, tell = os.pipe()
        self._lines_in = os.fdopen(take, encoding="utf-8")
        self._give = os.fdopen(give, "w", encoding="utf-8")
        self._told = os.fdopen(told, encoding="utf-8")
        self._tell = os.fdopen(tell, "w", encoding="utf-8")
        self._thread = threading.Thread(
            target=simulate,
            args=(
                self.link,
                store,
                "none",
                self._lines_in,
                self._tell,
                self._stop,
                lambda: AT,
            ),
            kwargs={"quirks": Quirks(quirks, 3)},
        )
        self._thread.start()
        # The answer to nonsense proves that it listens, and so that the link is there.
        self.say("?")
        self.hear("error")

    def say(self, *lines: str) -> None:
        """Write lines to the airwaves."""
        for line in lines:
            self._give.write(line + "\n")
        self._give.flush()

    def say_nothing_more(self) -> None:
        """End the lines."""
        self._give.close()

    def hear(self, key: str) -> dict[str, object]:
        """The next thing told that has `key`."""
        while True:
            told: dict[str, object] = json.loads(self._told.readline())
            if key in told:
                return told

    def modem(self) -> Modem:
        """A modem on the tty, started."""
        modem = Modem(lambda: SerialPort(str(self.link)), time.monotonic)
        modem.start()
        return modem

    def close(self) -> bool:
        """Stop it; tells whether it left."""
        self._stop.set()
        self._thread.join(PATIENCE_S)
        left = not self._thread.is_alive()
        for file in (self._give, self._lines_in, self._told, self._tell):
            file.close()
        return left


@pytest.fixture
def air(tmp_path: Path) -> Iterator[Air]:
    made = Air(tmp_path)
    yield made
    assert made.close()


def listed(modem: Modem) -> list[pdu.Deliver]:
    read = [pdu.decode(slot.pdu) for slot in modem.list()]
    return [one for one in read if isinstance(one, pdu.Deliver)]


def heard(modem: Modem, count: int) -> list[Notice]:
    """The next notices of the modem."""
    notices: list[Notice] = []
    deadline = time.monotonic() + PATIENCE_S
    while len(notices) < count and time.monotonic() < deadline:
        notices += modem.wait(1.0)
    return notices


def test_a_text_lies_in_the_modem_with_the_time_and_zone_of_the_network(air: Air) -> None:
    air.say(json.dumps({"from": VILLAGER, "text": "ada maling di RT 02"}))
    told = air.hear("slot")
    assert told == {"slot": {"memory": "SM", "index": 1, "change": "stored"}, "waiting": 0}
    (text,) = listed(air.modem())
    assert (text.sender, text.text) == (VILLAGER, "ada maling di RT 02")
    assert (text.sent_at, text.tz_quarter_hours) == (AT.astimezone(UTC), 32)


def test_a_long_text_comes_in_parts_that_join_again(air: Air) -> None:
    long = "Banjir sudah setinggi lutut di Dusun Puncak Ngengas, " * 8 + "\U0001f64f"
    air.say(json.dumps({"from": VILLAGER, "text": long}))
    modem = air.modem()
    parts: list[pdu.Deliver] = []
    while not parts or len(parts) < (parts[0].part.total if parts[0].part else 0):
        air.hear("slot")
        parts = listed(modem)
    assert pdu.join_text(parts) == long


def test_neighbouring_long_texts_take_narrow_and_wide_references(air: Air) -> None:
    air.say(*(json.dumps({"from": VILLAGER, "text": "x" * 200}) for _ in range(2)))
    for _ in range(4):
        air.hear("slot")
    parts = [one.part for one in listed(air.modem()) if one.part]
    assert {part.wide for part in parts} == {True, False}


def test_equal_texts_of_one_phone_never_carry_the_same_second(air: Air) -> None:
    air.say(*(json.dumps({"from": VILLAGER, "text": "tolong"}) for _ in range(3)))
    for _ in range(3):
        air.hear("slot")
    assert len({one.sent_at for one in listed(air.modem())}) == 3


def test_a_text_from_the_modem_is_told_whole_and_reported_as_delivered(air: Air) -> None:
    modem = air.modem()
    for length, part in pdu.split_submit(VILLAGER, "y" * 170, 7, request_report=True):
        reference = modem.send(length, part)
    assert air.hear("to") == {"to": VILLAGER, "text": "y" * 170, "parts": 2}
    reports = [pdu.decode(one.pdu) for one in heard(modem, 2) if isinstance(one, ReportArrived)]
    states = [one.state for one in reports if isinstance(one, pdu.StatusReport)]
    assert states == [pdu.DeliveryState.DELIVERED] * 2
    assert isinstance(reports[-1], pdu.StatusReport)
    assert reports[-1].reference == reference


def test_a_text_that_asks_for_no_report_gets_none(air: Air) -> None:
    modem = air.modem()
    modem.send(*pdu.encode_submit(VILLAGER, "siap"))
    assert air.hear("to")["text"] == "siap"
    air.say(json.dumps({"ring": VILLAGER}))
    assert heard(modem, 1) == [Call(VILLAGER)]
    assert modem.list() == ()


def test_texts_that_do_not_fit_wait_and_come_when_slots_get_free(air: Air) -> None:
    air.say(*(json.dumps({"from": VILLAGER, "text": f"pesan {n}"}) for n in range(52)))
    waiting = 0
    while waiting < 2:
        waiting = int(str(air.hear("waiting")["waiting"]))
    modem = air.modem()
    held = modem.list()
    assert len(held) == 50
    for slot in held:
        modem.forget(slot)
    assert {one.text for one in listed(modem)} == {"pesan 50", "pesan 51"}


def test_a_bad_line_is_answered_and_the_next_one_is_heard(air: Air) -> None:
    bad = ["{", "[]", '{"from": 8, "text": "x"}', '{"pdu": "zz"}', '{"ring": "Budi"}']
    bad += [json.dumps({"from": "NAMA YANG PANJANG", "text": "x"})]
    air.say(*bad, json.dumps({"from": VILLAGER, "text": "masih di sini"}))
    errors = [air.hear("error")["error"] for _ in bad]
    assert all(str(error).endswith(".") for error in errors)
    assert air.hear("slot")["waiting"] == 0


def test_a_call_rings_and_is_hung_up(air: Air) -> None:
    modem = air.modem()
    air.say(json.dumps({"ring": VILLAGER}))
    assert heard(modem, 1) == [Call(VILLAGER)]


def test_the_end_of_the_lines_does_not_stop_the_modem(air: Air) -> None:
    air.say(json.dumps({"from": VILLAGER, "text": "yang terakhir"}))
    air.say_nothing_more()
    air.hear("slot")
    assert listed(air.modem())[0].text == "yang terakhir"


def test_what_the_modem_holds_survives_its_restart(tmp_path: Path) -> None:
    store = tmp_path / "modem.json"
    first = Air(tmp_path, store)
    first.say(json.dumps({"from": VILLAGER, "text": "jangan hilang"}))
    first.hear("slot")
    assert first.close()
    assert not first.link.exists()
    second = Air(tmp_path, store)
    try:
        assert listed(second.modem())[0].text == "jangan hilang"
    finally:
        assert second.close()


def test_a_modem_with_quirks_loses_no_text_over_a_real_tty(tmp_path: Path) -> None:
    air = Air(tmp_path, None, WAYS)
    told = {f"pesan {number}" for number in range(20)}
    try:
        air.say(*(json.dumps({"from": VILLAGER, "text": text}) for text in sorted(told)))
        for _ in told:
            air.hear("slot")
        modem = Modem(lambda: SerialPort(str(air.link)), time.monotonic, BRISK)
        mending = Mending(modem, time.monotonic, limits=Limits(reopens=50))
        kept: set[str] = set()
        deadline = time.monotonic() + PATIENCE_S
        while kept < told and time.monotonic() < deadline:
            try:
                slots = modem.list()
                kept |= {one.text for one in map(pdu.decode, (slot.pdu for slot in slots))}
                modem.forget_all(slots)
                mending.works()
            except HardwareError as error:
                mending.mend(error)
        modem.close()
    finally:
        assert air.close()
    assert kept == told


def test_a_modem_with_an_unknown_quirk_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(UnknownQuirk):
        Airwaves(
            tmp_path / "modem", None, "none", lambda _: None, lambda: AT, Quirks(("none such",))
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ('{"from": "TELKOMSEL", "text": ""}', Text("TELKOMSEL", "")),
        ('{"pdu": "00"}', Raw("00")),
        ('{"ring": "+628120000001"}', Ring("+628120000001")),
        ('{"ussd": {"code": "*888#", "text": "Rp1"}}', Answer("*888#", "Rp1", "plain")),
        ('{"ussd": {"code": "*1#", "text": "", "form": "ucs2"}}', Answer("*1#", "", "ucs2")),
    ],
)
def test_a_line_is_read_as_what_it_says(line: str, meant: object) -> None:
    assert parse_line(line) == meant


def test_a_form_of_ussd_that_no_modem_knows_is_refused_with_those_that_are() -> None:
    with pytest.raises(BadLine) as refused:
        parse_line('{"ussd": {"code": "*888#", "text": "", "form": ["ucs2"]}}')
    assert "packed" in refused.value.sentence


@pytest.mark.parametrize("form", ["plain", "packed", "ucs2"])
def test_what_the_network_answers_to_a_code_is_heard_on_the_tty(air: Air, form: str) -> None:
    text = "Sisa Pulsa Anda Rp 10.250. Aktif s.d. 30/11/2026"
    air.say(json.dumps({"ussd": {"code": "*123#", "text": text, "form": form}}), "?")
    air.hear("error")
    modem = air.modem()
    assert modem.ussd("*123#") == text
    assert (modem.home_network, modem.service_centre()) == ("51010", "+6281100000")
    modem.close()


def test_a_line_that_says_two_words_of_nonsense_is_refused() -> None:
    with pytest.raises(BadLine) as refused:
        parse_line('{"dari": "Budi"}')
    assert "from" in refused.value.sentence
