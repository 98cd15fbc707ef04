"""The virtual modem by its terminal: commands, memories, the network, its file."""

import json
from pathlib import Path

import pytest

from hardware.simulated.held import SlotChange
from hardware.simulated.latency import Executed, latency_s
from hardware.simulated.virtual import VirtualModem

SUBMIT = "0001000C91261810325476000005C8329BFD06"
SUBMIT_LENGTH = len(SUBMIT) // 2 - 1


def deliver(number: int) -> str:
    return f"00040C9126181032547600046211228010008202{number:04X}"


@pytest.fixture
def modem() -> VirtualModem:
    modem = VirtualModem()
    assert ask(modem, "ATE0;+CMGF=0").endswith("OK")
    return modem


def ask(modem: VirtualModem, line: str) -> str:
    return "|".join(modem.feed(f"{line}\r".encode()).decode().split("\r\n")[1::2])


def test_a_new_modem_echoes_and_speaks_text_mode() -> None:
    modem = VirtualModem()
    assert modem.feed(b"AT+CMGF?\r") == b"AT+CMGF?\r\r\n+CMGF: 1\r\n\r\nOK\r\n"
    assert modem.feed(b"at+cmgl=4\r").endswith(b"+CMS ERROR: 303\r\n")


def test_a_line_may_come_byte_by_byte(modem: VirtualModem) -> None:
    said = b"".join(modem.feed(bytes([byte])) for byte in b"AT+CSQ\r")
    assert said == b"\r\n+CSQ: 21,99\r\n\r\nOK\r\n"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("AT", "OK"),
        ("AT+NONSENSE", "ERROR"),
        ("AT+CPMS=?", '+CPMS: ("SM","ME"),("SM","ME"),("SM","ME")|OK'),
        ('AT+CPMS="ME"', "+CPMS: 0,30,0,20,0,20|OK"),
        ('AT+CPMS="ME","SM","ME"', "+CPMS: 0,30,0,20,0,30|OK"),
        ('AT+CPMS="XX"', "+CMS ERROR: 302"),
        ("AT+CPMS?", '+CPMS: "SM",0,20,"SM",0,20,"SM",0,20|OK'),
        ("AT+CNMI=2,1;+CNMI?", "+CNMI: 2,1,0,0,0|OK"),
        ("AT+CNMI=9", "+CMS ERROR: 303"),
        ("AT+CMGR=1", "+CMS ERROR: 321"),
        ("AT+CMGD=99", "+CMS ERROR: 321"),
        ("AT+CMGD=?", "+CMGD: (),(0-4)|OK"),
        ("AT+CREG?", "+CREG: 0,1|OK"),
        ("AT+COPS?", '+COPS: 0,0,"VIRTUAL",2|OK'),
        ("AT+CPIN?", "+CPIN: READY|OK"),
        ("AT+CSCA?", '+CSCA: "+6281100000",145|OK'),
        ('AT+CUSD=1,"*888#",15', 'OK|+CUSD: 0,"Pulsa Rp25000 s.d. 31/12/2030",15'),
        ("AT+CFUN=1,1", "OK|RDY|+CFUN: 1|+CPIN: READY|Call Ready|SMS Ready"),
    ],
)
def test_commands_answer_as_in_the_standard(modem: VirtualModem, line: str, answer: str) -> None:
    assert ask(modem, line) == answer


def test_every_command_of_a_plain_modem_answers(modem: VirtualModem) -> None:
    for name in ("Z", "&F", "I", "+CGMI", "+CGMM", "+CGSN", "+CIMI", "+CCID", "+CSMS=0", "+CNMA"):
        modem.feed(b"ATE0\r")
        assert ask(modem, f"AT{name}").endswith("OK")
    assert ask(modem, "AT+CMEE=1;+CLIP=1;+CLIP?").endswith("+CLIP: 1,1|OK")


def test_texts_fill_the_sim_then_the_modem_then_wait() -> None:
    changes: list[SlotChange] = []
    modem = VirtualModem(sm_slots=2, me_slots=1, on_slot=changes.append)
    ask(modem, "ATE0;+CMGF=0;+CNMI=2,1")
    for number in range(5):
        modem.deliver(deliver(number))
    assert modem.pending().count(b"+CMTI") == 3
    assert (modem.waiting(), list(modem.stored("ME").values())) == (2, [deliver(2)])
    assert ask(modem, "AT+CMGD=2") == 'OK|+CMTI: "SM",2'
    assert modem.stored("SM") == {1: deliver(0), 2: deliver(3)}
    assert changes[-2:] == [SlotChange("SM", 2, "freed"), SlotChange("SM", 2, "stored")]


def test_deleting_all_read_spares_what_was_never_listed(modem: VirtualModem) -> None:
    modem.deliver(deliver(0))
    assert ask(modem, "AT+CMGL=0").startswith("+CMGL: 1,0,,")
    modem.deliver(deliver(1))
    assert ask(modem, "AT+CMGD=1,1") == "OK"
    assert modem.stored("SM") == {2: deliver(1)}
    assert ask(modem, "AT+CMGD=1,4") == "OK"
    assert modem.stored("SM") == {}


def test_a_pdu_of_another_length_than_told_is_refused(modem: VirtualModem) -> None:
    assert modem.feed(b"AT+CMGS=9\r") == b"\r\n> "
    assert b"+CMS ERROR: 304" in modem.feed(SUBMIT.encode() + b"\x1a")


def test_an_escape_leaves_the_prompt_and_sends_nothing(modem: VirtualModem) -> None:
    modem.feed(b"AT+CMGS=9\r")
    modem.say("^RSSI:1")
    assert modem.pending() == b""
    assert modem.feed(b"0011\x1b") == b"\r\nOK\r\n\r\n^RSSI:1\r\n"


def test_the_message_reference_follows_255_by_0(modem: VirtualModem) -> None:
    told = [
        modem.feed(f"AT+CMGS={SUBMIT_LENGTH}\r{SUBMIT}\x1a".encode()).split(b"\r\n")[2]
        for _ in range(257)
    ]
    assert told[254:] == [b"+CMGS: 255", b"+CMGS: 0", b"+CMGS: 1"]


def test_what_is_no_pdu_is_not_delivered(modem: VirtualModem) -> None:
    for wrong in ("", "00", "XY", "0001F", "0791", "00" * 177):
        with pytest.raises(ValueError, match=r"."):
            modem.deliver(wrong)
    with pytest.raises(ValueError, match="number"):
        modem.ring("1\r\nRING")


def test_the_file_keeps_slots_states_queue_and_reference(tmp_path: Path) -> None:
    file = tmp_path / "modem.json"
    modem = VirtualModem(sm_slots=1, me_slots=1, store=file)
    for number in range(3):
        modem.deliver(deliver(number))
    modem.feed(b"AT+CMGF=0;+CMGL=4\r")
    modem.feed(f"AT+CMGS={SUBMIT_LENGTH}\r{SUBMIT}\x1a".encode())
    assert json.loads(file.read_text()) == {
        "memories": {"SM": [[1, 1, deliver(0)]], "ME": [[1, 0, deliver(1)]]},
        "residue": {"SM": [], "ME": []},
        "network": [deliver(2)],
        "reference": 1,
    }
    again = VirtualModem(sm_slots=1, me_slots=1, store=file)
    assert (again.stored("SM"), again.waiting()) == ({1: deliver(0)}, 1)
    assert list(tmp_path.iterdir()) == [file]


def test_latency_follows_the_command() -> None:
    modem = VirtualModem()
    for number in range(3):
        modem.deliver(deliver(number))
    modem.feed(b"AT+CMGF=0;+CMGL=4\rAT+CMGR=1\rAT+CMGD=1\r")
    ran = modem.executed()
    assert [round(latency_s("usb", one) * 1000) for one in ran] == [4, 28, 15, 40]
    assert {latency_s("none", one) for one in ran} == {0}
    assert modem.executed() == ()
    assert latency_s("usb", Executed("", 0)) == 0.004
