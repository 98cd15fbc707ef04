"""What a checkup makes of a modem's lines: marks, sentences that say what to do, exit codes."""

import itertools
import threading
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hardware import errors
from hardware.modem import Usage
from server.checkup import judging, running
from server.checkup.finding import Finding, Mark, conclusion, exit_code
from server.checkup.masked import HIDDEN, Arrival, arrival, arrival_of, masked
from server.checkup.screen import Screen, Sight
from server.checkup.watching import ThroughNode
from server.process import control
from sms import pdu

NUMBER = "+6281234561234"
JUDGES = (
    *(judging.model, judging.sim, judging.iccid, judging.network, judging.operator),
    *(judging.signal, judging.smsc, judging.pdu_mode, judging.arrivals, judging.callers),
    judging.ussd,
)


@pytest.mark.parametrize(
    ("judge", "line", "mark", "words"),
    [
        (judging.sim, "+CPIN: READY", Mark.GOOD, "tidak meminta PIN"),
        (judging.sim, "+CPIN: SIM PIN", Mark.BAD, "meminta PIN"),
        (judging.sim, "+CPIN: SIM PUK", Mark.BAD, "meminta PUK"),
        (judging.sim, "+CPIN: NOT INSERTED", Mark.BAD, "tidak terbaca"),
        (judging.sim, "", Mark.NOTE, "tidak mau menyebut"),
        (judging.iccid, "+CCID: 89620000000000000012", Mark.GOOD, "berakhiran 0012"),
        (judging.network, "+CREG: 0,1", Mark.GOOD, "Terdaftar"),
        (judging.network, "+CREG: 0,5", Mark.TO_DO, "roaming"),
        (judging.network, "+CREG: 0,2", Mark.BAD, "mencari"),
        (judging.network, "+CREG: 0,3", Mark.BAD, "menolak"),
        (judging.network, "", Mark.BAD, "tidak terdaftar"),
        (judging.operator, '+COPS: 0,0,"TELKOMSEL",7', Mark.GOOD, "TELKOMSEL (4G)"),
        (judging.operator, "+COPS: 0", Mark.NOTE, "belum diketahui"),
        (judging.signal, "+CSQ: 21,99", Mark.GOOD, "sangat baik (68 %)"),
        (judging.signal, "+CSQ: 7,99", Mark.TO_DO, "lemah (23 %)"),
        (judging.signal, "+CSQ: 2,99", Mark.BAD, "lemah sekali (6 %)"),
        (judging.signal, "+CSQ: 99,99", Mark.BAD, "tidak menerima"),
        (judging.smsc, '+CSCA: "+6281100000",145', Mark.GOOD, "••• 0000"),
        (judging.smsc, '+CSCA: "",129', Mark.BAD, "belum ada"),
        (judging.pdu_mode, "+CMGF: 0", Mark.GOOD, "PDU"),
        (judging.pdu_mode, "+CMGF: 1", Mark.BAD, "PDU"),
        (judging.arrivals, "+CNMI: 2,1,0,1,0", Mark.GOOD, "CNMI 2,1,0,1,0"),
        (judging.arrivals, "+CNMI: 0,0,0,0,0", Mark.NOTE, "tetap menemukannya"),
        (judging.callers, "+CLIP: 1,1", Mark.GOOD, "tampil"),
        (judging.callers, "", Mark.NOTE, "tidak menampilkan"),
    ],
)
def test_each_line_has_its_mark_and_its_words(
    judge: object, line: str, mark: Mark, words: str
) -> None:
    found = judge(line)
    assert (found.mark, words in found.seen) == (mark, True)
    assert bool(found.todo) == (mark in (Mark.TO_DO, Mark.BAD))


@given(st.sampled_from(JUDGES), st.text(max_size=80))
def test_no_line_of_a_modem_breaks_a_judge(judge: object, line: str) -> None:
    found = judge(line)
    assert found.seen
    assert found.seen.isprintable()


@pytest.mark.parametrize(
    "error",
    [errors.SimMissing(), errors.PukWanted(), errors.Timeout(), errors.NoTty(), errors.PortBusy()],
)
def test_an_error_says_what_to_do_beside_what_happened(error: errors.HardwareError) -> None:
    found = judging.failed("sim", error)
    assert found.mark is Mark.BAD
    assert found.seen
    assert found.todo


def test_memories_that_are_full_or_hide_texts_are_something_to_do() -> None:
    half, full = {"SM": Usage(3, 20)}, {"SM": Usage(20, 20), "ME": Usage(0, 30)}
    assert judging.memories(half).mark is Mark.GOOD
    assert judging.memories(full).mark is Mark.TO_DO
    assert judging.storage({"SM": 3}, half).mark is Mark.GOOD
    assert judging.storage({"SM": 2}, half).mark is Mark.BAD


def test_the_exit_code_tells_well_from_to_do_from_no_modem() -> None:
    good, todo = Finding("sim", Mark.GOOD, "x"), Finding("signal", Mark.BAD, "x", "y")
    gone = Finding("port", Mark.BAD, "x", "y")
    codes = [exit_code(f) for f in ([good], [good, todo], [gone], [good, todo, gone])]
    assert codes == [0, 1, 2, 2]
    assert len({conclusion(f) for f in ([good], [good, todo], [gone])}) == 3


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (NUMBER, "+62 8•• •••• 1234"),
        ("081234561234", "+62 8•• •••• 1234"),
        ("TELKOMSEL", "TELKOMSEL"),
        ("888", "888"),
        ("+6281100000", "••• 0000"),
        ("+447700900123", "••• 0123"),
        ("", HIDDEN),
        ("1234567", "•••"),
        ("A081234567890", "••• 7890"),
    ],
)
def test_a_number_is_shown_by_its_end_and_a_service_by_its_name(number: str, shown: str) -> None:
    assert masked(number) == shown


@given(st.text(max_size=25))
@example("62810000000")
def test_more_than_six_digits_never_come_back_whole(number: str) -> None:
    digits = sum(map(str.isdigit, number))
    # All mobile numbers of the country begin alike.
    telling = masked(number).removeprefix("+62 8")
    assert digits <= 6 or sum(map(str.isdigit, telling)) <= 6


def test_a_text_is_shown_by_its_sender_and_length_and_never_by_its_words() -> None:
    came = arrival(pdu.encode_deliver(NUMBER, "ada maling di rumah pak Budi RT 02", None))
    assert came.words() == "SMS dari +62 8•• •••• 1234, 34 huruf"
    assert arrival_of(came.plain()) == came
    assert arrival("00FF").words() == "SMS yang tidak terbaca; tetap disimpan utuh"
    assert arrival(pdu.encode_status_report(1, NUMBER, None, None, 0)).kind == "receipt"
    assert arrival_of({}) == Arrival("unread")


def test_whoever_looks_on_does_not_learn_who_complained_about_an_official() -> None:
    words = "kepala desa minta uang suap untuk bantuan"
    came = arrival(pdu.encode_deliver(NUMBER, words, None))
    assert came == Arrival("text", HIDDEN, len(words))
    part = arrival(pdu.split_deliver(NUMBER, "ada maling " * 30, None, 7)[1])
    assert (part.sender, part.part, part.parts) == (HIDDEN, 2, 3)
    assert "bagian 2 dari 3" in part.words()


def shown(*, redraws: bool) -> tuple[list[str], Screen]:
    """A screen and what was written to it."""
    written: list[str] = []
    seconds = itertools.count()
    screen = Screen(written.append, lambda: f"t{next(seconds)}", redraws=redraws, width=30)
    return written, screen


def test_without_a_terminal_each_change_is_a_line_of_its_own() -> None:
    written, screen = shown(redraws=False)
    for percent in (50, 50, 60):
        screen.see(Sight(percent))
    screen.tell("SMS dari 888, 3 huruf")
    screen.end()
    assert written == [
        "t0 sinyal 50 % (baik)\n",
        "t1 sinyal 60 % (baik)\n",
        "t2 SMS dari 888, 3 huruf\n",
    ]


def test_at_a_terminal_one_line_is_drawn_again_and_fits_its_width() -> None:
    written, screen = shown(redraws=True)
    screen.see(Sight(50, "terdaftar di jaringan", (("SM", 1, 20),)))
    screen.tell("SMS dari 888, 3 huruf")
    screen.end()
    assert "".join(written).count("\n") == 2
    assert all(len(one.removeprefix("\r\x1b[K")) < 30 for one in (written[0], written[2]))
    assert written[1].endswith("t1 SMS dari 888, 3 huruf\n")


def test_a_node_that_stops_and_comes_back_is_watched_on(node_dir: Path) -> None:
    watched = ThroughNode(partial(control.ask, node_dir), threading.Event(), every_s=0.0)
    radio = {"mood": "good", "signal_percent": 50, "memories": [["SM", 0, 20]]}
    text = Arrival("text", "+62 8•• •••• 1234", 3).plain()
    answers = {"arrivals": lambda _: {"last": "7", "texts": [text], "radios": [radio]}}
    silent, happened = watched.look()
    assert ("tidak menjawab" in silent.words(), happened) == (True, ())
    listening = control.ControlSocket(node_dir, answers)
    sight, happened = watched.look()
    assert sight.words() == "sinyal 50 % (baik) · jaringan baik · memori SM 0/20"
    assert happened == ("SMS dari +62 8•• •••• 1234, 3 huruf",)
    listening.close()
    assert watched.look()[0] == silent


def test_a_running_node_s_modems_are_told_as_findings() -> None:
    good = {"name": "A", "mood": "good", "signal_percent": 71, "operator": "TELKOMSEL",
            "memories": [["SM", 1, 20]], "trouble": ""}  # fmt: skip
    weak = {"name": "B", "mood": "searching", "signal_percent": 10, "trouble": "Sinyal. Naikkan."}
    gone = {"name": "C", "mood": "absent", "trouble": "Modem tidak ditemukan. Pasang modem."}
    searching = good | {"mood": "searching"}
    assert exit_code(running.findings([searching])) == 1
    assert exit_code(running.findings([good])) == 0
    assert exit_code(running.findings([good, weak])) == 1
    assert exit_code(running.findings([gone])) == 2
    assert exit_code(running.findings([])) == 2
    assert {one.key for one in running.findings([good])} >= {"signal", "operator", "memories"}
