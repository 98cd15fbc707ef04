"""The generated pages of the documentation are those of this program."""

from pathlib import Path

import pytest

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
