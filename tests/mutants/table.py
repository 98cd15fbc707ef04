"""The page docs/mutants.md: every mutant, the promise that it breaks, and what kills it."""

from collections.abc import Mapping

from every_mutant import MUTANTS
from killing import Verdict

STEPS_S = (2, 5, 10, 20, 30, 60, 120, 300)
HEAD = """\
# Mutants

Faults that somebody might build in, each a small patch of the sources (`tests/mutants/`), with the
promise of the [design](architecture.md) that it breaks and the first test that finds it. A mutant
that no test finds is a missing test. This page is written by

    python tests/mutants/run.py --table

which applies each of them to a copy of the tree and runs its tests, with hypothesis on seed 0 and
until the first one fails; `--seeds A-B` also asks `kentongan simulate` for the mutants that a story
can show. `s` is how long that took at most, starting Python included, on two busy cores; `seed` is
the first one of the simulation that found it. An everyday test says when a patch does not fit any
more, or when a mutant is missing here.

| mutant | what is wrong | promise | killed by | s | seed | s |
|---|---|---|---|---|---|---|
"""


def written(found: Mapping[str, Verdict]) -> str:
    """The page."""
    lines = []
    for mutant in MUTANTS:
        verdict = found[mutant.name]
        killer = verdict.killer.removeprefix("tests/").replace("::", " ")
        simulated = _at_most(verdict.simulated_s) if verdict.seed else ""
        lines.append(
            f"| {mutant.name} | {mutant.words} | {mutant.promise} | `{killer}`"
            f" | {_at_most(verdict.seconds)} | {verdict.seed} | {simulated} |"
        )
    return HEAD + "\n".join(lines) + "\n"


def _at_most(seconds: float) -> int:
    return next((step for step in STEPS_S if seconds <= step), STEPS_S[-1])
