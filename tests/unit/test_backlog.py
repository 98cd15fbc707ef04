"""The backlog on both sides: what waits, how old, over which road, and what that carried."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world import CODE, NAME, NOW_S, World

from server import words
from server.cli.status import district as district_told
from server.desa import commands
from server.desa.backlog import meters, roads
from server.desa.backlog.meters import AIR, FILE, HTTPS
from server.desa.console import backlog, figures
from server.domain import events as e
from server.domain.backlog import LONG_ENTRIES, Progress, base_of, catch_up, month_of
from server.domain.decide import Decision
from server.polres import gate, lookup
from server.polres.backlog.status import status
from server.polres.down.orders import revoke
from server.web.way import BREAK_X, FROM_X, MOST, TO_X, way
from sync import exchange
from sync.exchange import Speaker
from sync.roads.http import EXCHANGE_PATH

URGENT, CALM = "tolong kebakaran rumah warga", "lampu jalan padam di RT 2"
SEQS = st.integers(0, 100_000)
MONTH = 202609


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give a village that the Polres has heard."""
    made = World(tmp_path)
    made.exchange()
    made.exchange()
    yield made
    made.node.database.close()
    made.district.close()


def write(world: World, *texts: str) -> None:
    """Villagers write, ten minutes apart."""
    for number, text in enumerate(texts):
        world.text(f"+6281200000{number:03}", text)
        world.listen()
        world.mono_s += 600


@given(base=SEQS, held=SEQS, announced=SEQS)
def test_a_catch_up_is_shown_only_while_it_is_long_and_under_way(
    base: int, held: int, announced: int
) -> None:
    shown = catch_up(base, held, announced)
    long = announced - base >= LONG_ENTRIES and base < held < announced
    assert (shown is not None) == long
    if shown is not None:
        assert 0 < shown.done < shown.total
        assert 0 <= shown.percent < 100


@given(steps=st.lists(st.tuples(SEQS, SEQS), max_size=20))
def test_a_backlog_begins_where_it_was_first_seen_and_ends_when_all_is_there(
    steps: list[tuple[int, int]],
) -> None:
    base: int | None = None
    for held, more in steps:
        base = base_of(base, held, held + more)
        assert (base is None) == (more == 0)
        assert base is None or base <= held


@given(count=st.integers(0, 10**12))
def test_octets_are_said_in_at_most_three_figures_below_a_terabyte(count: int) -> None:
    said = words.octets(count)
    amount, unit = said.split(" ")
    factor = {"B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}[unit]
    assert len(amount.replace(",", "")) <= 3 or unit == "GB"
    assert float(amount.replace(",", ".")) * factor == pytest.approx(count, rel=0.051, abs=0.5)


@given(entries=st.integers(0, 50_000), urgent=st.integers(0, 50_000), open_=st.booleans())
def test_the_picture_shows_what_waits_before_the_break_and_the_urgent_ahead(
    entries: int, urgent: int, *, open_: bool
) -> None:
    urgent = min(urgent, entries)
    marks = way(entries, urgent, open_=open_).marks
    assert len(marks) == min(entries, MOST)
    assert all(FROM_X <= mark.x <= (TO_X if open_ else BREAK_X) for mark in marks)
    assert [mark.x for mark in marks] == sorted({mark.x for mark in marks})
    assert [mark.urgent for mark in marks] == sorted(mark.urgent for mark in marks)
    assert any(mark.urgent for mark in marks) == (urgent > 0)
    if entries <= MOST:
        assert sum(mark.urgent for mark in marks) == urgent


def test_the_box_counts_what_waits_its_urgent_reports_and_the_age_of_the_oldest(
    world: World,
) -> None:
    assert world.desk().box().backlog.entries == 0
    world.road.cut = True
    began_s = world.wall_s()
    write(world, CALM, URGENT)
    world.exchange()
    box = world.desk().box()
    waits = box.backlog
    assert (waits.reports, waits.urgent, waits.by_day) == (2, 1, False)
    assert waits.entries == box.waiting >= 2
    assert waits.since_s is not None
    assert began_s <= waits.since_s < began_s + 60
    assert box.road is None
    assert [road.state for road in box.roads] == [
        "tidak tersambung, dicoba lagi sendiri", "bila Anda membawanya", "nomor Polres belum diisi",
    ]  # fmt: skip
    world.road.cut = False
    world.exchange()
    world.exchange()
    after = world.desk().box()
    assert after.backlog.entries == 0
    assert after.road is not None
    assert after.road.name == HTTPS


def test_of_a_locked_entry_only_the_day_is_told(world: World) -> None:
    world.road.cut = True
    write(world, CALM)
    world.restart()
    waits = world.desk().box().backlog
    assert waits.by_day
    assert waits.reports == 1
    assert waits.since_s == NOW_S // 86_400 * 86_400


def test_a_road_that_was_never_tried_and_one_that_the_polres_closed_are_not_open(
    world: World,
) -> None:
    world.restart()
    assert world.desk().box().roads[0].state == "belum tersambung"
    revoke(world.district, CODE, world.wall_s())
    world.exchange()
    road = world.desk().box().roads[0]
    assert (road.open, road.state) == (False, "ditahan Polres")


def test_octets_are_kept_by_month_and_road_across_a_restart(world: World) -> None:
    with world.node.database.jot() as db:
        meters.count(db, HTTPS, MONTH, up=100, down=20)
        meters.count(db, HTTPS, MONTH, up=1, down=2)
        meters.count(db, HTTPS, MONTH + 1, up=7)
        meters.succeeded(db, HTTPS, 50)
    node = world.restart()
    with node.database.read() as db:
        assert meters.carried(db, HTTPS, MONTH) == meters.Carried(101, 22, 50)
        assert meters.carried(db, HTTPS, MONTH + 1) == meters.Carried(7, 0, 50)
        assert meters.carried(db, "other", MONTH) == meters.Carried()


class CountingRoad:
    """A road that counts as the real one does; the test says what came over it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.counted = (0, 0)

    def post(self, path: str, octets: bytes) -> bytes:
        """Carry one message; also what broke was paid for."""
        self.counted = self.counted[0] + len(octets), self.counted[1]
        answer = self.world.road.post(path, octets)
        self.counted = self.counted[0], self.counted[1] + len(answer)
        return answer

    def take_count(self) -> tuple[int, int]:
        """What was counted."""
        counted, self.counted = self.counted, (0, 0)
        return counted


def test_what_a_road_carried_is_counted_also_when_it_broke(world: World) -> None:
    node = world.node
    node.make_road = lambda _url, _timeout_s: CountingRoad(world)
    node.road = None
    world.exchange()
    month = meters.this_month(node, world.mono_s)
    with node.database.read() as db:
        before = meters.carried(db, HTTPS, month)
    assert before.up > 0
    assert before.down > 0
    assert before.last_s == world.wall_s()
    world.road.cut = True
    world.mono_s += 600
    world.exchange()
    with node.database.read() as db:
        after = meters.carried(db, HTTPS, month)
    assert (after.up > before.up, after.down, after.last_s) == (True, before.down, before.last_s)


def test_the_road_that_is_told_first_of_the_open_ones_is_the_next(world: World) -> None:
    shut = roads.RoadLine("a", "A", open=False, state="")
    open_ = roads.RoadLine("b", "B", open=True, state="")
    assert roads.next_road((shut, open_)) == open_
    assert roads.next_road((shut,)) is None
    with world.node.database.read() as db:
        assert [one.name for one in roads.lines(world.node, db, world.mono_s)] == [
            HTTPS, FILE, AIR,
        ]  # fmt: skip


def test_the_polres_knows_since_when_announced_entries_are_missing(world: World) -> None:
    line = lookup.desa(world.district, CODE, world.wall_s())
    assert (line.backlog, line.lag.since_s) == (0, None)
    assert [road.label for road in line.lag.roads] == ["Internet"]
    announce(world, 4)
    since_s = world.wall_s()
    world.mono_s += 3_600
    announce(world, 5)
    late = lookup.desa(world.district, CODE, world.wall_s())
    assert late.backlog > 0
    assert late.lag.since_s == since_s
    assert late.lag.roads[0].last_s == world.wall_s()
    assert late.lag.roads[0].up > line.lag.roads[0].up
    assert lookup.desa(world.district, CODE, world.wall_s() + 40 * 86_400).lag.roads[0].up == 0


def announce(world: World, texts: int) -> None:
    """The node says how far its log goes; the frames do not come."""
    write(world, *[CALM] * texts)
    node = world.node
    log_id, keys = node.ledger.log_id, node.keys
    speaker = Speaker(log_id, keys.identity.signing, node.vault.ram, keys.pinned)
    with node.database.write() as db:
        request = exchange.compose(db, speaker, (), world.wall_s(), 4)
    octets = exchange.seal_request(replace(request, frames=()), speaker, bytes(32))
    reply = gate.exchange(world.district, octets, None, world.wall_s())
    answer = exchange.open_answer(reply.octets, replace(request, frames=()), speaker)
    with node.database.write() as db:
        exchange.take(db, answer, replace(request, frames=()), speaker)


def test_a_request_that_is_said_again_is_no_contact_over_the_road(world: World) -> None:
    said: list[bytes] = []
    whole = world.road.post

    def listens(path: str, octets: bytes) -> bytes:
        if path == EXCHANGE_PATH:
            said.append(octets)
        return whole(path, octets)

    world.node.known.forget()
    world.road.post = listens  # type: ignore[method-assign]
    world.exchange()
    world.exchange()
    heard_s = lookup.desa(world.district, CODE, world.wall_s()).lag.roads[0].last_s
    gate.exchange(world.district, said[0], None, world.wall_s() + 9_000)
    line = lookup.desa(world.district, CODE, world.wall_s())
    assert line.lag.roads[0].last_s == heard_s


def test_the_box_tells_its_backlog_in_sentences(world: World) -> None:
    world.road.cut = True
    write(world, CALM, URGENT)
    world.exchange()
    told = figures.sentences(commands.status(world.node), "WITA")
    waits = next(line for line in told if line.startswith("Menunggu dikirim ke Polres"))
    assert re.search(r"di antaranya 2 laporan \(1 darurat\); yang tertua dari \w+", waits)
    assert any(line.startswith("  Internet: tidak tersambung") for line in told)
    assert backlog.going(commands.status(world.node), "WITA") == [waits]
    world.road.cut = False
    world.exchange()
    world.exchange()
    assert backlog.going(commands.status(world.node), "WITA") == []
    assert "Tidak ada yang menunggu dikirim ke Polres." in figures.sentences(
        commands.status(world.node), "WITA"
    )


def test_a_bar_of_text_is_as_full_as_what_is_done() -> None:
    assert backlog.bar(Progress(5_400, 20_000)) == (
        "[#####...............]  27%, 5.400 dari 20.000 catatan"
    )
    told = {"unlocking": {"done": 1, "total": 2}, "backlog": {"progress": {"done": 0, "total": 9}}}
    assert [line.split(":")[0] for line in backlog.courses(told)] == [
        "Membuka laporan lama", "Menyusul ke Polres",
    ]  # fmt: skip


def test_the_polres_tells_each_desa_in_lines(world: World) -> None:
    told = status(world.district, world.wall_s())
    (line, road) = district_told.lines(told)
    assert line == f"{NAME} · {CODE} · terhubung baru saja · semua sampai"
    assert re.fullmatch(r"  Internet: terakhir baru saja; bulan ini \S+ k?B diterima, .*", road)
    assert district_told.going(told) == []
    desa = cast("list[dict[str, object]]", told["desa"])[0]
    desa |= {"backlog": 12_300, "since_s": world.wall_s() - 7_200}
    assert "12.300 catatan masih di jalan, diketahui 2 jam lalu" in district_told.lines(told)[0]
    assert district_told.going(told) == [f"{NAME}: 12.300 catatan masih di jalan"]
    desa["progress"] = {"done": 100, "total": 400}
    assert district_told.going(told) == [
        f"{NAME}: [#####...............]  25%, 100 dari 400 catatan"
    ]
    empty: Mapping[str, object] = {"desa": [], "now_s": 0, "zone": "WITA"}
    assert "Belum ada desa" in district_told.lines(empty)[0]


def test_a_month_is_that_of_the_place() -> None:
    edge_s = 1_798_761_600 - 3_600  # 31 December 2026, 23.00 UTC
    assert month_of(words.local(edge_s, "WITA").date()) == 202701


def test_before_many_frames_the_polres_hears_how_far_the_log_goes(world: World) -> None:
    node = world.node
    calls = tuple(e.CallMissed(f"+62812{number:08}") for number in range(2 * LONG_ENTRIES))
    node.ledger.record(node.stamp(world.mono_s), Decision(calls), cause="calls")
    head = node.projection.folded_to
    seen: list[tuple[int, int | None]] = []
    whole = world.road.post

    def looks(path: str, octets: bytes) -> bytes:
        answer = whole(path, octets)
        line = lookup.desa(world.district, CODE, world.wall_s())
        seen.append((line.backlog, line.lag.progress and line.lag.progress.done))
        return answer

    world.road.post = looks  # type: ignore[method-assign]
    world.exchange()
    waiting = [count for count, _ in seen]
    assert waiting[0] > 2 * LONG_ENTRIES - 50
    assert waiting == sorted(waiting, reverse=True)
    assert waiting[-1] == 0
    assert [done for _, done in seen[1:-1]] == [waiting[0] - left for left in waiting[1:-1]]
    assert head == node.projection.folded_to
    assert lookup.desa(world.district, CODE, world.wall_s()).lag.since_s is None


def test_a_file_that_was_made_and_its_return_count_on_a_road_of_their_own(world: World) -> None:
    write(world, CALM)
    made = world.desk().make_parcel()
    road = next(one for one in world.desk().box().roads if one.name == FILE)
    assert (road.up, road.down, road.last_s) == (len(made.octets), 0, None)
