"""Every mutant still fits the sources, still compiles, and stands in the table of the killed."""

import re
from dataclasses import replace

import pytest
from every_mutant import MUTANTS
from patches import ROOT, Mutant, Stale, patched

AT_LEAST = 40
PROMISES = range(1, 10)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
def test_a_mutant_fits_changes_something_and_compiles(mutant: Mutant) -> None:
    for name, text in patched(mutant, ROOT).items():
        assert text != (ROOT / name).read_text(encoding="utf-8")
        compile(text, name, "exec")
    assert mutant.promise in PROMISES
    assert mutant.words.endswith(".")
    assert mutant.killers
    for killer in mutant.killers:
        assert (ROOT / killer.partition("::")[0]).exists(), killer


def test_a_patch_that_does_not_fit_any_more_is_told() -> None:
    mutant = MUTANTS[0]
    gone = replace(mutant.edits[0], old="a line that nobody wrote\n")
    twice = replace(mutant.edits[0], old="import")
    for edit in (gone, twice):
        with pytest.raises(Stale):
            patched(replace(mutant, edits=(edit,)), ROOT)


def test_there_are_enough_of_them_and_none_twice() -> None:
    assert len(MUTANTS) >= AT_LEAST
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert len({mutant.edits for mutant in MUTANTS}) == len(MUTANTS)


def test_the_table_names_every_mutant_and_each_is_killed() -> None:
    page = (ROOT / "docs" / "mutants.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\w-]+) \|[^|]*\| \d \| `([^|`]*)` \|", page, re.MULTILINE)
    assert [name for name, _ in rows] == [mutant.name for mutant in MUTANTS]
    assert all(killer.strip() for _, killer in rows)
