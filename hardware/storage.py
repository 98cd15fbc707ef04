"""The modem's memories: which there are, what lies in them, and forgetting (27.005 section 3)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from hardware import answers
from hardware.answers import Listed, Usage
from hardware.at import Event
from hardware.dialogue import SIM_BUSY, Dialogue
from hardware.errors import CommandFailed, HardwareError, Timeout

_WANTED_MEMORIES = ("SM", "ME")
_CPMS_FORMS = ('"{m}","{home}","{home}"', '"{m}","{m}","{m}"', '"{m}","{m}"', '"{m}"')
_EMPTY = frozenset({303, 321})
_RECEIVED_READ = 1
# A memory chosen longer ago is chosen again before a delete: a modem that restarted unseen
# would otherwise forget the slot of another memory.
_CHOICE_HOLDS_S = 1.0


@dataclass(frozen=True, slots=True)
class Slot:
    """One stored message: hex PDU with its SMSC field, as listed, in upper case.

    `stat`: 0 unread, 1 read, 2 unsent, 3 sent (27.005 section 3.1).
    """

    memory: str
    index: int
    pdu: str
    stat: int


class Storage:
    """The memories of one modem, reached through its dialogue."""

    def __init__(
        self, line: Dialogue, monotonic: Callable[[], float], list_timeout_s: float
    ) -> None:
        self._line = line
        self._monotonic = monotonic
        self._list_timeout_s = list_timeout_s
        self._memories: tuple[str, ...] = ()
        self._form: str | None = None
        self._home = ""
        self._chosen = ""
        self._chosen_at = 0.0

    def list(self) -> tuple[Slot, ...]:
        """All messages in all memories, in the order of memory and slot."""
        return tuple(slot for memory in self._memories for slot in self._list_memory(memory))

    def usage(self) -> dict[str, Usage]:
        """Slots used and there are, by memory; a memory that does not tell is left out."""
        told = {memory: self._select(memory) for memory in self._memories}
        return {memory: usage for memory, usage in told.items() if usage is not None}

    def also(self, memory: str) -> None:
        """List one more memory, such as SR, where some modems put delivery reports."""
        if memory not in self._memories:
            self._memories = (*self._memories, memory)

    def choose(self, memory: str) -> bool:
        """Make a memory the one to delete from; False when the modem restarted meanwhile."""
        age_s = self._monotonic() - self._chosen_at
        if self._chosen != memory or age_s >= _CHOICE_HOLDS_S:
            self._select(memory)
        self._line.drain()
        return not self._line.restarted

    def forget(self, index: int) -> None:
        """Delete a slot of the chosen memory; an empty one is no error."""
        try:
            self._line.ask(f"AT+CMGD={index}")
        except CommandFailed as failed:
            if failed.code not in _EMPTY:
                raise

    def find(self) -> None:
        """Find the memories that this modem lets be listed; SM goes first."""
        self._chosen = ""
        told = self._line.attempt("AT+CPMS=?") or ()
        offered = {memory for event in told for memory in answers.parse_memories(event.line)}
        usable: list[str] = []
        for memory in _WANTED_MEMORIES:
            if offered and memory not in offered:
                continue
            self._home = self._home or memory
            with suppress(CommandFailed):
                self._select(memory)
                usable.append(memory)
        if not usable:
            raise CommandFailed("+CPMS")
        extra = (memory for memory in self._memories if memory not in _WANTED_MEMORIES)
        self._memories = (*usable, *extra)
        self._home = usable[0]

    def _select(self, memory: str) -> Usage | None:
        forms = _CPMS_FORMS if self._form is None else (self._form, *_CPMS_FORMS)
        refused = CommandFailed("+CPMS")
        for form in forms:
            try:
                lines = self._line.ask(f"AT+CPMS={form.format(m=memory, home=self._home)}")
            except CommandFailed as failed:
                if failed.code in SIM_BUSY:
                    raise
                refused = failed
                continue
            self._form = form
            self._chosen, self._chosen_at = memory, self._monotonic()
            return _usage(lines) or _usage(self._line.attempt("AT+CPMS?") or ())
        raise refused

    def _list_memory(self, memory: str) -> tuple[Slot, ...]:
        usage = self._select(memory)
        trouble: HardwareError | None = None
        try:
            found = self._cmgl()
        except (CommandFailed, Timeout) as error:
            if self._line.restarted:
                raise
            found, trouble = {}, error
        if trouble or (usage is not None and len(found) < usage.used):
            # Where one entry is missing, another's PDU may stand behind the wrong index.
            found = self._read_all(usage) or found
        if trouble and not found and (usage is None or usage.used):
            raise trouble
        return tuple(
            Slot(memory, i, one.pdu, _RECEIVED_READ if one.stat is None else one.stat)
            for i, one in sorted(found.items())
        )

    def _cmgl(self) -> dict[int, Listed]:
        try:
            lines = self._line.ask("AT+CMGL=4", self._list_timeout_s)
        except CommandFailed as failed:
            if failed.code in _EMPTY:
                return {}
            raise
        found: dict[int, Listed] = {}
        for event in lines:
            one = answers.parse_cmgl(event)
            if one and not one.sound:
                # A garbled entry is asked for again; what is there beats nothing.
                again = self._read(one.index)
                one = again if again and (again.sound or not one.pdu) else one
            if one and one.pdu:
                found[one.index] = one
        return found

    def _read_all(self, usage: Usage | None) -> dict[int, Listed]:
        read = {index: self._read(index) for index in self._indices(usage)}
        return {index: one for index, one in read.items() if one is not None}

    def _indices(self, usage: Usage | None) -> tuple[int, ...]:
        told = self._line.attempt("AT+CMGD=?") or ()
        listed = tuple(i for event in told for i in answers.parse_indices(event.line))
        return listed or tuple(range(usage.total + 1 if usage else 0))

    def _read(self, index: int) -> Listed | None:
        for event in self._line.attempt(f"AT+CMGR={index}") or ():
            one = answers.parse_cmgr(event, index)
            if one and one.pdu:
                return one
        return None


def _usage(lines: tuple[Event, ...]) -> Usage | None:
    return next((told for event in lines if (told := answers.parse_cpms(event.line))), None)
