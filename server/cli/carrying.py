"""Files of the parcel road: read and written by the command, made and understood by the node."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

from server import settings as settings_file
from server.desa.console import parcels
from server.domain.errors import Told
from server.process import control
from server.process.carried import NoSuchFile, read_file, write_file
from sync.parcel import form
from sync.parcel.form import Way

TAKE: Final = "parcel take"
"""Name of the command on the district's control socket."""
PATIENCE_S: Final = 600.0
"""A backlog of months takes minutes."""


class OtherFile(Told):
    """Di tempat balasan sudah ada berkas lain; pilih nama lain dengan --out."""


def desa(directory: Path, path: Path) -> tuple[str, ...]:
    """Take a return in, or write the file for the Polres where none lies; gives sentences.

    Raises:
        ParcelError, CarryError: what was there stays as it was.
    """
    there = _there(path)
    code = settings_file.load(directory / settings_file.FILE_NAME).desa.code
    if there is not None and parcels.is_return(there, code):
        told = _ask(directory, parcels.TAKE, {"octets": _text(there)})
        return _sentences(told)
    made = _ask(directory, parcels.MAKE, {})
    write_file(path, _octets(made))
    return (*_sentences(made), f"Ditulis ke {path}.")


def polres(
    path: Path, out: Path | None, by: str, ask: Callable[[dict[str, str]], object]
) -> tuple[str, ...]:
    """Take a file in and write its return; gives sentences.

    Args:
        path: the file from a desa.
        out: where the return goes; beside the file when left out.
        by: who brought it in.
        ask: takes a file in at the district server.

    Raises:
        ParcelError, CarryError, PolresError: no return was written.
    """
    octets = read_file(path, form.OUTGOING_OCTETS_MAX)
    parcel = form.unpack(octets)
    if out is not None:
        _expect_free(out, parcel.node)
    told = cast("dict[str, object]", ask({"octets": _text(octets), "by": by}))
    goal = out or path.with_name(str(told["name"]))
    _expect_free(goal, parcel.node)
    write_file(goal, _octets(told))
    return (*_sentences(told), f"Balasan ditulis ke {goal}; bawa kembali ke desa.")


def _there(path: Path) -> bytes | None:
    try:
        return read_file(path, max(form.OCTETS_MAX.values()))
    except NoSuchFile:
        return None


def _expect_free(path: Path, node: int) -> None:
    """Only an older return for the same desa may be replaced."""
    there = _there(path)
    if there is None:
        return
    if form.way_of(there) is not Way.TO_DESA or form.unpack(there).node != node:
        raise OtherFile


def _ask(directory: Path, command: str, values: dict[str, str]) -> dict[str, object]:
    try:
        answer = control.ask_within(PATIENCE_S, directory, command, values)
    except control.NotRunning:
        answer = parcels.offline(directory, command, values)
    return cast("dict[str, object]", answer)


def _sentences(told: dict[str, object]) -> tuple[str, ...]:
    return tuple(map(str, cast("list[str]", told["sentences"])))


def _octets(told: dict[str, object]) -> bytes:
    return base64.b64decode(str(told["octets"]))


def _text(octets: bytes) -> str:
    return base64.b64encode(octets).decode()
