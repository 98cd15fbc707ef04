"""The HTTP list, 80a and 80c: what goes out in bulk, and what the servers fetch."""

import ast
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from browsers import TEXT, Site
from outcomes import NEIGHBOUR, emptied

from server.desa import commands
from server.desa.console import export
from server.desa.console.export import Chosen, Plan
from server.desa.node import Node
from server.process import control
from server.web.uploads import LARGEST

ROOT = Path(__file__).parents[3]
PACKAGES = ("hardware", "sms", "sync", "server")
ROWS = 50_000


def test_a_reader_who_leaves_an_export_ends_it_and_nothing_else(
    sites: tuple[Site, Site], node_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """80a: an export of 50,000 rows, then disconnect."""
    desa, _ = sites
    world, ended, rows = desa.world, threading.Event(), [0]
    real, plan_of = export._rows, export.plan_of

    def many(node: Node) -> Plan:
        (one,) = plan_of(node).chosen
        return Plan((Chosen(one.rows, one.ticket),) * ROWS, {})

    def watched(node: Node, plan: Plan) -> Iterator[object]:
        try:
            for row in real(node, plan):
                rows[0] += 1
                yield row
        finally:
            ended.set()

    monkeypatch.setattr(export, "plan_of", many)
    monkeypatch.setattr(export, "_rows", watched)
    listening = control.ControlSocket(node_dir, commands.answers(world.node, world.desk()))
    try:
        values = {"name": desa.account, "passphrase": desa.passphrase}
        head, *first = (row for row, _ in zip(stream(node_dir, values), range(11), strict=False))
        assert isinstance(head, dict)
        assert (head["texts"], len(first)) == (ROWS, 10)
        assert ended.wait(20)
        assert 11 <= rows[0] < ROWS
        world.text(NEIGHBOUR, "ada kebakaran di RT 03")
        world.listen()
        assert emptied(world)
        assert len(set(map(str, first))) == 1
        assert TEXT in str(first)
        assert control.ask(node_dir, "radio") == []
    finally:
        listening.close()


def stream(folder: Path, values: dict[str, str]) -> Iterator[object]:
    """The lines of an export; the connection ends with the reader."""
    return control.stream(folder, export.COMMAND, **values)


@cache
def imports() -> dict[str, set[str]]:
    """What each module of the product imports."""
    found = {}
    for path in (path for one in PACKAGES for path in (ROOT / one).rglob("*.py")):
        names = found.setdefault(str(path.relative_to(ROOT)), set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {one.name for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def importers(*modules: str) -> set[str]:
    """Modules of the product that import one of these."""
    return {path for path, names in imports().items() if names & set(modules)}


def test_no_server_fetches_an_address_that_a_page_was_given(still: Site) -> None:
    """80c: CCTV. There is no snapshot and no photo yet; that room brings the tests of 80c along.

    Until then this holds the door shut: what opens connections takes its address from the card
    or the settings, no form has a field for one, and no picture is decoded.
    """
    opened = importers("socket", "http.client", "urllib.request", "requests", "ftplib", "httpx")
    roads = {"sync/roads/http.py", "sync/roads/tls.py"}
    listeners = {"server/web/serve.py", "server/web/relay.py", "server/process/control.py"}
    plays = {path for path in opened if path.startswith(("server/demo/", "server/bench/"))}
    assert opened - plays <= roads | listeners | {"sync/roads/answer.py", "hardware/port.py"}
    assert roads <= opened
    assert importers("PIL", "PIL.Image", "imghdr", "cv2") == set()
    assert importers("json") >= {"server/process/control.py"}
    takes_files = {
        rule.endpoint
        for rule in still.app.url_map.iter_rules()
        if rule.endpoint.rpartition(".")[2] == "take" and "ticket" not in rule.arguments
    }
    assert takes_files == {"parcel.take"}
    assert still.app.config[LARGEST] < 2_000_000


def test_only_one_module_writes_tables_for_spreadsheets() -> None:
    """80a: an export that a spreadsheet opens goes through the one place that disarms it."""
    assert importers("csv", "openpyxl", "xlsxwriter", "odf") == {"server/cli/exporting.py"}
