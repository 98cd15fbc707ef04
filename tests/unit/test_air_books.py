"""Counters and windows of both sides as they lie on disk, through stops at any moment."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.database import open_database
from server.desa.air import books
from server.polres.store import air
from server.polres.store.engine import open_tables
from sync.airtime.window import BLOCK, WIDTH, Counter, Window

NODE = 5204072004


class Books(Protocol):
    """The counters and the window of one side."""

    def reserve(self, count: int) -> int:
        """As of `Counter`."""

    def admit(self, counter: int) -> bool:
        """Take a counter of the other side once."""

    def close(self) -> None:
        """Close the tables."""


class DesaBooks:
    """Those of a desa."""

    def __init__(self, folder: Path) -> None:
        self._database = open_database(folder)

    def reserve(self, count: int) -> int:
        """As of `Counter`."""
        with self._database.write() as db:
            return books.reserve(db, count)

    def admit(self, counter: int) -> bool:
        """Take a counter of the other side once."""
        with self._database.write() as db:
            return books.admit(db, 1, counter)

    def close(self) -> None:
        """Close the tables."""
        self._database.close()


class PolresBooks:
    """Those of a Polres for one desa."""

    def __init__(self, folder: Path) -> None:
        self._tables = open_tables(folder)

    def reserve(self, count: int) -> int:
        """As of `Counter`."""
        with self._tables.write() as connection:
            return air.reserve(connection, NODE, 1, count)

    def admit(self, counter: int) -> bool:
        """Take a counter of the other side once."""
        with self._tables.write() as connection:
            return air.admit(connection, NODE, 1, counter)

    def close(self) -> None:
        """Close the tables."""
        self._tables.close()


SIDES: dict[str, Callable[[Path], Books]] = {"desa": DesaBooks, "polres": PolresBooks}


@pytest.fixture(params=SIDES)
def open_books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Books]]:
    opened: list[Books] = []

    def open_side() -> Books:
        opened.append(SIDES[request.param](tmp_path))
        return opened[-1]

    yield open_side
    for one in opened:
        one.close()


def test_what_was_taken_once_is_known_again_after_a_start(open_books: Callable[[], Books]) -> None:
    first = open_books()
    assert [first.admit(counter) for counter in (1, 5, 70, 1, 7, 70)] == [
        True, True, True, False, True, False,
    ]  # fmt: skip
    first.close()
    again = open_books()
    assert [again.admit(counter) for counter in (5, 7, 70, 6, 71)] == [
        False, False, False, False, True,
    ]  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 200), min_size=1, max_size=60))
def test_both_sides_judge_counters_as_the_pure_window(counters: list[int]) -> None:
    for number, side in enumerate(SIDES.values()):
        with TemporaryDirectory(prefix=f"books{number}") as folder:
            kept, window = side(Path(folder)), Window()
            for counter in counters:
                after = window.admit(counter)
                assert kept.admit(counter) == (after is not None)
                window = after or window
            kept.close()


def test_the_window_reaches_back_as_far_as_it_is_wide(open_books: Callable[[], Books]) -> None:
    side = open_books()
    assert side.admit(WIDTH + 10)
    assert side.admit(11)
    assert not side.admit(10)


USE = """
import sys
from pathlib import Path
sys.path[:0] = {paths!r}
from test_air_books import SIDES
from sync.airtime.window import Counter
side = SIDES[{side!r}](Path({folder!r}))
counter = Counter(side.reserve)
while True:
    print(counter.take(), flush=True)
"""


@pytest.mark.parametrize("side", SIDES)
def test_no_counter_comes_twice_through_kills_at_any_moment(side: str, tmp_path: Path) -> None:
    here = Path(__file__).resolve()
    paths = [str(here.parent), str(here.parents[2])]
    program = USE.format(paths=paths, side=side, folder=str(tmp_path))
    seen: list[int] = []
    for run in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        uses = range(BLOCK * (run + 1) // 2 + run)
        seen += [int(process.stdout.readline()) for _ in uses]
        os.kill(process.pid, signal.SIGKILL)
        rest, _ = process.communicate()
        seen += [int(line) for line in rest.split("\n")[:-1]]
    assert seen == sorted(set(seen))
    side_again = SIDES[side](tmp_path)
    assert Counter(side_again.reserve).take() > seen[-1]
    side_again.close()
