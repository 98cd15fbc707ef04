"""The AT grammar: splitting, classifying and parsing what modems say."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware import answers, ussd
from hardware.answers import Listed, Network, Rebooted, ReportArrived, StoreFull, TextArrived
from hardware.at import LINE_LIMIT, Event, Kind, Reader
from hardware.ussd import Ussd

PDU = "00040C9126181032547600046211228010008203414243"
LENGTH = len(PDU) // 2 - 1
REPORT = "0006050C91261810325476621122801000826211228010008200"
REPORT_LENGTH = len(REPORT) // 2 - 1


def read(data: bytes, command: str = "") -> tuple[Event, ...]:
    reader = Reader()
    if command:
        reader.begin(command)
    return reader.feed(data)


def kinds(data: bytes, command: str = "") -> list[Kind]:
    return [event.kind for event in read(data, command)]


FRAGMENTS = st.sampled_from(
    [
        b"\r\n",
        b"\r",
        b"\n",
        b"> ",
        b">",
        b"OK",
        b"ERROR",
        b"+CMS ERROR: 500",
        b"AT+CMGL=4",
        b"AT+CMGS=23",
        b"+CMGL: 1,0,,%d" % LENGTH,
        PDU.encode(),
        REPORT.encode(),
        b"+CDS: %d" % REPORT_LENGTH,
        b'+CMTI: "SM",3',
        b"^RSSI:17",
        b"\x00",
        b"\xff",
        b"RING",
        b'+CUSD: 0,"Pulsa',
        b'Anda",15',
        b" ",
        b"A" * LINE_LIMIT,
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    parts=st.lists(FRAGMENTS | st.binary(max_size=12), max_size=25),
    command=st.sampled_from(["", "AT", "AT+CMGL=4", "AT+CMGS=23", "AT+CGSN", 'AT+CUSD=1,"*1#",15']),
    cuts=st.lists(st.integers(0, 5000), max_size=30),
)
def test_events_do_not_depend_on_how_the_bytes_come_in(
    parts: list[bytes], command: str, cuts: list[int]
) -> None:
    stream = b"".join(parts)
    reader = Reader()
    reader.begin(command)
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    events: list[Event] = []
    for start, end in pairwise(edges):
        events.extend(reader.feed(stream[start:end]))
    assert tuple(events) == read(stream, command)


@given(st.binary(max_size=400), st.sampled_from(["", "AT+CMGL=4", "AT+CSQ", "AT+CMGS=9"]))
def test_no_bytes_break_the_reader_or_the_parsers(data: bytes, command: str) -> None:
    for event in read(data + b"\r\n", command):
        answers.heard(event)
        answers.parse_cmgl(event)
        answers.parse_cmgr(event, 1)
        answers.parse_indices(event.line)
        ussd.parse_cusd(event.line)
        answers.parse_error(event.line)


def test_the_prompt_is_seen_with_and_without_a_space_and_only_when_sending() -> None:
    assert kinds(b"\r\n> ", "AT+CMGS=23") == [Kind.PROMPT]
    assert kinds(b"^RSSI:3\r\n>\r\n", "AT+CMGS=23") == [Kind.UNSOLICITED, Kind.PROMPT]
    assert kinds(b"AT+CMGS=23>", "AT+CMGS=23") == [Kind.ECHO, Kind.PROMPT]
    assert Kind.PROMPT not in kinds(b"\r\n> 7\r\n", "AT+CSQ")


def test_a_line_that_only_begins_like_a_final_one_ends_nothing() -> None:
    assert kinds(b"OKE PAK\r\nERRORS\r\n", "AT+CMGL=4") == [Kind.NOISE, Kind.NOISE]
    for final in (b"OK", b"ERROR", b"+CME ERROR: 14", b"COMMAND NOT SUPPORT", b"+CMS ERROR: 5"):
        assert kinds(final + b"\r\n", "AT+CMGL=4") == [Kind.FINAL]


def test_the_end_of_a_call_does_not_end_a_command() -> None:
    assert kinds(b"NO CARRIER\r\nOK\r\n", "AT+CMGL=4") == [Kind.UNSOLICITED, Kind.FINAL]
    assert kinds(b"NO CARRIER\r\n", "ATD123;") == [Kind.FINAL]


def test_a_registration_with_one_field_was_not_asked_for() -> None:
    assert kinds(b"+CREG: 1\r\n+CREG: 0,5\r\n", "AT+CREG?") == [
        Kind.UNSOLICITED,
        Kind.INFORMATION,
    ]


def test_lines_without_an_end_between_them_are_parted() -> None:
    glued = f"^RSSI:9AT+CMGL=4\r+CMGL: 1,0,,{LENGTH}\r\n{PDU}^RSSI:8\r\nOK\r\n".encode()
    assert [(e.kind, e.data) for e in read(glued, "AT+CMGL=4")] == [
        (Kind.UNSOLICITED, ""),
        (Kind.ECHO, ""),
        (Kind.INFORMATION, PDU),
        (Kind.UNSOLICITED, ""),
        (Kind.FINAL, ""),
    ]


def test_letters_that_grow_in_upper_case_do_not_shift_the_cut() -> None:
    assert kinds(b"\xdf\xdf+CSQ: 9,99\r\n", "AT+CSQ") == [Kind.INFORMATION]
    (noise, header) = read(b"x\xdf+CSQ: 9,99\r\n", "AT+CSQ")
    assert (noise.kind, header) == (Kind.NOISE, Event(Kind.INFORMATION, "+CSQ: 9,99"))


def test_every_pdu_goes_to_the_header_that_it_fits() -> None:
    stream = (
        f"+CMGL: 1,0,,{LENGTH}\r\n+CDS: {REPORT_LENGTH}\r\n{PDU}\r\n{REPORT}\r\n"
        f"+CMGL: 2,0,,{LENGTH}\r\n+CMGL: 3,0,,{LENGTH}\r\n{PDU}\r\nOK\r\n"
    ).encode()
    assert [(e.kind, e.line[:8], e.data) for e in read(stream, "AT+CMGL=4")] == [
        (Kind.INFORMATION, "+CMGL: 1", PDU),
        (Kind.UNSOLICITED, "+CDS: 25", REPORT),
        (Kind.INFORMATION, "+CMGL: 2", ""),
        (Kind.INFORMATION, "+CMGL: 3", PDU),
        (Kind.FINAL, "OK", ""),
    ]


def test_a_pdu_behind_a_garbled_line_is_given_to_nobody() -> None:
    stream = f"+CMGL: 1,0,,{LENGTH}\r\n{PDU[:-3]}\r\n{PDU}\r\nOK\r\n".encode()
    assert [(e.kind, e.data) for e in read(stream, "AT+CMGL=4")] == [
        (Kind.INFORMATION, ""),
        (Kind.NOISE, ""),
        (Kind.DATA, ""),
        (Kind.FINAL, ""),
    ]


def test_a_line_without_end_is_noise_and_the_next_is_read() -> None:
    assert kinds(b"7" * 3 * LINE_LIMIT + b"\r\nOK\r\n", "AT") == [Kind.NOISE, Kind.FINAL]


def test_a_serial_number_is_information_though_it_looks_like_a_pdu() -> None:
    assert kinds(b"8966200000000012\r\nOK\r\n", "AT+CCID") == [Kind.INFORMATION, Kind.FINAL]


def test_a_ussd_text_with_line_breaks_is_one_line() -> None:
    stream = b'+CUSD: 0,"Pulsa\r\n+CMTI: "SM",2\r\nRp5000",15\r\nOK\r\n'
    events = read(stream, 'AT+CUSD=1,"*1#",15')
    assert [e.kind for e in events] == [Kind.UNSOLICITED, Kind.INFORMATION, Kind.FINAL]
    assert ussd.parse_cusd(events[1].line) == Ussd(0, "Pulsa\nRp5000", 15)


def test_a_quoted_text_that_never_ends_gives_way_to_the_answer_behind_it() -> None:
    events = read(b'+CUSD: 0,"Pulsa+CMGR: 1,,22\r\nOK\r\n', "AT+CMGR=3")
    assert [(event.kind, event.line) for event in events] == [
        (Kind.UNSOLICITED, '+CUSD: 0,"Pulsa'),
        (Kind.INFORMATION, "+CMGR: 1,,22"),
        (Kind.FINAL, "OK"),
    ]


@pytest.mark.parametrize(
    ("line", "index", "stat", "length"),
    [
        ("+CMGL: 3,1,,25", 3, 1, 25),
        ("+CMGL: 0,1,160", 0, 1, 160),
        ('+CMGL:3 , 0 ,"Pak, RT", 25 ', 3, 0, 25),
        ("+CMGL: 27585,,,25", 27585, None, 25),
        ('+CMGL: 3,"REC UNREAD",,25', 3, None, 25),
        ("+CMGL: 7,0,,2x5", 7, None, None),
    ],
)
def test_list_entries_are_read_in_every_dialect(
    line: str, index: int, stat: int | None, length: int | None
) -> None:
    entry = answers.parse_cmgl(Event(Kind.INFORMATION, line, PDU))
    assert entry == Listed(index, stat, length, PDU)


def test_a_single_message_is_read_in_every_dialect() -> None:
    for line, stat in (("+CMGR: 1,,27", 1), ("+CMGR: ,,27", None), ("+CMGR: 0,27", 0)):
        entry = answers.parse_cmgr(Event(Kind.INFORMATION, line, PDU), 4)
        assert entry == Listed(4, stat, 27, PDU)


def test_an_entry_is_sound_only_with_a_pdu_of_its_length() -> None:
    assert Listed(1, 0, LENGTH, PDU).sound
    assert not Listed(1, 0, LENGTH, PDU[:-2]).sound
    assert not Listed(1, 0, LENGTH, "").sound


def test_memories_and_slots_are_read() -> None:
    assert answers.parse_cpms('+CPMS: "SM",5,20,"ME",2,30,"SM",5,20') == answers.Usage(5, 20)
    assert answers.parse_cpms("+CPMS: 5,20,2,30") == answers.Usage(5, 20)
    assert answers.parse_memories('+CPMS: ("SM","ME"),("SM"),("MT")') == ("SM", "ME")
    assert answers.parse_indices("+CMGD: (1,3,7-9),(0-4)") == (1, 3, 7, 8, 9)
    assert len(answers.parse_indices("+CMGD: (0-99999999)")) == 1000


@pytest.mark.parametrize(
    ("line", "notice"),
    [
        ('+CMTI: "SM",3', TextArrived("SM", 3)),
        ("+CMTI: ,-1", TextArrived("", -1)),
        ("+CMTI:MT, 7", TextArrived("MT", 7)),
        ('+CDSI: "SR",0', ReportArrived("SR", 0)),
        ('^SMMEMFULL:"SM"', StoreFull("SM")),
        ("+SMS FULL", StoreFull("")),
        ('+CIEV: "SMSFULL",1', StoreFull("1")),
        ("RDY", Rebooted()),
        ("+QIND: SMS DONE", Rebooted()),
        ("^SIMST:1", Rebooted()),
        ("^BOOT:27710117,0,0,0,75", None),
        ("^RSSI:12", None),
    ],
)
def test_what_is_said_unasked_is_understood(line: str, notice: object) -> None:
    (event,) = read(line.encode() + b"\r\n")
    assert event.kind is Kind.UNSOLICITED
    assert answers.heard(event) == notice


def test_a_caller_keeps_the_form_of_his_number() -> None:
    assert answers.parse_clip('+CLIP: "081234567",129,,,,0') == "081234567"
    assert answers.parse_clip('+CLIP: "6281234567",145') == "+6281234567"
    assert answers.parse_clip('+CLIP: "",128,,,,2') == ""


def test_signal_and_registration_are_read() -> None:
    assert answers.parse_csq("+CSQ: 31,99") == answers.Signal(31, None)
    assert answers.Signal(99, None).dbm is None
    assert answers.parse_creg('+CREG: 2,5,"1A2B","00C3"') == Network(True, True, 5)
    assert answers.parse_creg("+CEREG: 0,2") == Network(False, False, 2)


@pytest.mark.parametrize(
    ("quoted", "dcs", "text"),
    [
        ("Rp5000", 15, "Rp5000"),
        ("00500075006C00730061", 72, "Pulsa"),
        ("00500075006C00730061", None, "Pulsa"),
        ("E8329BFD4697D9EC37", 15, "hellohello"),
        ("6281234567890", 15, "6281234567890"),
        ("62812345678901", 15, "62812345678901"),
    ],
)
def test_a_ussd_answer_is_read_in_three_forms(quoted: str, dcs: int | None, text: str) -> None:
    assert ussd.ussd_text(Ussd(0, quoted, dcs), ussd.unpack_ascii) == text


@given(st.text("0123456789*#", min_size=1, max_size=30))
def test_a_packed_code_unpacks_to_itself(code: str) -> None:
    assert ussd.unpack_ascii(ussd.pack_ascii(code)) == code
