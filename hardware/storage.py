"""The modem's memories: which there are, and what lies in them (27.005 section 3)."""

from collections.abc import Callable
from dataclasses import dataclass

from hardware import answers
from hardware.answers import Listed, Unreadable, Usage
from hardware.at import Event
from hardware.dialogue import SIM_BUSY, Dialogue
from hardware.errors import CommandFailed, HardwareError, NotAModem, PortGone, Timeout

_WANTED_MEMORIES = ("SM", "ME")
_CPMS_FORMS = ('"{m}","{home}","{home}"', '"{m}","{m}","{m}"', '"{m}","{m}"', '"{m}"')
EMPTY = frozenset({303, 321})
_TEXT_MODE = "1"
_RECEIVED_READ = 1
# A memory chosen longer ago is chosen again before a delete: a modem that restarted unseen
# would otherwise forget the slot of another memory.
_CHOICE_HOLDS_S = 1.0
# A memory that tells no texts is listed all the same now and then: counts may lie.
_EMPTY_BELIEVED = 5
_HANG_REST, _HANG_REST_MAX = 8, 64
# So often in a row a memory may count texts and show none of them; then it is left alone, since
# what cannot be read must not keep the modem from all else.
_UNREADABLE_TRIES = 10


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
    """The memories of one modem, reached through its dialogue.

    Attributes:
        told: how full each memory was when it was last chosen.
    """

    def __init__(
        self, line: Dialogue, monotonic: Callable[[], float], list_timeout_s: float
    ) -> None:
        self.line = line
        self._monotonic = monotonic
        self._list_timeout_s = list_timeout_s
        self._memories: tuple[str, ...] = ()
        self._form: str | None = None
        self._home = ""
        self._chosen = ""
        self._chosen_at = 0.0
        self._receives = _WANTED_MEMORIES[0]
        self.told: dict[str, Usage] = {}
        self._believed: dict[str, int] = {}
        # Listings for which a memory that hung is read slot by slot, and how long next time.
        self._resting: dict[str, int] = {}
        self._rest: dict[str, int] = {}
        self._unreadable: dict[str, int] = {}

    @property
    def memories(self) -> tuple[str, ...]:
        """The memories that are listed."""
        return self._memories

    def list(self) -> tuple[Slot, ...]:
        """All messages in all memories, in the order of memory and slot."""
        found: list[Slot] = []
        for memory in self._memories:
            try:
                found += self.list_memory(memory)
            except CommandFailed as failed:
                wanted = memory in _WANTED_MEMORIES
                if wanted or failed.code in SIM_BUSY or self.line.restarted:
                    raise
                # Named in a report's line only; what is in SM and ME must not wait for it.
                self._memories = tuple(one for one in self._memories if one != memory)
        return tuple(found)

    def usage(self) -> dict[str, Usage]:
        """Slots used and there are, by memory; a memory that does not tell is left out."""
        told = {memory: self.select(memory) for memory in self._memories}
        return {memory: usage for memory, usage in told.items() if usage is not None}

    def also(self, memory: str) -> None:
        """List one more memory, such as SR, where some modems put delivery reports."""
        if memory not in self._memories:
            self._memories = (*self._memories, memory)

    def choose(self, memory: str) -> bool:
        """Make a memory the one to delete from; False when the modem restarted meanwhile."""
        age_s = self._monotonic() - self._chosen_at
        if self._chosen != memory or age_s >= _CHOICE_HOLDS_S:
            self.select(memory)
        self.line.drain()
        return not self.line.restarted

    def forget(self, index: int) -> None:
        """Delete a slot of the chosen memory; an empty one is no error."""
        try:
            self.line.ask(f"AT+CMGD={index}")
        except CommandFailed as failed:
            if failed.code not in EMPTY:
                raise

    def find(self) -> None:
        """Find the memories that this modem lets be listed; SM goes first."""
        self._chosen = self._home = ""
        told = self.line.attempt("AT+CPMS=?") or ()
        offered = {memory for event in told for memory in answers.parse_memories(event.line)}
        usable: list[str] = []
        for memory in _WANTED_MEMORIES:
            if offered and memory not in offered:
                continue
            self._home = (usable or [memory])[0]
            try:
                self.select(memory)
            except CommandFailed as failed:
                # A memory must not be given up because the modem was busy or started anew.
                if failed.code in SIM_BUSY or self.line.restarted:
                    raise
                continue
            usable.append(memory)
        if not usable:
            raise CommandFailed("+CPMS")
        extra = (memory for memory in self._memories if memory not in _WANTED_MEMORIES)
        self._memories = (*usable, *extra)
        self._home = self._receives if self._receives in usable else usable[0]
        if self._home != usable[0]:
            self.select(self._home)

    def receive_in(self, memory: str) -> bool:
        """Have texts stored in this memory from now on; False where the modem does not let us."""
        if memory not in self._memories or self._form != _CPMS_FORMS[0]:
            return False
        before, self._home = self._home, memory
        try:
            self.select(memory)
        except CommandFailed:
            self._home = before
            return False
        if self._form != _CPMS_FORMS[0]:
            self._home = before
            return False
        self._receives = memory
        return True

    def pdu_of(self, index: int) -> str:
        """The PDU in a slot of the chosen memory, "" where there is none."""
        read = self._read(index)
        return read.pdu if read else ""

    def select(self, memory: str) -> Usage | None:
        """Choose a memory; tell how full it is, None where the modem does not say."""
        forms = _CPMS_FORMS if self._form is None else (self._form, *_CPMS_FORMS)
        refused = CommandFailed("+CPMS")
        for form in forms:
            try:
                lines = self.line.ask(f"AT+CPMS={form.format(m=memory, home=self._home)}")
            except CommandFailed as failed:
                if failed.code in SIM_BUSY or self.line.restarted:
                    raise
                refused = failed
                continue
            self._form = form
            self._chosen, self._chosen_at = memory, self._monotonic()
            usage = _usage(lines) or _usage(self.line.attempt("AT+CPMS?") or ())
            if usage is not None:
                self.told[memory] = usage
            return usage
        raise refused

    def list_memory(self, memory: str) -> tuple[Slot, ...]:
        """All messages in one memory, in the order of their slots."""
        usage = self.select(memory)
        if self._is_believed_empty(memory, usage):
            return ()
        trouble: HardwareError | None = None
        found: dict[int, Listed] = {}
        resting = self._resting.get(memory, 0)
        if resting:
            self._resting[memory] = resting - 1
        else:
            try:
                found = self.entries(memory)
            except CommandFailed as error:
                if self.line.restarted:
                    raise
                trouble = error
        if resting or trouble or (usage is not None and len(found) < usage.used):
            self._need_pdu_mode()
            # Where one entry is missing, another's PDU may stand behind the wrong index.
            found = self._read_all(usage) or found
        if trouble and not found and (usage is None or usage.used):
            self._unreadable[memory] = times = self._unreadable.get(memory, 0) + 1
            if times <= _UNREADABLE_TRIES:
                raise trouble
            if times == _UNREADABLE_TRIES + 1:
                self.line.notify(Unreadable(memory))
            return ()
        self._unreadable[memory] = 0
        return tuple(
            Slot(memory, i, one.pdu, _RECEIVED_READ if one.stat is None else one.stat)
            for i, one in sorted(found.items())
        )

    def _is_believed_empty(self, memory: str, usage: Usage | None) -> bool:
        if usage is None or usage.used:
            self._believed[memory] = 0
            return False
        times = self._believed.get(memory, 0) + 1
        self._believed[memory] = times % (_EMPTY_BELIEVED + 1)
        return times <= _EMPTY_BELIEVED

    def _need_pdu_mode(self) -> None:
        """Find out a restart that took the modem back to text mode without a word."""
        told = self.line.query("AT+CMGF?", "+CMGF:").rpartition(":")[2].strip()
        if told == _TEXT_MODE:
            self.line.doubt()
            raise CommandFailed("+CMGF: 1")

    def entries(self, memory: str) -> dict[int, Listed]:
        """What AT+CMGL tells of the chosen memory, by slot."""
        try:
            lines = self.line.ask("AT+CMGL=4", self._list_timeout_s)
        except CommandFailed as failed:
            if failed.code in EMPTY:
                return {}
            raise
        except (Timeout, NotAModem, PortGone) as error:
            # Some modems hang over a long list, each time anew: read the slots one by one.
            rest = self._rest.get(memory, _HANG_REST)
            self._resting[memory] = rest
            if not isinstance(error, PortGone):
                self._rest[memory] = min(rest * 2, _HANG_REST_MAX)
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
        told = self.line.attempt("AT+CMGD=?") or ()
        listed = tuple(i for event in told for i in answers.parse_indices(event.line))
        return listed or tuple(range(usage.total + 1 if usage else 0))

    def _read(self, index: int) -> Listed | None:
        for event in self.line.attempt(f"AT+CMGR={index}") or ():
            one = answers.parse_cmgr(event, index)
            if one and one.pdu:
                return one
        return None


def _usage(lines: tuple[Event, ...]) -> Usage | None:
    return next((told for event in lines if (told := answers.parse_cpms(event.line))), None)
