"""The same seed gives the same trace: in one process, in two, and whatever Python hashes by."""

import json
import os
import subprocess
import sys
from pathlib import Path

from stages import play

ROOT = Path(__file__).resolve().parents[2]
SEED = 6
SHOW = "import sys; from stages import play; print(play(int(sys.argv[1])).trace)"


def trace_elsewhere(hash_seed: str) -> str:
    """The trace of a seed in a process of its own."""
    env = os.environ | {
        "PYTHONHASHSEED": hash_seed,
        "PYTHONPATH": f"{ROOT}:{Path(__file__).parent}",
    }
    done = subprocess.run(
        [sys.executable, "-c", SHOW, str(SEED)], env=env, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_seed_plays_the_same_story_twice() -> None:
    first, other = play(SEED), play(SEED)
    assert first.trace == other.trace
    assert first.counts == other.counts
    assert first.effects == other.effects


def test_another_seed_plays_another_story() -> None:
    assert play(SEED).trace != play(SEED + 1).trace


def test_processes_with_other_hashes_play_the_same_story() -> None:
    assert {trace_elsewhere("1"), trace_elsewhere("77"), play(SEED).trace} == {play(SEED).trace}


def test_the_command_tells_figures_and_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "server", "simulate", "--seeds", "0-1", "--nodes", "1"]
    command += ["--rate", "40"]
    done = subprocess.run(
        [*command, "--days", "2", "--json", "--folder", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    *seeds, summary = map(json.loads, done.stdout.splitlines())
    assert [one["seed"] for one in seeds] == [0, 1]
    assert summary["seeds"] == 2
    assert summary["violations"] == 0
    assert summary["rate"]["at_polres"] == 40
    assert list(tmp_path.iterdir()) == []
