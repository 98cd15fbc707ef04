"""Seeds of seven days, whatever fails in them, break no promise."""

import json
import os
from pathlib import Path

import pytest
from stages import broken, play

SEEDS = int(os.environ.get("KENTONGAN_SEEDS", "300"))
A_TEST = 10
FOUND = json.loads((Path(__file__).parent / "seeds.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("first", range(0, SEEDS, A_TEST))
def test_seven_days_of_anything_break_no_promise(first: int) -> None:
    last = min(first + A_TEST, SEEDS)
    # Two boxes share a Polres in some of them; most of what can fail needs one alone.
    seeds = ((seed, 2 if seed % 10 == 0 else 1) for seed in range(first, last))
    assert [line for seed, boxes in seeds for line in broken(play(seed, boxes))] == []


@pytest.mark.parametrize("found", FOUND["seeds"], ids=lambda one: str(one["seed"]))
def test_a_seed_that_once_broke_a_promise_keeps_it(found: dict[str, int]) -> None:
    assert broken(play(found["seed"], found["nodes"], FOUND["days"])) == []
