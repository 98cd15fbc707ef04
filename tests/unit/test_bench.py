"""The bench counts what it says it counts."""

from collections import Counter
from pathlib import Path

from world import NOW_S, World

from hardware.modem import Slot
from server import radio
from server.bench import drain, kills, table, texts
from server.bench.air import Trace
from server.bench.driver import Tally
from server.bench.kills import Kill, Kills
from server.bench.peers.smstools import Smstools
from server.bench.steady import Delays
from server.bench.table import Figure
from server.bench.village import counted, opened
from server.desa import intake
from server.domain import events as e
from server.domain.decide import Decision


def test_texts_are_drawn_from_their_seed_and_each_has_a_mark_of_its_own() -> None:
    made = texts.singles(500, 1)
    assert made == texts.singles(500, 1) != texts.singles(500, 2)
    assert set(texts.marks_of(made).values()) == {1}
    assert len(texts.marks_of(made)) == 500
    assert {len(one.pdus) for one in made} == {1}
    assert len({one.sender for one in texts.singles(500, 1, senders=20)}) == 20


def test_long_texts_have_three_parts() -> None:
    made = texts.triples(20, 1)
    assert {len(one.pdus) for one in made} == {3}
    assert len(texts.marks_of(made)) == 20


def test_in_a_hundred_kills_every_quirk_is_on_often_and_every_fifth_modem_has_all() -> None:
    mixes = [kills.mix(1000 + number) for number in range(100)]
    on = Counter(name for mix in mixes for name in mix)
    assert set(on) == set(kills.LISTED)
    assert min(on.values()) >= 25
    assert sum(set(mix) == set(kills.LISTED) for mix in mixes) == 20


def test_a_series_sums_up_what_was_lost_doubled_and_left() -> None:
    series = Kills(
        (
            Kill(("list-hangs",), in_drain=True, whole=True, tally=Tally(49, 1, 0)),
            Kill(("list-hangs", "glued-lines"), in_drain=False, whole=False, tally=Tally(50, 0, 2)),
        )
    )
    assert (series.lost, series.doubled, series.stuck) == (1, 2, 1)
    assert series.matrix()["list-hangs"] == 2
    assert series.matrix()["glued-lines"] == 1
    assert series.matrix()["bad-pdus"] == 0


def test_a_drain_ends_with_its_last_delete_and_fillers_do_not_count() -> None:
    trace = Trace(
        commands=[(1.0, "AT"), (2.0, "AT+CMGL=4"), (3.0, "AT+CMGW=20"), (9.0, "AT+CSQ")],
        freed=[2.5, 4.0],
    )
    assert trace.drain_s() == 3.0
    assert trace.drain_commands() == 2
    assert Trace().drain_s() == 0.0


def test_the_delay_of_a_share_is_one_that_occurred() -> None:
    delays = Delays(tuple(float(n) for n in range(1, 101)), 0)
    assert (delays.at(0.5), delays.at(0.99), delays.at(1.0)) == (50.0, 99.0, 100.0)
    assert Delays((), 3).at(0.99) == float("inf")


def test_writes_and_syncs_below_a_folder_are_counted_also_across_threads(tmp_path: Path) -> None:
    record = tmp_path / "strace"
    folder = tmp_path / "node"
    record.write_text(
        f'7 pwrite64(3<{folder}/a.db-wal>, ""..., 4096, 0) = 4096\n'
        f"7 fdatasync(3<{folder}/a.db-wal> <unfinished ...>\n"
        f'8 write(4<{folder}/smsd.log>, ""..., 99) = 99\n'
        f'8 write(5</dev/pts/3>, ""..., 10) = 10\n'
        "7 <... fdatasync resumed>)        = 0\n"
        f'8 write(6<{folder}/inbox/one>, ""..., 200) = 200\n'
        f'8 write(6<{folder}/inbox/one>, ""..., 200) = -1 ENOSPC\n',
        encoding="ascii",
    )
    assert drain.counted(record, folder) == (4296, 1)


def test_of_our_own_rows_and_reports_are_counted_by_pdu(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.exchange()
    played = [text.pdus[0] for text in texts.singles(3, 1)]
    node = world.node
    listed = tuple(Slot("SM", index, pdu, 0) for index, pdu in enumerate(played[:2]))
    radio.keep_listed(node.database, node.vault, "sim", listed, NOW_S // 86_400)
    intake.read_pending(node, 1.0)
    desa, polres = node.directory, world.district.directory
    assert counted(desa, polres, played[:2]) == Tally(kept=2, lost=0, doubled=0)
    assert counted(desa, polres, played) == Tally(kept=2, lost=1, doubled=0)
    first = next(one for one in _events(world) if isinstance(one, e.ReportReceived))
    node.ledger.record(node.stamp(2.0), Decision((first,)), cause="once more")
    assert counted(desa, polres, played[:2]) == Tally(kept=2, lost=0, doubled=1)
    node.database.close()
    world.district.close()


def _events(world: World) -> list[e.Event]:
    with opened(world.node.directory, world.district.directory) as found:
        return found.events()


def test_of_others_files_are_counted_by_mark(tmp_path: Path) -> None:
    played = texts.singles(3, 1)
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    for name, text in (("a", played[0]), ("b", played[0]), ("c", played[1])):
        (incoming / name).write_text(f"From: {text.sender}\n\n{text.text}", encoding="utf-8")
    assert Smstools().tally(tmp_path, played, ()) == Tally(kept=3, lost=1, doubled=1)


def test_the_table_tells_target_verdict_and_peers() -> None:
    told = table.lines(
        [
            Figure("drain", "speed", 1234.5, "texts/s", peers={"other": 44.25}),
            Figure("drain", "ratio", 27.9, "x", ">= 20", met=True),
            Figure("memory", "resident", 75.7, "MiB", "<= 64 MiB", met=False),
        ],
        ["a note"],
    )
    assert [line.split()[-1] for line in told if "target" in line] == ["met", "MISSED"]
    assert told[1] == "drain"
    assert told[2].split() == ["speed", "1234", "texts/s"]
    assert told[3].split() == ["other", "44.2"]
    assert told[-1] == "* a note"
