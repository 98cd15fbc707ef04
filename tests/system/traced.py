"""A node under strace, which tells it at chosen system calls that its card fails."""

import re
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from post import Post

from server.demo.processes import Process

_LINE = re.compile(r"^\d+ +(?P<call>\w+)\((?P<fd>\d+)?(?:<(?P<path>[^>]*)>)?")


def strace_or_skip() -> str:
    """The tracer's path."""
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is missing: apt-get install strace")
    return found


@dataclass(frozen=True)
class Injected:
    """What happens at which call, e.g. `error=EIO` at the n-th of each thread."""

    call: str
    what: str
    when: str

    @property
    def word(self) -> str:
        """As strace wants it."""
        return f"inject={self.call}:{self.what}:when={self.when}"


def tracer(injected: Injected, trace: Path, *also: str) -> tuple[str, ...]:
    """What goes before a program: strace, which leaves as soon as the program does.

    It is the program's grandchild (-D): what is signalled, and what dies with this process, is
    the program itself. Other calls than these are not even stopped at (--seccomp-bpf).
    """
    calls = ",".join(dict.fromkeys((injected.call, *also)))
    words = ("-D", "-f", "--seccomp-bpf", "-qqq", "-y", "-s", "0", "-o", str(trace))
    return (strace_or_skip(), *words, "-e", f"trace={calls}", "-e", injected.word)


def start(post: Post, injected: Injected, trace: Path, *also: str) -> Process:
    """Start the desa under strace."""
    node = (sys.executable, "-m", "server", "desa", "run", str(post.desa))
    return post.processes.launch("desa", (*tracer(injected, trace, *also), *node))


def lines_of(trace: Path) -> list[str]:
    """What strace wrote so far."""
    return trace.read_text(encoding="utf-8", errors="replace").splitlines()


@dataclass
class Syncs:
    """Which syncs failed, and which were asked for once more on the same open file.

    Attributes:
        failed: paths, in order.
        retried: paths whose descriptor was synced again without being closed between.
    """

    failed: list[str] = field(default_factory=list)
    retried: list[str] = field(default_factory=list)


def syncs_of(lines: Iterable[str]) -> Syncs:
    """Read a trace of syncs, opens and closes."""
    found, broken = Syncs(), dict[str, str]()
    for line in lines:
        seen = _LINE.match(line)
        if seen is None or seen["fd"] is None:
            continue
        number, path = seen["fd"], Path(seen["path"] or "").name
        if seen["call"] == "close":
            broken.pop(number, None)
        elif seen["call"] in {"fdatasync", "fsync"}:
            if number in broken:
                found.retried.append(path)
            if "(INJECTED)" in line:
                found.failed.append(path)
                broken[number] = path
    return found
