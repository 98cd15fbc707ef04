"""The time line of a report tells each SMS once, with the farthest that it came."""

from server.desa.desk import Line
from server.desa.pages.report import with_ways

NOON_S = 1_790_000_000


def line(seq: int, kind: str, text: str = "", journey: str | None = None) -> Line:
    return Line(seq, kind, NOON_S + seq, True, None, text, journey)


def told(*lines: Line) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.text, one.journey) for one in with_ways(lines)]


def test_a_text_that_was_sent_and_then_delivered_is_one_line() -> None:
    sent = (line(2, "message", "ack", "sent"), line(3, "message", "ack", "delivered"))
    assert told(line(1, "received"), *sent) == [
        ("received", "", None),
        ("message", "ack", "delivered"),
    ]


def test_the_same_notice_sent_twice_is_two_lines() -> None:
    first = (line(1, "message", "tambah_ok", "sent"), line(2, "message", "tambah_ok", "delivered"))
    again = line(3, "message", "tambah_ok", "sent")
    assert told(*first, again) == [
        ("message", "tambah_ok", "delivered"),
        ("message", "tambah_ok", "sent"),
    ]


def test_the_way_of_an_answer_stands_beside_the_answer_in_the_order_of_writing() -> None:
    written = (line(1, "answered", "Pertama"), line(2, "answered", "Kedua"))
    ways = (
        line(3, "message", "jawab", "sent"),
        line(4, "message", "jawab", "sent"),
        line(5, "message", "jawab", "delivered"),
    )
    assert told(*written, *ways) == [
        ("answered", "Pertama", "delivered"),
        ("answered", "Kedua", "sent"),
    ]


def test_the_way_of_an_order_that_changed_a_state_stays_a_line_of_its_own() -> None:
    answered = (line(1, "answered", "Ya"), line(2, "message", "order:1:4", "delivered"))
    taken = (line(3, "taken"), line(4, "message", "order:1:5", "sent"))
    assert told(*answered, *taken) == [
        ("answered", "Ya", "delivered"),
        ("taken", "", None),
        ("message", "order:1:5", "sent"),
    ]
