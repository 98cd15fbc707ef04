"""Whatever a modem may say, reading it raises nothing; 20,000 inputs, more on demand."""

import os
from itertools import islice
from random import Random
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware import answers, ussd
from hardware.at import LINE_LIMIT, Event, Kind, Reader
from hardware.dialogue import Dialogue, Timeouts, failure
from hardware.errors import HardwareError
from hardware.sim import SimState, sim_state, sim_trouble

INPUTS: Final = int(os.environ.get("KENTONGAN_FUZZ_INPUTS", "20000"))
INPUTS_A_DRAW: Final = 40
COMMANDS: Final = (
    *("", "AT", "AT+CMGL=4", "AT+CMGS=23", "AT+CGSN", "AT+CPMS?", "AT+CREG?", "AT+CSQ"),
    *('AT+CUSD=1,"*1#",15', "AT+CMGR=3", "AT+CMGD=?", "AT+CPIN?", "ATD123;"),
)
PDU: Final = b"00040C9126181032547600046211228010008203414243"
PIECES: Final = (
    *(b"\r\n", b"\r", b"\n", b"> ", b">", b"OK", b"ERROR", b" ", b",", b'"', b"\x00", b"\xff"),
    *(b"\x11", b"\x13", b"\x1a", b"\x1b", b"\xea", b"AT", b"+CMS ERROR: 500", b"+CME ERROR: 14"),
    *(b"+CMGL: 1,0,,22", b"+CMGL: ", b"+CMGR: ", b"+CDS: ,25", b"+CDS: 25", b"+CMT: ,22", PDU),
    *(b'+CMTI: "SM",3', b"+CMTI: ,-1", b"^RSSI:17", b'^SMMEMFULL:"SM"', b"RING", b"RDY"),
    *(b'+CLIP: "0812",129', b"NO CARRIER", b"MISSED_CALL: 08:15AM 0812", b"+CPIN: SIM PUK"),
    *(b'+CUSD: 0,"Pulsa', b'",15', b"+CPMS: 3,20", b"+CREG: 0,1", b"+CSQ: 9,99", b"COMMAND NOT"),
    *(b'+CLIP: "",128,,,,2', b'+CLIP: "+62812",145,,,"Pak, RT",0', b"+CRING: VOICE", b"^CEND:1,0"),
    *(b'+CUSD: 0,"00500075",72', b'+CUSD: 1,"C8329BFD06",15', b"+CUSD: 2", b'+CUSD: 0,"'),
    *(b'+CMTI: "MT",999999', b'+CMTI: "SM"', b'+CDSI: "SR",1', b"+CMTI", b"NO ANSWER", b"BUSY"),
    *(b"+CMGD: (1-9", b"9" * 60, b"A" * LINE_LIMIT, b"SMS DONE", b"*ATREADY: 1", b"+CMGS: 7"),
)


def inputs(seed: int) -> bytes:
    """One stream, drawn faster than hypothesis draws its parts."""
    chance = Random(seed)
    parts = chance.choices(PIECES, k=chance.randrange(12))
    for _ in range(chance.randrange(4)):
        place = chance.randrange(len(parts) + 1)
        parts.insert(place, chance.randbytes(chance.randrange(8)))
    return b"".join(parts)


def read(stream: bytes, command: str, chunk: int) -> None:
    """Classify a stream in chunks and parse every line by every parser."""
    reader = Reader()
    reader.begin(command)
    events: list[Event] = []
    for start in range(0, len(stream), chunk):
        events += reader.feed(stream[start : start + chunk])
    for event in (*events, *reader.feed(b"\r\nOK\r\n")):
        parse(event)


def parse(event: Event) -> None:
    """Every parser on one line; none of them raises."""
    assert event.kind in Kind
    answers.heard(event)
    answers.parse_cmgl(event)
    answers.parse_cmgr(event, 1)
    line = event.line
    for one in (
        *(answers.parse_cpms, answers.parse_memories, answers.parse_indices, answers.parse_csq),
        *(answers.parse_creg, answers.parse_clip, answers.parse_cmgs, answers.parse_error),
    ):
        one(line)
    told = ussd.parse_cusd(line)
    if told is not None:
        ussd.ussd_text(told, ussd.unpack_ascii)
    assert isinstance(failure(line), HardwareError)
    state = sim_state(line)
    assert (sim_trouble(state, line) is None) == (state in (SimState.READY, SimState.UNKNOWN))


@settings(max_examples=max(1, INPUTS // INPUTS_A_DRAW), deadline=None)
@given(
    seed=st.integers(0, 2**64),
    command=st.sampled_from(COMMANDS),
    raw=st.binary(max_size=200),
    chunk=st.integers(1, 300),
)
def test_no_input_breaks_the_reading(seed: int, command: str, raw: bytes, chunk: int) -> None:
    read(raw, command, chunk)
    for one in islice(range(seed, seed + INPUTS_A_DRAW), INPUTS_A_DRAW - 1):
        read(inputs(one), command, chunk)


@pytest.mark.parametrize("octets", [10_000_000])
def test_ten_megabytes_without_a_line_end_are_one_noise(octets: int) -> None:
    reader = Reader()
    reader.begin("AT")
    events = [event for _ in range(octets // 10_000) for event in reader.feed(b"U" * 10_000)]
    assert [event.kind for event in (*events, *reader.feed(b"\r\nOK\r\n"))] == [
        Kind.NOISE,
        Kind.FINAL,
    ]


class Babble:
    """A port that says a stream in pieces, whatever is asked, and then falls silent."""

    def __init__(self, stream: bytes, chunk: int) -> None:
        self.now_s = 0.0
        self._pieces = [stream[at : at + chunk] for at in range(0, len(stream), chunk)][::-1]

    def read(self, timeout_s: float) -> bytes:
        """The next piece."""
        if self._pieces:
            return self._pieces.pop()
        self.now_s += timeout_s
        return b""

    def write(self, data: bytes) -> None:
        """Heard and not understood."""

    def close(self) -> None:
        """Nothing to let go."""


TALKS: Final = max(1, INPUTS // INPUTS_A_DRAW // 5)
QUICK: Final = Timeouts(command_s=1, list_s=1, probe_s=1, sim_busy_s=2)


@settings(max_examples=TALKS, deadline=None)
@given(seed=st.integers(0, 2**64), chunk=st.integers(1, 300))
def test_whatever_a_modem_answers_a_dialogue_ends_in_an_answer_or_a_declared_error(
    seed: int, chunk: int
) -> None:
    for one in range(seed, seed + INPUTS_A_DRAW):
        stream = b"\r\n".join(inputs(each) for each in range(one, one + 3))
        port = Babble(stream + b"\r\nOK\r\n" * (one % 2), chunk)
        line = Dialogue(lambda port=port: port, lambda port=port: port.now_s, QUICK)  # type: ignore[misc]
        line.open()
        for command in ("AT+CMGL=4", "AT+CREG?"):
            try:
                line.ask(command)
                line.query(command, "+CREG:")
            except HardwareError:
                continue
        line.has_notices()
        assert all(line.take_notices())
