"""A JSON line with a PDU becomes a JSON line with its content, and never an exception."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.decode import decode_line
from sms.pdu import Part, encode_deliver, encode_status_report, encode_submit

AT = datetime(2026, 11, 22, 8, 46, 12, tzinfo=timezone(timedelta(hours=8)))
VILLAGER = "+6281234567890"


def answer(line: str) -> dict[str, object]:
    fields: object = json.loads(decode_line(line))
    assert isinstance(fields, dict)
    assert "\n" not in decode_line(line)
    return fields


def decoded(pdu: str) -> dict[str, object]:
    fields = answer(json.dumps({"pdu": pdu}))
    assert fields.pop("pdu") == pdu
    return fields


def test_an_incoming_part_shows_all_its_fields() -> None:
    part = Part(300, True, 3, 2)
    assert decoded(encode_deliver(VILLAGER, "banjir 😀", AT, part=part, smsc="+6281100000")) == {
        "kind": "deliver",
        "sender": VILLAGER,
        "text": "banjir 😀",
        "sent_at": "2026-11-22T00:46:12+00:00",
        "tz_quarter_hours": 32,
        "alphabet": "ucs2",
        "udh": [[8, "012c0302"]],
        "reference": 300,
        "part": 2,
        "parts": 3,
        "dcs": 8,
        "pid": 0,
        "message_class": None,
        "smsc": "+6281100000",
        "truncated": False,
    }


def test_a_text_of_its_own_without_a_time_has_nulls() -> None:
    fields = decoded(encode_deliver("TELKOMSEL", "halo", None))
    assert fields["sender"] == "TELKOMSEL"
    assert [fields[name] for name in ("sent_at", "reference", "part", "parts")] == [None] * 4
    assert fields["udh"] == []


def test_an_outgoing_text_shows_its_recipient() -> None:
    pdu = encode_submit("0812", "halo", request_report=True, validity=timedelta(hours=1))[1]
    fields = decoded(pdu)
    assert (fields["kind"], fields["recipient"], fields["text"]) == ("submit", "0812", "halo")
    assert (fields["report_requested"], fields["validity_s"]) == (True, 3600)


def test_a_delivery_report_shows_its_state() -> None:
    fields = decoded(encode_status_report(9, VILLAGER, AT, AT.astimezone(UTC), 0))
    assert (fields["kind"], fields["state"]) == ("status_report", "delivered")
    assert fields["sent_at"] == fields["done_at"] == "2026-11-22T00:46:12+00:00"
    assert fields["message_reference"] == 9


@pytest.mark.parametrize(
    "line",
    [
        "",
        "halo",
        "[",
        "null",
        "[]",
        "{}",
        '{"pdu": 7}',
        '{"pdu": null}',
        "[" * 100_000,
        "9" * 5000,
        "\ud800",
    ],
)
def test_a_line_without_pdu_says_so(line: str) -> None:
    assert list(answer(line)) == ["error"]


@pytest.mark.parametrize("pdu", ["", "0", "xx", "0004", "\ud800", "07911326040000F0"])
def test_a_pdu_that_cannot_be_read_is_given_back_with_the_error(pdu: str) -> None:
    fields = decoded(pdu)
    assert list(fields) == ["error"]
    assert "PDU" in str(fields["error"])


@given(st.text() | st.binary().map(lambda octets: json.dumps({"pdu": octets.hex()})))
def test_any_line_has_an_answer(line: str) -> None:
    fields = answer(line)
    assert ("error" in fields) != ("kind" in fields)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("pdu"), inner),
    max_leaves=5,
)


@given(JSON.map(json.dumps))
def test_any_json_has_an_answer(line: str) -> None:
    assert answer(line)
