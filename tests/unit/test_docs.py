"""The generated pages of the documentation are those of this program."""

import ast
from pathlib import Path

import pytest

from hardware.simulated.quirks.registry import QUIRKS
from hardware.simulated.quirks.survival import SURVIVALS, TESTS
from server.cli.docs import pages
from server.cli.root import kentongan

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", sorted(pages(kentongan)))
def test_a_generated_page_is_what_the_program_would_write_now(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == pages(kentongan)[name]


def test_every_decision_is_short_and_says_why() -> None:
    decisions = sorted((DOCS / "adr").glob("*.md"))
    assert len(decisions) >= 4
    for decision in decisions:
        text = decision.read_text(encoding="utf-8")
        assert "**Decision.**" in text
        assert "**Why.**" in text
        assert len(text.splitlines()) <= 60


def test_every_quirk_of_the_matrix_names_tests_that_are_there_and_play_it() -> None:
    module = ast.parse((DOCS.parent / TESTS).read_text(encoding="utf-8"))
    table = next(
        ast.unparse(node)
        for node in module.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DRAINED"
    )
    tests = {
        node.name: ast.unparse(node).replace("DRAINED", table)
        for node in module.body
        if isinstance(node, ast.FunctionDef)
    }
    assert list(SURVIVALS) == list(QUIRKS)
    played = {
        (name, test): f"'{name}'" in tests[f"test_{test}"]
        for name, survival in SURVIVALS.items()
        for test in (survival.test, survival.control)
    }
    # This control puts another SIM in with its own hands.
    assert [one for one, there in played.items() if not there] == [
        ("sim-swapped", "a_naive_driver_sends_from_another_sim")
    ]
