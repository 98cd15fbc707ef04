"""The demo's processes: started with their logs in files, ended to the last one."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

Process = subprocess.Popen[bytes]

LEAVE_S: Final = 6.0
_COMMAND_S: Final = 60.0
_LOOK_S: Final = 0.02
_TAIL_LINES: Final = 12
_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_ROOT: Final = Path(__file__).resolve().parents[2]


class DemoFailed(Exception):
    """Demo tidak dapat berjalan; lihat catatan proses di bawah ini."""

    def __init__(self, sentence: str, log: str = "") -> None:
        super().__init__(sentence)
        self.sentence = f"{sentence}\n{log}".rstrip()


def until(met: Callable[[], bool], patience_s: float) -> bool:
    """Look until something is met; False when that takes too long."""
    deadline_s = time.monotonic() + patience_s
    while not met():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(_LOOK_S)
    return True


class Processes:
    """Processes of this program, `kentongan ...`, each in a process group of its own.

    They die with the process that started them, however it ends; so start them from its main
    thread, since the kernel watches the thread that started a process.

    Args:
        logs: folder for what they write to their standard error.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, Process] = {}
        self._env = {**os.environ, "PYTHONPATH": _search_path(), "PYTHONUNBUFFERED": "1"}

    def start(self, name: str, *words: str, piped: bool = False) -> Process:
        """Start a command that goes on; `piped` opens its standard input and output."""
        return self.launch(name, _argv(words), piped=piped)

    def launch(self, name: str, argv: Sequence[str], *, piped: bool = False) -> Process:
        """Start a program, by its full command line, that goes on; as `start`."""
        parent = os.getpid()
        pipe = subprocess.PIPE if piped else subprocess.DEVNULL
        with self._log(name).open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - words of our own, without a shell
                argv,
                stdin=pipe,
                stdout=pipe if piped else log,
                stderr=log,
                env=self._env,
                start_new_session=True,
                preexec_fn=lambda: _die_with(parent),  # noqa: PLW1509 - only system calls
            )
        self._running[name] = process
        return process

    def run(self, *words: str) -> str:
        """Run a command to its end; gives what it printed.

        Raises:
            DemoFailed: it failed.
        """
        done = subprocess.run(  # noqa: S603 - as above
            _argv(words),
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
            timeout=_COMMAND_S,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            raise DemoFailed(f"Perintah gagal: kentongan {' '.join(words[:2])}", done.stderr)
        return done.stdout

    def alive(self, name: str) -> bool:
        """Whether a process runs."""
        process = self._running.get(name)
        return process is not None and process.poll() is None

    def pid(self, name: str) -> int:
        """The process's number."""
        return self._running[name].pid

    def kill(self, name: str) -> None:
        """End a process at once, as a power cut does."""
        process = self._running.pop(name)
        _signal(process, signal.SIGKILL)
        process.wait()

    def end(self, name: str) -> None:
        """Ask a process to leave, and wait for it."""
        process = self._running.pop(name)
        _signal(process, signal.SIGTERM)
        _leave((process,))

    def end_all(self) -> None:
        """Ask all to leave; who does not is killed."""
        processes = tuple(self._running.values())
        self._running.clear()
        for process in processes:
            _signal(process, signal.SIGTERM)
        _leave(processes)

    def tail(self) -> str:
        """The last lines of each log."""
        told = []
        for path in sorted(self._logs.glob("*.log")):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            if lines:
                told += [f"--- {path.stem}", *lines[-_TAIL_LINES:]]
        return "\n".join(told)

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"


def _argv(words: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "server", *words]


def _search_path() -> str:
    return os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))


def _die_with(parent: int) -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _signal(process: Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _leave(processes: tuple[Process, ...]) -> None:
    deadline_s = time.monotonic() + LEAVE_S
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline_s - time.monotonic()))
        if process.poll() is None:
            _signal(process, signal.SIGKILL)
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
