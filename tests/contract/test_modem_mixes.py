"""Quirks in any mixture: no text is lost, none is kept twice, and every modem is emptied."""

from pathlib import Path
from random import Random

import pytest
from quirk_bench import WHOLE, Player

from hardware.simulated.quirks.registry import QUIRKS

LISTED = [quirk.name for quirk in QUIRKS.values() if quirk.number]
MIXES = 200
MIXES_A_TEST = 20
MOST_AT_ONCE = 12


def mix(seed: int) -> list[str]:
    """Quirks for one modem; every tenth has all of them."""
    chance = Random(seed)
    if seed % 10 == 0:
        return LISTED
    return chance.sample(LISTED, chance.randint(2, MOST_AT_ONCE))


@pytest.mark.parametrize("first", range(0, MIXES, MIXES_A_TEST))
def test_no_mixture_of_quirks_loses_or_doubles_a_text(tmp_path: Path, first: int) -> None:
    for seed in range(first, first + MIXES_A_TEST):
        folder = tmp_path / str(seed)
        assert Player(folder, mix(seed), seed).drain(seed) == WHOLE, (seed, sorted(mix(seed)))


def test_the_mixtures_try_the_ladder_as_well() -> None:
    assert {name for seed in range(MIXES) for name in mix(seed) if seed % 10} == set(LISTED)
