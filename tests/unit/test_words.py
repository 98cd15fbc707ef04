"""The words that people read."""

import pytest

from server import words
from server.domain.evolve import LineKind
from server.domain.reading.labels import Category, Urgency
from server.domain.report import CALL_BACK, ERASED, Move, Status

NOW_S = 1_795_308_360  # Sunday 22 November 2026, 08.46 WITA


def test_every_code_of_the_domain_has_a_word() -> None:
    assert set(words.CATEGORIES) == set(Category) | {CALL_BACK, ERASED}
    assert set(words.URGENCIES) == set(Urgency)
    assert set(words.STATUSES) == set(words.STATUS_NAMES) == set(Status)
    assert set(words.MOVES) == set(Move)
    assert set(words.LINES) == set(LineKind)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "baru saja"),
        (8 * 60, "8 menit lalu"),
        (3 * 3600, "3 jam lalu"),
        (20 * 3600, "kemarin 12.46"),
        (3 * 86_400, "3 hari lalu"),
        (100 * 86_400, "14 Agu 2026"),
        (-3600, "09.46 WITA"),
    ],
)
def test_a_time_is_said_as_people_say_it(seconds: int, said: str) -> None:
    assert words.ago(NOW_S - seconds, NOW_S, "WITA") == said


@pytest.mark.parametrize(("zone", "said"), [("WIB", "07.46"), ("WITA", "08.46"), ("WIT", "09.46")])
def test_the_clock_stands_in_the_zone_of_the_desa(zone: str, said: str) -> None:
    assert words.clock(NOW_S, zone) == f"{said} {zone}"
    assert words.moment(NOW_S, zone) == f"Minggu, 22 November 2026 {said} {zone}"
