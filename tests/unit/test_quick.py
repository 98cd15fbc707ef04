"""Short exchanges: an ask is for one run and one Polres, and what is out of order is said whole."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.desa import steps
from server.desa.exchange import short
from server.polres import quick
from server.polres.down import orders
from sync import journal, seal
from sync.chain import LogId
from sync.entry import Log
from sync.errors import CannotOpen, MalformedFrame, NoRoad, SyncError
from sync.frame import Frame
from sync.quick import words
from sync.quick.words import Answer, Ask, Mark, State, Wish
from sync.roads.http import EXCHANGE_PATH, QUICK_PATH
from sync.store import SqliteStore
from tests.world import CODE, MemoryRoad, World

VILLAGER = "+6281200001111"
UP = LogId(5_204_072_001, Log.UP, 1)
KEY = bytes(range(32))
U32 = st.integers(0, 2**32 - 1)
FRAMES = st.builds(
    Frame,
    log_id=st.just(UP),
    codec=st.just(1),
    first=st.just(7_000),
    count=st.integers(1, 100),
    session=st.binary(min_size=16, max_size=16),
    body=st.binary(max_size=90),
    signature=st.binary(min_size=64, max_size=64),
    dictionary=st.integers(0, 15),
    prefix=st.integers(1, 7_000),
)
ASKS = st.builds(
    Ask,
    shown_s=U32,
    wish=st.sampled_from((Wish.FRAME, Wish.FRAME | Wish.RECEIPT)),
    frame=FRAMES,
) | st.builds(
    Ask,
    shown_s=U32,
    wish=st.sampled_from((Wish.DOWN, Wish.DOWN | Wish.RECEIPT)),
    down_instance=st.integers(0, 65_535),
    down=st.builds(Mark, U32, st.binary(min_size=4, max_size=4)),
    head=st.builds(Mark, U32, st.binary(min_size=8, max_size=8)),
)
ANSWERS = st.builds(
    Answer,
    state=st.sampled_from(State),
    time_s=U32,
    acked=st.builds(Mark, U32, st.binary(min_size=8, max_size=8)),
    era=st.integers(0, 9),
    signature=st.binary(min_size=64, max_size=64),
    down=st.lists(st.binary(max_size=9), max_size=2).map(tuple),
    down_wraps=st.lists(st.tuples(st.binary(max_size=9), st.binary(max_size=9)), max_size=2).map(
        tuple
    ),
)


class ListedRoad(MemoryRoad):
    """A road that lists what went over it, and may lose every answer after some."""

    def __init__(self, world: World) -> None:
        super().__init__(world.district, world)
        self.carried: list[tuple[str, bytes]] = []
        self.answers_left = 1_000_000

    def post(self, path: str, octets: bytes) -> bytes:
        self.carried.append((path, octets))
        answer = super().post(path, octets)
        self.answers_left -= 1
        if self.answers_left < 0:
            raise NoRoad
        return answer

    def paths(self) -> list[str]:
        """The paths since the last call."""
        found = [path for path, _ in self.carried]
        self.carried.clear()
        return found


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.road = ListedRoad(made)
    made.exchange()
    made.road.paths()
    return made


def road(world: World) -> ListedRoad:
    assert isinstance(world.road, ListedRoad)
    return world.road


def send(world: World, *texts: str) -> None:
    for text in texts:
        world.text(VILLAGER, text)
    world.listen()


@given(ASKS)
def test_an_ask_is_read_as_it_was_packed(ask: Ask) -> None:
    assert words.read_ask(ask.pack(), UP, lambda _: None) == ask


@given(ANSWERS)
def test_an_answer_is_read_as_it_was_packed(answer: Answer) -> None:
    assert Answer.unpack(answer.pack()) == answer


@given(st.binary(max_size=120))
def test_octets_that_are_no_ask_raise_nothing_but_a_sync_error(octets: bytes) -> None:
    for read in (
        lambda: words.read_ask(octets, UP, lambda _: bytes(16)),
        lambda: Answer.unpack(octets),
    ):
        try:
            read()
        except SyncError:
            continue


@given(st.data())
def test_an_answer_belongs_to_its_own_ask_alone(data: st.DataObject) -> None:
    sealed = words.seal_answer(KEY, b"asked123", b"nonce123", b"plain")
    assert words.open_answer(KEY, b"asked123", sealed) == b"plain"
    at = data.draw(st.integers(0, len(sealed) - 1))
    changed = bytes(octet ^ (index == at) for index, octet in enumerate(sealed))
    for key, asked, octets in (
        (KEY, b"other123", sealed),
        (bytes(32), b"asked123", sealed),
        (KEY, b"asked123", changed),
        (KEY, b"asked123", sealed[:at]),
    ):
        with pytest.raises(CannotOpen):
            words.open_answer(key, asked, octets)


def test_a_run_that_was_introduced_speaks_in_short(world: World) -> None:
    send(world, "Banjir di dusun Krajan")
    assert world.exchange().result is steps.Result.DONE
    assert set(road(world).paths()) == {QUICK_PATH}
    assert [line.report.text for line in world.at_polres()] == ["Banjir di dusun Krajan"]


def test_nothing_new_is_one_short_ask(world: World) -> None:
    world.exchange()
    world.exchange()
    road(world).paths()
    world.exchange()
    ((path, octets),) = road(world).carried
    assert path == QUICK_PATH
    assert len(octets) <= 80


def test_a_restarted_node_introduces_itself_and_then_speaks_in_short(world: World) -> None:
    world.restart()
    world.exchange()
    assert EXCHANGE_PATH in road(world).paths()
    world.exchange()
    assert set(road(world).paths()) == {QUICK_PATH}


def test_an_ask_said_again_changes_nothing(world: World) -> None:
    send(world, "Ada maling di pasar")
    world.exchange()
    said = [octets for path, octets in road(world).carried if path == QUICK_PATH]
    send(world, "Air sungai naik")
    world.exchange()
    before = world.at_polres()
    for octets in said:
        assert quick.ask(world.district, octets, world.wall_s() + 900).status == 200
    assert world.at_polres() == before
    assert world.exchange().result is steps.Result.DONE


def test_changed_and_foreign_asks_are_refused(world: World) -> None:
    send(world, "Ada maling di pasar")
    world.exchange()
    octets = road(world).carried[0][1]
    for at in range(len(octets)):
        changed = octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :]
        assert quick.ask(world.district, changed, world.wall_s()).status == 403
        assert quick.ask(world.district, octets[:at], world.wall_s()).status == 403


def test_an_order_rides_down_in_a_short_answer(world: World) -> None:
    send(world, "Sapi saya hilang dari kandang")
    world.exchange()
    ticket = world.report().ticket
    orders.order_answer(
        world.district, CODE, ticket, "Petugas berangkat", by="spkt", now_s=world.wall_s()
    )
    road(world).paths()
    world.exchange()
    assert set(road(world).paths()) == {QUICK_PATH}
    world.speak()
    assert f"No {ticket}: Petugas berangkat" in [text for _, text in world.sent]


def test_a_road_that_breaks_in_a_row_keeps_what_was_answered(world: World) -> None:
    for number in range(3):
        send(world, f"Kebakaran di dusun {number}")
        with world.node.database.write() as db:
            store, keys = SqliteStore(db), world.node.keys
            journal.make_frames(
                store, world.node.ledger.log_id, keys.identity.signing, keys.pinned.exchange,
                short.code_of(world.node, store),
            )  # fmt: skip
    road(world).answers_left = 1
    assert world.exchange().result is steps.Result.LATER
    first = len(road(world).paths())
    road(world).answers_left = 1_000_000
    assert world.exchange().result is steps.Result.DONE
    assert first == 2
    assert len(world.at_polres()) == 3
    assert len(road(world).paths()) <= 3


def test_a_closed_box_is_told_so_in_a_whole_exchange(world: World) -> None:
    orders.revoke(world.district, CODE, world.wall_s())
    outcome = world.exchange()
    assert EXCHANGE_PATH in road(world).paths()
    assert "dilaporkan hilang" in outcome.trouble


def test_a_frame_that_names_the_session_before_needs_one_before_it() -> None:
    one = Frame(UP, 1, 5, 1, bytes(16), b"body", bytes(64), 1, 2)
    packed = Ask(1, Wish.FRAME | Wish.SAME_SESSION, frame=one).pack()
    with pytest.raises(MalformedFrame):
        words.read_ask(packed, UP, lambda _: None)
    assert words.read_ask(packed, UP, lambda _: bytes(16)).frame == one
    assert len(seal.derive(KEY, "x")) == 32


def test_asks_said_again_do_not_turn_the_clock_of_a_desa(world: World) -> None:
    send(world, "Ada maling di pasar")
    world.exchange()
    said = [octets for path, octets in road(world).carried if path == QUICK_PATH]
    for _ in range(300):
        for octets in said:
            assert quick.ask(world.district, octets, world.wall_s()).status == 200
    world.exchange()
    assert abs(world.node.stamp(world.mono_s).wall_s - world.wall_s()) <= 2


def test_many_asks_of_one_second_do_not_turn_the_clock_of_a_desa(world: World) -> None:
    for number in range(60):
        send(world, f"Kebakaran di dusun {number}")
        with world.node.database.write() as db:
            store, keys = SqliteStore(db), world.node.keys
            journal.make_frames(
                store, world.node.ledger.log_id, keys.identity.signing, keys.pinned.exchange,
                short.code_of(world.node, store),
            )  # fmt: skip
    world.exchange()
    assert road(world).paths().count(QUICK_PATH) >= 60
    assert abs(world.node.stamp(world.mono_s).wall_s - world.wall_s()) <= 2


def test_a_clock_that_ran_ahead_at_the_polres_leaves_a_desa_when_it_is_set_right(
    world: World,
) -> None:
    world.exchange()
    true_s = world.wall_s
    world.road.clock = Ahead(world)
    world.exchange()
    assert abs(world.node.stamp(world.mono_s).wall_s - true_s()) > 3_000
    world.road.clock = world
    world.exchange()
    assert abs(world.node.stamp(world.mono_s).wall_s - true_s()) <= 2
    assert world.exchange().result is steps.Result.DONE


class Ahead:
    """A clock that is an hour ahead."""

    def __init__(self, world: World) -> None:
        self.wall_s = lambda: world.wall_s() + 3_600


@pytest.mark.parametrize(("time_s", "seq"), [(2**32, 1), (-1, 1), (5, 2**32), (5, -1), (2**70, 1)])
def test_an_answer_of_numbers_that_no_log_has_is_none(time_s: int, seq: int) -> None:
    packed = Answer(State.OK, time_s, Mark(seq, bytes(8))).pack()
    with pytest.raises(MalformedFrame):
        Answer.unpack(packed)
