"""A node under strace: ended, or told of a failing card, at chosen system calls."""

import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from post import Post

from server.demo.processes import Process

# The calls by which SQLite and the files of the box reach the card.
ON_CARD = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "rename")
_LINE = re.compile(r"^\d+ +(?P<call>\w+)\((?P<fd>\d+)?(?:<(?P<path>[^>]*)>)?")
_ROOT = Path(__file__).resolve().parents[2]


def strace_or_skip() -> str:
    """The tracer's path."""
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is missing: apt-get install strace")
    return found


@dataclass(frozen=True)
class Injected:
    """What happens at which call: `signal=SIGKILL` or `error=EIO` at the n-th of each thread."""

    call: str
    what: str
    when: str

    @property
    def word(self) -> str:
        """As strace wants it."""
        return f"inject={self.call}:{self.what}:when={self.when}"


def start(post: Post, injected: Injected, trace: Path, *also: str) -> Process:
    """Start the desa under strace, which leaves as soon as the desa does.

    The tracer is the grandchild (-D): what is signalled, and what dies with this process, is the
    desa itself.
    """
    calls = ",".join(dict.fromkeys((injected.call, *also)))
    # All calls are seen by stopping at each; some are filtered in the kernel.
    quick = () if "signal" in injected.what or "all" in calls.split(",") else ("--seccomp-bpf",)
    words = ("-D", "-f", *quick, "-qqq", "-y", "-s", "0", "-o", str(trace))
    tracer = (strace_or_skip(), *words, "-e", f"trace={calls}", "-e", injected.word)
    node = (sys.executable, "-m", "server", "desa", "run", str(post.desa))
    return post.processes.launch("desa", (*tracer, *node))


def lines_of(trace: Path) -> list[str]:
    """What strace wrote so far."""
    return trace.read_text(encoding="utf-8", errors="replace").splitlines()


def last_call(lines: Sequence[str]) -> str:
    """The call at which a traced process was ended, "" when it was not."""
    called = [found["call"] for line in lines if (found := _LINE.match(line))]
    return called[-1] if called else ""


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
