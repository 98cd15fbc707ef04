"""Ends a program at its n-th system call of some kinds, before or after the call is done.

Run as `python ender.py REPORT N before|after CALL,CALL... PROGRAM WORD...`. The calls of all
threads count together. The kernel stops the program at those calls alone (seccomp), so that it
runs as fast as ever; REPORT gets the name of the call at which it was ended.
"""

import ctypes
import os
import platform
import signal
import struct
import sys
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.restype = ctypes.c_long
LIBC.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
NUMBERS = {
    "x86_64": {
        "pwrite64": 18, "fdatasync": 75, "fsync": 74, "ftruncate": 77, "unlink": 87, "rename": 82,
        "write": 1, "read": 0, "openat": 257, "close": 3, "sendto": 44, "futex": 202, "mmap": 9,
        "fcntl": 72, "pselect6": 270, "poll": 7,
    },
    "aarch64": {
        "pwrite64": 68, "fdatasync": 83, "fsync": 82, "ftruncate": 46, "unlink": 35, "rename": 38,
        "write": 64, "read": 63, "openat": 56, "close": 57, "sendto": 206, "futex": 98,
        "mmap": 222, "fcntl": 25, "pselect6": 72, "poll": 73,
    },
}  # fmt: skip
ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
NO_NEW_PRIVS, SET_SECCOMP, FILTER = 38, 22, 2
ALLOW, TRACE = 0x7FFF0000, 0x7FF00000
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
TRACEME, CONTINUE, OPTIONS, MESSAGE, SYSCALL = 0, 7, 0x4200, 0x4201, 24
# Good syscall stops, fork, vfork, clone, exec, seccomp, and no tracee outlives its tracer.
WATCHED = 0x01 | 0x02 | 0x04 | 0x08 | 0x10 | 0x80 | 0x100000
AT_CALL, ANY_THREAD = 7, 0x40000000
CALL_STOP = signal.SIGTRAP | 0x80


def program_of(calls: list[str]) -> bytes:
    """The filter: our calls stop the program with their place in the list, all others go on."""
    machine = platform.machine()
    numbers = [NUMBERS[machine][call] for call in calls]
    words = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, ARCHES[machine]), (RETURN, 0, 0, ALLOW)]
    words.append((LOAD, 0, 0, 0))
    for place, number in enumerate(numbers):
        words += [(EQUAL, 0, 1, number), (RETURN, 0, 0, TRACE | place)]
    words.append((RETURN, 0, 0, ALLOW))
    return b"".join(struct.pack("HBBI", *word) for word in words)


def begin(program: bytes, words: list[str]) -> None:
    """In the child: be traced, be filtered, become the program."""
    LIBC.ptrace(TRACEME, 0, None, None)
    os.kill(os.getpid(), signal.SIGSTOP)
    held = ctypes.create_string_buffer(program)
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held))
    LIBC.prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
    if LIBC.prctl(SET_SECCOMP, FILTER, ctypes.create_string_buffer(head), 0, 0):
        os._exit(99)
    os.execv(words[0], words)  # noqa: S606 -- words of the test, without a shell


def end_at(child: int, last: int, *, after: bool) -> int:
    """Let the child run to its last call; the call's place in the list, -1 when it never came."""
    seen, ending, place = 0, -1, -1
    while True:
        thread, status = os.waitpid(-1, ANY_THREAD)
        if not os.WIFSTOPPED(status):
            if thread == child:
                return place
            continue
        stop, event, request, passed = os.WSTOPSIG(status), status >> 16, CONTINUE, 0
        if event == AT_CALL:
            seen += 1
            if seen == last:
                told = ctypes.c_ulong()
                LIBC.ptrace(MESSAGE, thread, None, ctypes.addressof(told))
                place, ending, request = told.value, thread, SYSCALL
                if not after:
                    os.kill(child, signal.SIGKILL)
        elif thread == ending and stop == CALL_STOP:
            os.kill(child, signal.SIGKILL)
        elif not event and stop not in (signal.SIGSTOP, signal.SIGTRAP):
            passed = stop
        LIBC.ptrace(request, thread, None, passed)


def main(report: Path, last: int, when: str, calls: list[str], words: list[str]) -> None:
    """Run the program."""
    program = program_of(calls)
    child = os.fork()
    if not child:
        begin(program, words)
    os.waitpid(child, 0)
    LIBC.ptrace(OPTIONS, child, None, WATCHED)
    LIBC.ptrace(CONTINUE, child, None, None)
    place = end_at(child, last, after=when == "after")
    report.write_text("" if place < 0 else calls[place], encoding="ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4].split(","), sys.argv[5:])
