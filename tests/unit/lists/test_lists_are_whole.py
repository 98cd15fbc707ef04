"""Every number of the lists has a test that carries it, and no test carries another number."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from the_lists import FILES, HTTP, MODEM, SMS, SYNC

TESTS = Path(__file__).parents[2]
NUMBER = re.compile(r"(\d+[a-z]?)(?: |: |$)")
ALSO = re.compile(r"(?<=[.;] )(\d+[a-z]?): ")


def carried(pattern: str) -> Iterator[tuple[str, str]]:
    """(number, test) of every test in the files, by its docstring and its parameters' ids."""
    for path in sorted(TESTS.rglob(pattern)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
                continue
            named = [*told(ast.get_docstring(node) or ""), *ids(node)]
            assert named, f"{path.name}: {node.name} carries no number"
            yield from ((number, node.name) for number in named)


def told(docstring: str) -> list[str]:
    """The numbers that a docstring begins with, or names after a full stop."""
    first = NUMBER.match(docstring)
    return [*([first[1]] if first else []), *ALSO.findall(docstring)]


def ids(node: ast.FunctionDef) -> Iterator[str]:
    """The numbers with which the ids of a test's parameters begin."""
    for decorator in node.decorator_list:
        for one in ast.walk(decorator):
            if isinstance(one, ast.keyword) and one.arg == "id":
                assert isinstance(one.value, ast.Constant), f"an id of {node.name} is not plain"
                found = NUMBER.match(str(one.value.value))
                assert found, f"an id of {node.name} carries no number"
                yield found[1]


@pytest.mark.parametrize(
    ("pattern", "table"),
    [
        ("test_sms_list_*.py", SMS),
        ("test_modem_list_*.py", MODEM),
        ("test_sync_list_*.py", SYNC),
        ("test_files_list_*.py", FILES),
        ("test_http_list_*.py", HTTP),
    ],
)
def test_every_number_of_the_list_has_a_test(pattern: str, table: dict[str, str]) -> None:
    found = {number for number, _ in carried(pattern)}
    assert found == set(table)
