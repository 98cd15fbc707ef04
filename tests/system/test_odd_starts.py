"""Boxes under wrong clocks, and two of one folder: nothing expires, nothing changes its order."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from post import Post, open_post

from server.demo.processes import Process

LIBRARIES = tuple(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
NAMES = ("Wayan", "Ketut", "Nyoman", "Gede", "Putu", "Kadek", "Komang", "Made", "Luh", "Agung")
UNSURE, SURE = "Jam kotak belum pasti benar.", "Jam kotak dapat dipercaya."


@dataclass
class Village:
    """A post, the clock of its desa, and what was said in which order."""

    post: Post
    said: list[str] = field(default_factory=list)

    @property
    def clock(self) -> Path:
        """The file that tells the desa's clock."""
        return self.post.home / "clock"

    def set(self, time: str) -> None:
        """Turn the system's clock, also under a box that runs; the monotonic one goes on."""
        changed = self.clock.with_suffix(".new")
        changed.write_text(f"{time}\n", encoding="ascii")
        changed.rename(self.clock)

    def start(self, time: str) -> Process:
        """Start the desa with a clock."""
        self.set(time)
        words = (
            f"LD_PRELOAD={LIBRARIES[0]}",
            f"FAKETIME_TIMESTAMP_FILE={self.clock}",
            "FAKETIME_NO_CACHE=1",
            "FAKETIME_DONT_FAKE_MONOTONIC=1",
            "FAKETIME_DONT_RESET=1",
        )
        node = (sys.executable, "-m", "server", "desa", "run", str(self.post.desa))
        process = self.post.processes.launch("desa", ("/usr/bin/env", *words, *node))
        self.post.wait("the desa works", lambda: self.post.figures().modem == "good")
        return process

    def say(self) -> None:
        """A villager texts, and the box has kept and read it."""
        number = len(self.said)
        self.said.append(f"kemalingan tadi malam di rumah pak {NAMES[number]}")
        self.post.mast.text(f"+62812345670{number:02}", self.said[-1])
        self.post.wait("it is a report", lambda: self.post.status().get("reports") == number + 1)

    def shown(self) -> str:
        """What `desa status` prints."""
        return self.post.processes.run("desa", "status", str(self.post.desa))

    def all_arrived(self) -> None:
        """All is at the Polres in the order in which it was said, and answered."""
        self.post.unlock_all()
        self.post.settle()
        lines = sorted(self.post.reports(), key=lambda one: one["seq"])
        assert [one["text"] for one in lines] == self.said
        outbox = self.post.status()["outbox"]
        assert (outbox["expired"], outbox["withheld"], outbox["failed"]) == (0, 0, 0)
        assert len({number for number, _ in self.post.heard}) == len(self.said)
        assert "Traceback" not in self.post.stderr("desa")


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    """Give a village whose desa does not run yet."""
    with open_post(tmp_path_factory.mktemp("v")) as post:
        yield Village(post)


@pytest.mark.parametrize(
    "time", ["@1970-01-01 00:00:10", "@2038-01-19 03:14:02"], ids=["1970", "over 2038-01-19"]
)
def test_a_clock_that_is_years_off_is_called_unsure_and_loses_nothing(
    village: Village, time: str
) -> None:
    faketime_or_skip()
    post = village.post
    post.processes.end("polres")
    village.start(time)
    assert UNSURE in village.shown()
    assert post.status()["clock"] == {"sure": False, "trust": "last_seen"}
    village.say()
    post.start_polres()
    post.wait("the Polres tells the time", lambda: post.status()["clock"]["trust"] == "network")
    assert SURE in village.shown()
    village.say()
    village.all_arrived()
    post.kill()


def test_a_clock_that_jumps_a_day_while_the_box_runs_changes_nothing(village: Village) -> None:
    faketime_or_skip()
    village.start("+0")
    for jump in ("-1d", "+1d", "-20y", "+0"):
        village.set(jump)
        village.say()
    village.all_arrived()
    village.post.kill()


def test_of_two_that_start_at_once_one_runs_and_the_other_says_why(village: Village) -> None:
    post = village.post
    twins = {"desa": post.start()}
    twins["twin"] = post.processes.start("twin", "desa", "run", str(post.desa))
    post.wait("one of them has left", lambda: any(one.poll() is not None for one in twins.values()))
    left = next(name for name, one in twins.items() if one.poll() is not None)
    assert twins[left].returncode == 1
    assert post.stderr(left).splitlines()[-1].startswith("Kentongan sudah berjalan di folder ini")
    post.wait("the other works", lambda: post.figures().modem == "good")
    village.say()
    village.all_arrived()


def faketime_or_skip() -> None:
    """See that clocks can be turned here."""
    if not LIBRARIES:
        pytest.skip("libfaketime is missing: apt-get install faketime")
