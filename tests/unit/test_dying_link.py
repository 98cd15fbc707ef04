"""Links that carry a few octets and die: each call comes further, and nothing goes in vain."""

import contextlib
import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from server.bench.sync.corpus import own_texts
from server.bench.sync.relay import Link
from server.bench.sync.scene import Scene, scene
from server.desa import run
from server.desa.exchange import short
from server.desa.steps import Outcome, Result
from sync.errors import RoadEnded
from tests.unit.bad_roads import answering


@dataclass(slots=True)
class Carried:
    """What crossed in all, and how often somebody called."""

    up: int = 0
    calls: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def dying(port: int, octets: int, answered: int = 1 << 30) -> Iterator[tuple[int, Carried]]:
    """A port whose connections carry so many octets up, and the answers to them, then end.

    What comes back after more than `answered` octets went up is lost.
    """
    carried = Carried()

    def carry(near: socket.socket) -> None:
        with carried.lock:
            carried.calls += 1
        with socket.create_connection(("127.0.0.1", port)) as far:
            gone = [0]
            back = threading.Thread(target=answers, args=(far, near, gone), daemon=True)
            back.start()
            while gone[0] < octets and (came := near.recv(min(octets - gone[0], 4_096))):
                gone[0] += len(came)
                with carried.lock:
                    carried.up += len(came)
                far.sendall(came)
            far.shutdown(socket.SHUT_WR)
            back.join(20)

    def answers(far: socket.socket, near: socket.socket, gone: list[int]) -> None:
        with contextlib.suppress(OSError):
            while came := far.recv(4_096):
                if gone[0] <= answered:
                    near.sendall(came)
            near.shutdown(socket.SHUT_RDWR)

    with answering(carry) as mine:
        yield mine, carried


@pytest.fixture
def village() -> Iterator[Scene]:
    with scene() as one:
        yield one


def until_done(village: Scene, most: int, stalls: int = 0) -> list[Outcome]:
    """Call again after each end; all but so many calls must have come further."""
    outcomes: list[Outcome] = []
    while not outcomes or outcomes[-1].result is not Result.DONE:
        outcomes.append(village.exchange())
        assert len(outcomes) <= most
    assert [one.count for one in outcomes].count(0) <= stalls
    return outcomes


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_backlog_crosses_a_link_that_carries_one_frame_a_life(
    village: Scene, scheme: str
) -> None:
    village.write(own_texts(400))
    village.frames()
    frames = [size for _, size in village.pending_sizes()][1:]
    largest, whole = max(frames), sum(frames)
    octets = largest + 2_000
    with dying(village.port, octets) as (port, carried):
        village.call(f"{scheme}://127.0.0.1:{port}", 20)
        outcomes = until_done(village, len(frames) + 2)
        village.road.inner.close()
    assert village.arrived()
    assert all(one.trouble == RoadEnded().sentence for one in outcomes[:-1])
    assert carried.calls > 1
    # Beyond the backlog itself: what was in flight at each end, a hello each time, and heads.
    assert carried.up < whole + carried.calls * octets


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_frames_that_never_cross_are_cut_smaller_until_they_do(village: Scene, scheme: str) -> None:
    village.write(own_texts(400))
    village.frames()
    before = village.pending_sizes()
    assert max(size for _, size in before) > 2_000
    with dying(village.port, 1_900) as (port, _carried):
        village.call(f"{scheme}://127.0.0.1:{port}", 20)
        until_done(village, 60, stalls=8)
        village.road.inner.close()
    assert village.arrived()
    assert max(size for _, size in village.pending_sizes()[1:]) < 1_900
    # A road that carried everything is trusted with longer ones again.
    village.use(Link())
    village.exchange()
    village.write(own_texts(400, seed=9))
    village.frames()
    assert max(size for _, size in village.pending_sizes()) > 1_900


def test_frames_that_arrived_unanswered_do_not_go_again(village: Scene) -> None:
    village.write(own_texts(400))
    village.frames()
    whole = sum(size for _, size in village.pending_sizes())
    frames = len(village.pending_sizes())
    with dying(village.port, 6_000, answered=300) as (port, carried):
        village.call(f"http://127.0.0.1:{port}", 20)
        for _ in range(40):
            if village.arrived():
                break
            assert village.exchange().result is Result.LATER
        village.road.inner.close()
        assert village.arrived()
        assert carried.up < 3 * whole
        assert len(village.arrived_asks) < 3 * frames
    village.use(Link())
    assert village.exchange().result is Result.DONE


def test_frames_of_a_closed_session_stay_in_columns_on_a_dying_link(village: Scene) -> None:
    village.write(own_texts(300))
    village.frames()
    before = village.pending_sizes()
    closed = village.node.vault.running.id
    village.restart()
    assert village.node.vault.knows(closed) is None
    for _ in range(3):
        short.cut_smaller(village.node)
        assert village.pending_sizes()[: len(before)] == before
    assert village.exchange().result is Result.DONE
    assert village.arrived()


@pytest.mark.parametrize(("scheme", "octets"), [("http", 3_000), ("https", 3_500)])
def test_an_introduction_that_does_not_cross_is_tried_without_frames(
    village: Scene, scheme: str, octets: int
) -> None:
    village.write(own_texts(120))
    village.frames()
    village.node.known.forget()
    with dying(village.port, octets) as (port, _carried):
        village.call(f"{scheme}://127.0.0.1:{port}", 20)
        first = village.exchange()
        assert (first.result, first.count) == (Result.LATER, 0)
        until_done(village, 40, stalls=2)
        village.road.inner.close()
    assert village.arrived()


def test_a_call_that_came_further_is_followed_by_another_soon(
    village: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_000.0]
    monkeypatch.setattr(run.time, "monotonic", lambda: now[0])
    ends = iter([3, 1, 0, 0, 5])
    calls: list[float] = []

    def exchange(*_: object) -> Outcome:
        calls.append(now[0])
        return Outcome(Result.LATER, next(ends), "")

    monkeypatch.setattr(run.steps, "exchange", exchange)
    exchanger = run.Exchanger(village.node)
    while len(calls) < 5:
        exchanger.tick()
        now[0] += 0.25
    waits = [later - call for call, later in itertools.pairwise(calls)]
    assert waits[0] == waits[1] == run.AGAIN_S
    assert 60 <= waits[2] <= 120.25
    assert waits[3] > 120
    village.use(Link())
