"""The Unix socket beside a running node: commands ask the process that owns the database."""

import contextlib
import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import cast

log = logging.getLogger(__name__)
SOCKET_FILE = "control.sock"
_LINE_OCTETS_MAX = 1 << 22
_ASK_S = 60.0

# A reader that pages through a long answer may pause as long as this.
_PAUSE_S_MAX = 600.0

Answers = Mapping[str, Callable[[dict[str, str]], object]]


class NotRunning(Exception):
    """Tidak ada Kentongan yang sedang berjalan di folder itu."""


class ControlRefused(Exception):
    """The running process refused a command; the text says why, in Indonesian."""

    @property
    def sentence(self) -> str:
        """The Indonesian sentence an operator sees."""
        return str(self)


class BrokenOff(ControlRefused):
    """A long answer ended before its end."""


class ControlSocket:
    """Answers one JSON line with one JSON line, for the owner of the directory only.

    A command that gives a generator is answered with a line for each thing that it yields, and
    one that says that this was all.
    """

    def __init__(self, directory: Path, answers: Answers) -> None:
        self._path = directory / SOCKET_FILE
        self._answers = answers
        self._path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with _short(self._path) as name:
            self._listener.bind(name)
        self._path.chmod(0o600)
        self._listener.listen(8)
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering and remove the socket."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, ValueError, RecursionError):
            connection.settimeout(30)
            with connection.makefile("rb") as lines:
                asked = json.loads(lines.readline(_LINE_OCTETS_MAX))
            told = self._result(asked)
            if isinstance(several := told.get("result"), Generator):
                connection.settimeout(_PAUSE_S_MAX)
                for item in _guarded(several):
                    connection.sendall(json.dumps(item).encode() + b"\n")
            else:
                connection.sendall(json.dumps(told).encode() + b"\n")

    def _result(self, asked: object) -> dict[str, object]:
        values = cast("dict[str, str]", asked) if isinstance(asked, dict) else {}
        command = self._answers.get(str(values.pop("command", "")))
        if command is None:
            return {
                "refused": "Perintah itu tidak dikenal oleh Kentongan yang berjalan di folder itu."
            }
        try:
            return {"result": command(values)}
        except Exception as error:  # noqa: BLE001 -- told, and logged by its place
            return _refused(error)


def _refused(error: Exception) -> dict[str, object]:
    sentence = getattr(error, "sentence", None)
    if sentence is None:
        log.error("command failed", exc_info=error, extra={"error": type(error).__name__})
        sentence = "Perintah itu gagal; lihat catatan (log) prosesnya."
    return {"refused": sentence}


def _guarded(several: Generator[object]) -> Iterator[dict[str, object]]:
    """The lines of a long answer; a fault in the middle is told like any refusal."""
    try:
        for item in several:
            yield {"item": item}
        yield {"result": None}
    except Exception as error:  # noqa: BLE001 -- as above
        yield _refused(error)


def ask(directory: Path, command: str, **values: str) -> object:
    """Ask the running node; arguments and errors as in `ask_within`."""
    return ask_within(_ASK_S, directory, command, values)


def ask_within(patience_s: float, directory: Path, command: str, values: dict[str, str]) -> object:
    """Ask the running node, and wait that long for its answer.

    Raises:
        NotRunning: nobody listens.
        ControlRefused: it said no.
    """
    with _asked(directory, command, values) as connection:
        connection.settimeout(patience_s)
        try:
            with connection.makefile("rb") as lines:
                answer = json.loads(lines.readline(_LINE_OCTETS_MAX))
        except (OSError, ValueError) as error:
            raise NotRunning from error
    if "refused" in answer:
        raise ControlRefused(answer["refused"])
    return answer.get("result")


def stream(directory: Path, command: str, **values: str) -> Iterator[object]:
    """Ask the running node for a long answer; gives its items as they come.

    Raises:
        NotRunning: nobody listens.
        ControlRefused: it said no.
        BrokenOff: the answer ended before its end.
    """
    with _asked(directory, command, values) as connection, connection.makefile("rb") as lines:
        try:
            for line in iter(lambda: lines.readline(_LINE_OCTETS_MAX), b""):
                answer = json.loads(line)
                if "refused" in answer:
                    raise ControlRefused(answer["refused"])
                if "item" not in answer:
                    return
                yield answer["item"]
        except (OSError, ValueError) as error:
            raise _broken_off() from error
    raise _broken_off()


def _broken_off() -> BrokenOff:
    return BrokenOff("Jawaban kotak terputus sebelum selesai; ulangi perintahnya.")


@contextlib.contextmanager
def _asked(directory: Path, command: str, values: dict[str, str]) -> Iterator[socket.socket]:
    """A connection on which a command was just sent."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_ASK_S)
        try:
            with _short(directory / SOCKET_FILE) as name:
                connection.connect(name)
            connection.sendall(json.dumps({"command": command, **values}).encode() + b"\n")
        except OSError as error:
            raise NotRunning from error
        yield connection


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name for the socket that fits the 107 octets of sun_path, however deep it lies."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
