"""The SMS list, 31 to 34g: texts that want to be run, believed, answered or too many."""

import io
import logging
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from pathlib import Path

import pytest
from outcomes import NEIGHBOUR, VILLAGER, browser, deliver, kept, now, outcome
from world import World

from server import lookup
from server.desa.desk import Contact
from server.desa.reading import whole
from server.domain.report import Status
from server.process.logs import PlainFormatter
from server.sections import Answers
from sms import outbox, pdu
from sms.replies import ReplyKey, render

OFFICER = "+6281211110000"
DAY_S = 86_400
HOSTILE = {
    "31": "'; DROP TABLE reports;--",
    "32": "<img src=x onerror=fetch('/api/lock')>",
    "33": '=HYPERLINK("http://x/"&A1)',
    "34": "{{7*7}} ${7*7} %s %n {% raw %} #{7*7}",
}
ESCAPED = {
    "31": "&#39;; DROP TABLE reports;--",
    "32": "&lt;img src=x onerror=fetch(&#39;/api/lock&#39;)&gt;",
    "33": "=HYPERLINK(&#34;http://x/&#34;&amp;A1)",
    "34": "{{7*7}} ${7*7} %s %n {% raw %} #{7*7}",
}


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("31", id="31 SQL"),
        pytest.param("32", id="32 markup"),
        pytest.param("33", id="33 formula"),
        pytest.param("34", id="34 templates"),
    ],
)
def test_hostile_words_are_words_in_the_report_on_the_pages_and_at_the_polres(
    world: World, number: str
) -> None:
    words = HOSTILE[number]
    assert outcome(world, deliver(world, words)).reports == (words,)
    client = browser(world)
    for path in ("/", "/laporan", f"/laporan/{world.report().ticket}"):
        page = client.get(path).text
        assert ESCAPED[number] in page
        assert (words in page) == (ESCAPED[number] == words)
    world.exchange()
    assert [line.report.text for line in world.at_polres()] == [words]


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("31", id="31 SQL"),
        pytest.param("32", id="32 markup"),
        pytest.param("33", id="33 formula"),
        pytest.param("34", id="34 templates"),
    ],
)
def test_hostile_words_reach_no_log_and_forge_no_line(world: World, number: str) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        outcome(world, deliver(world, f"{HOSTILE[number]}\r\n2026 info forged"))
        world.exchange()
        logging.getLogger("sms").warning("end %s", "of test")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    told = stream.getvalue()
    assert told.count("end of test") == 1
    assert HOSTILE[number] not in told
    assert "forged" not in told


@pytest.mark.parametrize("command", ["STATUS {}", "CEK {}", "{}", "BATAL {}"])
def test_60_guessed_numbers_tell_nothing_and_cost_little(tmp_path: Path, command: str) -> None:
    """34a: STATUS with 60 guessed codes; the right one comes first, while answers still go out."""
    world = World(tmp_path, answers=Answers())
    outcome(world, deliver(world, "tetangga memukul istrinya tiap malam"))
    ticket = world.report().ticket
    world.sent.clear()
    for step in range(60):
        guess = f"{(int(ticket) + step) % 100_000:05d}"
        came = outcome(world, deliver(world, command.format(guess), sender=NEIGHBOUR))
        world.mono_s += DAY_S / 61
    told = {text for to, text in world.sent if to == NEIGHBOUR}
    assert len(came.reports) == 1
    assert 1 <= len([1 for to, _ in world.sent if to == NEIGHBOUR]) <= Answers().per_sender_day
    nothing = render(ReplyKey.STATUS_NIHIL).split(".")[0]
    assert {text.split(".")[0] for text in told} == {nothing}
    assert world.report(ticket).status is Status.NEW


@pytest.mark.parametrize("words", ["SELESAI {}", "AMBIL {}", "SELESAI {} sudah ditangani", "TUTUP"])
def test_an_officers_number_is_no_proof_and_moves_no_report(world: World, words: str) -> None:
    """34b: SELESAI from a spoofed officer."""
    world.desk().set_contact(Contact("Made", "Bhabinkamtibmas", OFFICER))
    outcome(world, deliver(world, "kemalingan di pasar tadi malam"))
    ticket = world.report().ticket
    spoofed = words.format(ticket)
    came = outcome(world, deliver(world, spoofed, sender=OFFICER))
    report = world.report(ticket)
    assert (report.status, report.officer, report.result) == (Status.NEW, None, None)
    assert came.reports == ("kemalingan di pasar tadi malam", spoofed)
    assert "maling" not in " ".join(text for to, text in world.sent if to == OFFICER)


def test_a_reply_that_quotes_our_answer_is_kept_and_ends_the_talk(world: World) -> None:
    """34c: a reply quoting our own answer."""
    first = outcome(world, deliver(world, "kemalingan di pasar tadi malam"))
    ((_, ack),) = first.answers
    quoted = outcome(world, deliver(world, f"Re: {ack}"[:160]))
    assert len(quoted.reports) == 2
    assert quoted.answers == ()
    assert outbox.counts(world.node.database.connection)["withheld"] == 1


@pytest.mark.parametrize("sender", ["TELKOMSEL", "888", "3636"])
def test_an_operators_word_on_credit_is_noted_and_never_answered(world: World, sender: str) -> None:
    """34d: operator: Pulsa Anda habis."""
    words = "Pulsa Anda habis. Segera isi ulang di *888# atau balas YA untuk paket darurat."
    came = outcome(world, deliver(world, words, sender=sender))
    assert (came.reports, came.answers) == ((), ())
    assert [who for who, _ in came.notes] == [sender]
    assert kept(world) != []


@pytest.mark.parametrize("words", ["*123#", "*858*081234567890*50000#", "AT+CMGD=1,4", "##002#"])
def test_a_code_in_a_text_is_dialled_by_nobody(world: World, words: str) -> None:
    """34e: USSD-like *123#."""
    asked: list[str] = []
    world.virtual.before.append(lambda line: bool(asked.append(line)))  # type: ignore[func-returns-value]
    came = outcome(world, deliver(world, words))
    assert came.reports == (words,)
    assert asked
    assert not [line for line in asked if line.startswith(("AT+CUSD", "ATD", "AT+CMGD=1,4"))]


def stamped(world: World, scts: str) -> str:
    """A text with these seven octets as its service centre time."""
    whole = deliver(world, "kemalingan di pasar tadi malam")
    return whole[:26] + scts + whole[40:]


@pytest.mark.parametrize(
    ("scts", "sent"),
    [
        pytest.param(
            "99112280642123", datetime(1999, 11, 22, 0, 46, 12, tzinfo=UTC), id="34f 1999"
        ),
        pytest.param(
            "99211332959523", datetime(1999, 12, 31, 15, 59, 59, tzinfo=UTC), id="34f 2099"
        ),
        pytest.param("FFFFFFFFFFFFFF", None, id="34f 0xFF"),
        pytest.param("621122806421A1", None, id="34f 0xA1 as zone"),
        pytest.param("6211228064A123", None, id="34f 0xA1 as second"),
        pytest.param(
            "96112280642123", datetime(2069, 11, 22, 0, 46, 12, tzinfo=UTC), id="34f 2069"
        ),
        pytest.param(
            "62112280642165", datetime(2026, 11, 21, 18, 46, 12, tzinfo=UTC), id="34f +14 h"
        ),
        pytest.param(
            "6211228064216D", datetime(2026, 11, 22, 22, 46, 12, tzinfo=UTC), id="34f -14 h"
        ),
        pytest.param("62112280642175", None, id="34f +14:15 h"),
        pytest.param("62200380642123", None, id="34f 30 February"),
    ],
)
def test_a_time_that_cannot_be_true_costs_no_text_and_does_not_move_the_clock(
    world: World, scts: str, sent: datetime | None
) -> None:
    world.restart()
    came = outcome(world, stamped(world, scts))
    assert came.reports == ("kemalingan di pasar tadi malam",)
    report = world.report()
    assert report.sent_s == (None if sent is None else int(sent.timestamp()))
    assert len(came.answers) == 1
    if sent is None or sent.year != 2026:
        assert abs(world.node.stamp(world.mono_s).wall_s - world.wall_s()) <= 120


def test_a_zone_at_the_end_of_the_world_is_read_to_the_second() -> None:
    """34f: zones of +14 h and -12 h there and back."""
    at = datetime(2026, 11, 22, 8, 46, 12, tzinfo=UTC)
    for hours in (14, -12):
        local = at.astimezone(timezone(timedelta(hours=hours)))
        read = pdu.decode(pdu.encode_deliver(VILLAGER, "x", local))
        assert isinstance(read, pdu.Deliver)
        assert (read.sent_at, read.tz_quarter_hours) == (at, 4 * hours)


def test_2000_texts_after_an_outage_are_all_kept_and_the_emergency_is_called_out_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """34g: 2,000 texts of 200 senders that the operator held back."""
    world = World(tmp_path, answers=Answers())
    world.exchange()
    world.node.database.connection.execute("pragma synchronous = off")
    tickets = (f"{number:05d}" for number in count())
    # How tickets are drawn is another test's, and slow.
    monkeypatch.setattr(whole, "draw", lambda *_: next(tickets))
    world.desk().set_contact(Contact("Made", "Bhabinkamtibmas", OFFICER))
    cry = "tolong kebakaran rumah pak Amir, ada anak di dalam"
    pdus = [
        pdu.encode_deliver(
            f"+628130000{number % 200:04d}", f"sapi ke-{number} hilang dari kandang", now(world)
        )
        for number in range(1_999)
    ]
    pdus.insert(1_200, deliver(world, cry))
    for one in pdus:
        world.virtual.deliver(one)
    world.listen()
    assert sorted(kept(world)) == sorted(pdus)
    texts = [one.text for one in lookup.reports(world.node.projection.db)]
    assert len(texts) == 2_000
    assert cry in texts
    world.speak()
    assert world.sent[0][0] == OFFICER
    assert VILLAGER in [to for to, _ in world.sent[:3]]
    automatic = [to for to, _ in world.sent if to != OFFICER]
    assert max(automatic.count(to) for to in automatic) <= Answers().per_sender_hour
    assert len(automatic) <= Answers().per_hour
