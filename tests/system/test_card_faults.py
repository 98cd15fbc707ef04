"""Cards that are full, read-only or failing: nothing leaves the modem, it is said, and it mends."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import own_card
import pytest
import traced
from disk import mounts_or_skip
from own_card import Card
from post import Post
from traced import Injected

from server.demo.processes import until
from server.desa.console.card import FAILED, FAILING
from server.desa.radios.moods import CARD_TROUBLE

ROOT = Path(__file__).resolve().parents[2]
FULL, READ_ONLY = "Penyimpanan penuh;", "Penyimpanan hanya dapat dibaca;"
CANNOT_OPEN, FAILS = "Basis data tidak dapat dibuka;", "Kartu penyimpanan gagal"
SYLLABLES = ("wa", "ke", "nyo", "ge", "pu", "ka", "ko", "ma", "su", "la")
# Which sync and which write of each thread fails; more on demand.
SWEEP = int(os.environ.get("KENTONGAN_FAULTS", "0"))
SYNCS = tuple(range(1, SWEEP + 1)) or (2, 5, 9, 11)
WRITES = tuple(range(1, 4 * SWEEP + 1, 2)) or (3, 40)


@dataclass
class Village:
    """A post whose desa lives on a small card, and what its villagers have said."""

    post: Post
    card: Card
    said: list[tuple[str, str]] = field(default_factory=list)

    def say(self, count: int = 1) -> None:
        """Let villagers text, each from a number of his own."""
        for _ in range(count):
            number = len(self.said)
            name = "".join(SYLLABLES[int(digit)] for digit in f"{number:03}")
            self.said.append(
                (f"+6281234567{number:03}", f"kemalingan tadi malam di rumah pak {name}")
            )
            self.post.mast.text(*self.said[-1])

    def lies_in_modem(self) -> int:
        """Texts that the modem or the network holds."""
        return self.post.mast.load.held + self.post.mast.load.waiting

    def shown(self) -> str:
        """What `desa status` prints."""
        return self.post.processes.run("desa", "status", str(self.post.desa))

    def refused(self) -> str:
        """Start the desa, which must not start; gives the one sentence that it says."""
        done = subprocess.run(
            [sys.executable, "-m", "server", "desa", "run", str(self.post.desa)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert done.returncode == 1, done.stderr
        assert done.stdout == ""
        return one_sentence(done.stderr)

    def all_arrived(self) -> None:
        """All that was said arrives once and is answered."""
        # After so many starts an officer of the Polres lets the box have its older keys.
        self.post.unlock_all()
        self.post.settle()
        wanted = Counter(self.said)
        self.post.wait("all is at the Polres", lambda: self.post.report_counts() == wanted)
        assert self.post.figures().kept == len(self.said)
        assert {number for number, _ in self.post.heard} == {number for number, _ in self.said}
        assert "Traceback" not in self.post.stderr("desa")


def one_sentence(said: str) -> str:
    """What a command that failed said, one line and perhaps a hint below it."""
    lines = [line for line in said.splitlines() if not line.startswith("  →")]
    assert len(lines) == 1, said
    print(lines[0])
    return lines[0]


@pytest.fixture(scope="module")
def village() -> Iterator[Village]:
    """Give a village whose desa lies on a tmpfs of 8 MiB with room for 60 names."""
    mounts_or_skip()
    home = Path(own_card.home())
    with own_card.in_memory(home / "desa", "size=8m", "nr_inodes=60") as card:
        post = Post(home)
        try:
            post.prepare()
            yield Village(post, card)
        finally:
            post.processes.end_all()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def running(village: Village) -> Iterator[Village]:
    """Give the village with its desa running; at the end nothing runs and all has arrived."""
    village.post.started()
    yield village
    village.all_arrived()
    village.post.processes.end("desa")


def test_a_full_card_keeps_texts_in_the_modem_and_works_again_by_itself(running: Village) -> None:
    village, post, card = running, running.post, running.card
    village.say()
    post.settle()
    taken, kept = card.fill(), post.figures().kept
    village.say(2)
    post.wait("both lie in the modem", lambda: village.lies_in_modem() == 2)
    post.wait("it is said", lambda: CARD_TROUBLE in post.status().get("trouble", []))
    assert CARD_TROUBLE in village.shown()
    assert (village.lies_in_modem(), post.figures().kept) == (2, kept)
    card.free()
    post.wait("it is kept", lambda: post.figures().kept == kept + 2)
    post.wait("it is not said any more", lambda: CARD_TROUBLE not in village.shown())
    card.fill()
    post.kill()
    village.say()
    assert village.refused().startswith(FULL)
    post.wait("the text lies in the modem", lambda: village.lies_in_modem() == 1)
    card.free()
    post.started()
    print(f"{taken} octets of others took all the room")


def test_a_card_without_names_left_refuses_in_one_sentence_and_starts_after(
    running: Village,
) -> None:
    village, post, card = running, running.post, running.card
    crowd, kept = card.crowd(), post.figures().kept
    village.say()
    post.wait("a box that runs needs no new name", lambda: post.figures().kept == kept + 1)
    post.settle()
    post.processes.end("desa")
    crowd += card.crowd()
    assert crowd
    village.say()
    assert village.refused().startswith(CANNOT_OPEN)
    post.wait("the text lies in the modem", lambda: village.lies_in_modem() == 1)
    card.free()
    post.started()


def test_a_card_that_is_mounted_read_only_refuses_in_one_sentence(running: Village) -> None:
    village, post, card = running, running.post, running.card
    post.processes.end("desa")
    card.remount("ro")
    try:
        village.say()
        assert village.refused().startswith(READ_ONLY)
        assert "Kotak tidak berjalan" in village.shown()
        post.wait("the text lies in the modem", lambda: village.lies_in_modem() == 1)
    finally:
        card.remount("rw")
    post.started()


def test_a_card_that_turns_read_only_keeps_texts_in_the_modem(
    running: Village, tmp_path: Path
) -> None:
    village, post = running, running.post
    post.processes.end("desa")
    image, other, usual = tmp_path / "card.img", post.home / "other", post.desa
    with own_card.in_image(image, other) as card:
        shutil.copytree(usual, other, dirs_exist_ok=True)
        card.sync()
        post.desa = other
        post.started()
        kept = post.figures().kept
        # As the kernel does to an ext4 card that fails.
        card.remount("abort")
        village.say()
        post.wait("it is said", lambda: FAILING in post.status().get("trouble", []))
        post.wait("the text lies in the modem", lambda: village.lies_in_modem() == 1)
        assert post.figures().kept == kept
        post.kill()
        assert village.refused().startswith(READ_ONLY)
    with own_card.in_image(image, other):
        post.started()
        village.all_arrived()
        post.processes.end("desa")
        shutil.copytree(other, usual, dirs_exist_ok=True)
    post.desa = usual
    post.started()


NAIVE = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("pragma journal_mode=wal")
db.execute("pragma synchronous=full")
for number in range(9):
    try:
        db.execute(f"create table t{number} (x)")
    except sqlite3.Error:
        pass
"""


def test_a_program_that_goes_on_after_a_failed_sync_is_seen_to_ask_again(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    tracer = traced.tracer(Injected("fdatasync", "error=EIO", "8"), trace, "fsync", "close")
    words = (*tracer, sys.executable, "-c", NAIVE, str(tmp_path / "naive.db"))
    subprocess.run(words, check=True, timeout=60)
    # The tracer may write its last lines a moment after the program has left.
    assert until(lambda: bool(traced.syncs_of(traced.lines_of(trace)).retried), 20.0)
    assert traced.syncs_of(traced.lines_of(trace)).failed == ["naive.db-wal"]


def test_a_card_that_fails_a_sync_or_a_write_is_not_asked_again(running: Village) -> None:
    village, post = running, running.post
    traced.strace_or_skip()
    refused = latched = retried = failed = 0
    for call, number in [*(("fdatasync", n) for n in SYNCS), *(("pwrite64", n) for n in WRITES)]:
        post.kill()
        trace, log = post.home / f"{call}{number}", len(post.stderr("desa"))
        village.say()
        injected = Injected(call, "error=EIO", str(number))
        process = traced.start(post, injected, trace, "fdatasync", "fsync", "close")
        assert until(lambda p=process: p.poll() is not None or post.calm(), 30.0), (call, number)
        syncs = traced.syncs_of(traced.lines_of(trace))
        failed, retried = failed + len(syncs.failed), retried + len(syncs.retried)
        said = post.stderr("desa")[log:]
        if process.poll() is not None:
            assert process.returncode == 1
            assert FAILS in said
            refused += 1
            post.started()
        elif "card failed" in said:
            assert post.status()["card"]["failures"] > 0
            assert FAILED in village.shown()
            latched += 1
        trace.unlink()
    print(
        f"{len(SYNCS)} syncs and {len(WRITES)} writes: {failed} failed syncs, {retried} asked for "
        f"again, {refused} starts refused, {latched} alarms while it ran"
    )
    assert retried == 0
    assert min(refused, latched, failed) > 0
