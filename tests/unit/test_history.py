"""The gateway's history: counted in RAM, written seldom, kept for 30 days, alone and in clear."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spoken import HOUR_S, OTHER, MakeWorld, say, villages
from world import World

from server.desa import steps
from server.desa.gateway import history
from server.desa.intake import missed_call
from server.desa.state.radio import ModemMood, RadioState
from server.desa.state.samples import Counts, Samples, Strength, surge
from server.sections import Answers

STICK = "stick"
HOUR = 497_222


@pytest.fixture
def make(tmp_path: Path) -> Iterator[MakeWorld]:
    with villages(tmp_path) as build:
        yield build


def stored(world: World) -> tuple[int, int]:
    """Rows on the card: hours of texts, hours of signal."""
    db = world.node.database.connection
    tables = ("traffic_hours", "signal_hours")
    texts, signals = (db.execute(f"select count(*) from {t}").fetchone()[0] for t in tables)
    return texts, signals


def total(world: World) -> Counts:
    whole = Counts()
    for hour in history.hours(world.node, world.mono_s):
        whole = whole.plus(hour.counts)
    return whole


def test_what_is_counted_shows_at_once_and_is_written_after_ten_minutes(make: MakeWorld) -> None:
    world = make()
    history.count(world.node, "received", world.mono_s, 3)
    history.count(world.node, "sent", world.mono_s)
    history.count(world.node, "withheld", world.mono_s)
    history.count(world.node, "call", world.mono_s)
    assert total(world) == Counts(3, 1, 1, 1)
    steps.tend(world.node, world.mono_s)
    assert stored(world) == (0, 0)
    world.mono_s += history.WRITE_EVERY_S
    steps.tend(world.node, world.mono_s)
    assert stored(world) == (1, 0)
    assert total(world) == Counts(3, 1, 1, 1)


def test_a_card_is_written_once_for_all_that_was_counted_meanwhile(make: MakeWorld) -> None:
    world = make()
    written: list[str] = []
    for _ in range(60):
        world.mono_s += 60
        history.count(world.node, "received", world.mono_s)
        history.note_signal(world.node, STICK, 60, world.mono_s)
        world.node.database.connection.set_trace_callback(
            lambda statement: written.append(statement) if statement == "commit" else None
        )
        history.flush(world.node, world.mono_s)
    assert len(written) == 6
    assert total(world).received == 60


def test_an_hour_without_anything_is_not_written(make: MakeWorld) -> None:
    world = make()
    world.mono_s += 2 * HOUR_S
    assert not history.flush(world.node, world.mono_s)
    assert not history.flush(world.node, world.mono_s, stop=True)


def test_a_stop_brings_everything_to_the_card_and_the_next_start_adds_to_it(
    make: MakeWorld,
) -> None:
    world = make()
    history.count(world.node, "received", world.mono_s, 5)
    history.note_signal(world.node, STICK, 40, world.mono_s)
    assert history.flush(world.node, world.mono_s, stop=True)
    world.restart()
    history.count(world.node, "received", world.mono_s, 2)
    history.note_signal(world.node, STICK, 80, world.mono_s)
    history.flush(world.node, world.mono_s, stop=True)
    (hour,) = history.hours(world.node, world.mono_s)
    assert hour.counts.received == 7
    assert hour.signals == ((STICK, Strength(2, 120, 40, 80)),)
    assert hour.signals[0][1].average == 60


def test_an_unknown_signal_is_not_noted_as_nothing(make: MakeWorld) -> None:
    world = make()
    history.note_signal(world.node, STICK, None, world.mono_s)
    assert history.hours(world.node, world.mono_s) == ()


def test_care_notes_the_signal_of_every_modem_that_answers(make: MakeWorld) -> None:
    world = make()
    world.node.health.modem, world.node.health.signal_percent = ModemMood.GOOD, 61
    steps.tend(world.node, world.mono_s)
    world.node.health.radios = {
        "a": RadioState("a", ModemMood.GOOD, signal_percent=70),
        "b": RadioState("b", ModemMood.SEARCHING, signal_percent=10),
        "c": RadioState("c", ModemMood.SILENT, signal_percent=90),
    }
    steps.tend(world.node, world.mono_s)
    (hour,) = history.hours(world.node, world.mono_s)
    noted = {name: strength.average for name, strength in hour.signals}
    assert noted == {history.ONLY: 61, "a": 70, "b": 10}


def test_hours_are_kept_for_thirty_days(make: MakeWorld) -> None:
    world = make()
    history.count(world.node, "received", world.mono_s)
    history.flush(world.node, world.mono_s, stop=True)
    world.mono_s += history.KEPT_HOURS * HOUR_S
    history.count(world.node, "received", world.mono_s)
    history.flush(world.node, world.mono_s, stop=True)
    assert stored(world) == (1, 0)


def test_the_card_holds_no_number_and_no_word(make: MakeWorld) -> None:
    world = make()
    columns = [
        row[1]
        for table in ("traffic_hours", "signal_hours")
        for row in world.node.database.connection.execute(f"pragma table_info({table})")
    ]
    counts = ["hour", "received", "sent", "withheld", "calls"]
    assert columns == [*counts, "hour", "radio", "samples", "total", "least", "most"]


def test_the_last_hour_slides_and_does_not_end_with_the_clock_s(make: MakeWorld) -> None:
    world = make()
    history.count(world.node, "received", world.mono_s, 15)
    world.mono_s += HOUR_S - 60
    history.count(world.node, "received", world.mono_s, 15)
    assert history.surge_now(world.node, world.mono_s) == 30
    assert world.desk().box().surge == 30
    world.mono_s += HOUR_S
    assert history.surge_now(world.node, world.mono_s) == 0


def test_after_a_restart_a_surge_is_still_seen(make: MakeWorld) -> None:
    world = make()
    history.count(world.node, "received", world.mono_s, 200)
    history.flush(world.node, world.mono_s, stop=True)
    world.restart()
    assert world.desk().box().surge == 200


def test_many_are_many_only_against_the_usual_hour_of_that_time() -> None:
    evenings = {
        HOUR - 24 * day + step: Counts(received=12) for day in range(1, 8) for step in (-1, 0, 1)
    }
    assert surge(35, HOUR, evenings) == 0
    assert surge(36, HOUR, evenings) == 36
    assert surge(20, HOUR, {}) == 20
    assert surge(19, HOUR, {}) == 0


def test_one_wild_night_does_not_make_the_next_one_usual() -> None:
    assert surge(40, HOUR, {HOUR - 24: Counts(received=900)}) == 40


@given(st.lists(st.tuples(st.integers(0, 7_200), st.integers(1, 5)), max_size=60))
def test_the_last_hour_counts_what_came_within_it(arrivals: list[tuple[int, int]]) -> None:
    samples, came = Samples(), []
    for at_s, times in sorted(arrivals):
        samples.count("received", at_s // HOUR_S, float(at_s), times)
        came.append((at_s, times))
        assert samples.last_hour(at_s) == sum(n for t, n in came if t > at_s - HOUR_S)
    assert sum(counts.received for counts in samples.counts.values()) == sum(n for _, n in came)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=50))
def test_a_signal_keeps_average_least_and_most_however_it_is_cut(taken: list[int]) -> None:
    samples = Samples()
    for percent in taken:
        samples.sample(STICK, percent, HOUR)
    kept = samples.signals[HOUR, STICK]
    assert (kept.least, kept.most) == (min(taken), max(taken))
    assert kept.average == round(sum(taken) / len(taken))


def test_what_passes_through_the_gateway_is_counted(make: MakeWorld) -> None:
    world = make(Answers(per_sender_hour=1, night_from_h=0, night_to_h=0))
    for words in ("ayam hilang satu ekor", "kambing hilang juga di RT 02"):
        say(world, words)
        world.speak()
    missed_call(world.node, OTHER, world.mono_s)
    assert total(world) == Counts(received=2, sent=1, withheld=1, calls=1)
