"""The control socket: one line asked, one line answered, for the folder's owner alone."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.process import control
from server.process.control import SOCKET_FILE, ControlRefused, ControlSocket, NotRunning, ask
from server.process.running import AlreadyRunning, only_one


class No(Exception):
    """A refusal with a sentence."""

    sentence = "Tidak boleh."


def refuse(_: dict[str, str]) -> object:
    """Say no."""
    raise No


@pytest.fixture
def folder(node_dir: Path) -> Iterator[Path]:
    """Give a folder in which a process answers."""
    answers = {
        "echo": lambda asked: asked,
        "long": lambda _: "x" * 1_000_000,
        "no": refuse,
        "bug": lambda asked: asked["missing"],
    }
    listening = ControlSocket(node_dir, answers)
    yield node_dir
    listening.close()


def raw(folder: Path, octets: bytes) -> bytes:
    """Speak to the socket without the client."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(str(folder / SOCKET_FILE))
        connection.sendall(octets)
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").read()


def test_a_command_is_answered_with_its_result(folder: Path) -> None:
    assert ask(folder, "echo", name="Made \u00e9\n") == {"name": "Made \u00e9\n"}
    assert ask(folder, "long") == "x" * 1_000_000


def test_a_refusal_comes_back_with_its_sentence(folder: Path) -> None:
    with pytest.raises(ControlRefused) as caught:
        ask(folder, "no")
    assert caught.value.sentence == "Tidak boleh."
    with pytest.raises(ControlRefused, match="tidak dikenal"):
        ask(folder, "unheard of")


def test_a_command_that_breaks_is_refused_and_the_next_is_answered(folder: Path) -> None:
    with pytest.raises(ControlRefused, match="gagal"):
        ask(folder, "bug")
    assert ask(folder, "echo") == {}


@pytest.mark.parametrize("octets", [b"", b"\n", b"{", b"\xff\n", b"[1]\n", b"5\n", b"null\n"])
def test_what_is_no_question_stops_nothing(folder: Path, octets: bytes) -> None:
    answer = raw(folder, octets)
    assert answer == b"" or "refused" in json.loads(answer)
    assert ask(folder, "echo") == {}


def test_only_the_owner_may_speak_to_it(folder: Path) -> None:
    assert (folder / SOCKET_FILE).stat().st_mode & 0o777 == 0o600


def test_nobody_answers_where_nothing_runs_or_only_a_socket_is_left(node_dir: Path) -> None:
    with pytest.raises(NotRunning):
        ask(node_dir, "echo")
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(node_dir / SOCKET_FILE))
    left.close()
    with pytest.raises(NotRunning):
        ask(node_dir, "echo")
    fresh = ControlSocket(node_dir, {"echo": lambda asked: asked})
    assert ask(node_dir, "echo") == {}
    fresh.close()
    assert not (node_dir / SOCKET_FILE).exists()
    with pytest.raises(NotRunning):
        ask(node_dir, "echo")


def test_a_folder_may_lie_deeper_than_a_sockets_name_is_long(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120) / "node"
    deep.mkdir(parents=True)
    listening = ControlSocket(deep, {"echo": lambda asked: asked})
    assert ask(deep, "echo", a="b") == {"a": "b"}
    listening.close()


def test_one_process_at_a_time_runs_in_a_folder(node_dir: Path) -> None:
    with only_one(node_dir):
        with pytest.raises(AlreadyRunning) as caught, only_one(node_dir):
            pytest.fail("two at once")
        assert "sudah berjalan" in caught.value.sentence
    with only_one(node_dir):
        assert [path.name for path in node_dir.iterdir()] == ["running.lock"]


def test_the_socket_lies_in_the_nodes_folder_under_its_name() -> None:
    assert control.SOCKET_FILE == "control.sock"
