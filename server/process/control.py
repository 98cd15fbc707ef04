"""The Unix socket beside a running node: commands ask the process that owns the database."""

import contextlib
import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import cast

log = logging.getLogger(__name__)
SOCKET_FILE = "control.sock"
_LINE_OCTETS_MAX = 1 << 22

Answers = Mapping[str, Callable[[dict[str, str]], object]]


class NotRunning(Exception):
    """Node ini tidak sedang berjalan."""


class ControlRefused(Exception):
    """The running process refused a command; the text says why, in Indonesian."""

    @property
    def sentence(self) -> str:
        """The Indonesian sentence an operator sees."""
        return str(self)


class ControlSocket:
    """Answers one JSON line with one JSON line, for the owner of the directory only."""

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
        with connection, contextlib.suppress(OSError, ValueError):
            connection.settimeout(30)
            with connection.makefile("rb") as lines:
                asked = json.loads(lines.readline(_LINE_OCTETS_MAX))
            connection.sendall(json.dumps(self._result(asked)).encode() + b"\n")

    def _result(self, asked: object) -> dict[str, object]:
        values = cast("dict[str, str]", asked) if isinstance(asked, dict) else {}
        command = self._answers.get(str(values.pop("command", "")))
        if command is None:
            return {"refused": "Perintah itu tidak dikenal oleh node yang sedang berjalan."}
        try:
            return {"result": command(values)}
        except Exception as error:
            sentence = getattr(error, "sentence", None)
            if sentence is None:
                log.exception("command failed", extra={"error": type(error).__name__})
                sentence = "Perintah itu gagal; lihat catatan (log) node."
            return {"refused": sentence}


def ask(directory: Path, command: str, **values: str) -> object:
    """Ask the running node.

    Raises:
        NotRunning: nobody listens.
        ControlRefused: it said no.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with connection:
        connection.settimeout(60)
        try:
            with _short(directory / SOCKET_FILE) as name:
                connection.connect(name)
        except OSError as error:
            raise NotRunning from error
        try:
            connection.sendall(json.dumps({"command": command, **values}).encode() + b"\n")
            with connection.makefile("rb") as lines:
                answer = json.loads(lines.readline(_LINE_OCTETS_MAX))
        except (OSError, ValueError) as error:
            raise NotRunning from error
    if "refused" in answer:
        raise ControlRefused(answer["refused"])
    return answer.get("result")


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name for the socket that fits the 107 octets of sun_path, however deep it lies."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
