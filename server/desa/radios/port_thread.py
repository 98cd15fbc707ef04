"""The threads that own the modems' ports: each listens, reads, speaks, and mends its modem."""

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from hardware.answers import Call, Notice, ReportArrived, SimSwapped, TextArrived
from hardware.dialogue import DEFAULT_TIMEOUTS
from hardware.errors import CommandFailed, HardwareError, PortGone, SimNotAccepted
from hardware.modem import Modem
from hardware.recovery.ladder import Limits, Step
from hardware.recovery.mending import Mending
from hardware.sim import fingerprint
from server.database import DatabaseError
from server.desa import steps
from server.desa.desk import ModemMood
from server.desa.gateway.simlife import deafness
from server.desa.intake import missed_call
from server.desa.node import Node
from server.desa.radios import board, chores, moods, sims
from server.desa.radios.ports import Ports
from server.desa.radios.power import switch_of
from server.desa.radios.rounds import Due, Seen
from server.desa.state.radio import RadioState
from server.process.disk import CardTrouble
from sms.alphabet import decode_packed
from sms.operator.brands import brand_of_imsi, shown

log = logging.getLogger(__name__)
LIMITS: Final = Limits(pause_max_s=30.0)
# So many new texts at once mean that more may wait in the network for the room.
_LISTED_MANY = 4
# Reading waits so long at the most while the modem is being emptied: it takes far longer than
# keeping, and the network delivers what waits as soon as there is room.
_READ_WITHIN_S = 3.0
# A modem that speaks of texts without end, and has none, is not listed without end.
_RELIST_S = 0.5
_WAIT_S = 0.2
_LOOK_PLUG_S = 1.0
_CARD_REST_S = 2.0
_SPEAK_EVERY_S, _CHORE_EVERY_S = 1.0, 1.0
_HEALTH_EVERY_S, _HEALTH_SEARCHING_S = 60.0, 15.0
_OPERATOR_EVERY_S = 600.0
_SIM_EVERY_S = 1.0
_FAULT = "fault"


def start_radios(node: Node, stop: threading.Event) -> tuple[threading.Thread, ...]:
    """Start one thread for each modem that the settings ask for."""
    ports = Ports(node.settings.modem.ports)
    threads = tuple(
        threading.Thread(
            target=RadioThread(node, ports, number, stop).run, name=f"modem{number}", daemon=True
        )
        for number in range(1, node.settings.modem.count + 1)
    )
    for thread in threads:
        thread.start()
    return threads


class RadioThread:
    """One modem, its driver, and the ladder that mends it; all in one thread.

    Args:
        node: the node.
        ports: the ports of all threads.
        number: of this thread, from 1.
        stop: ends it.
        monotonic: the clock of the node.
    """

    def __init__(
        self,
        node: Node,
        ports: Ports,
        number: int,
        stop: threading.Event,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._node, self._ports, self._number, self._stop = node, ports, number, stop
        self._now = monotonic
        share = node.settings.modem.patience_percent / 100
        self.modem = Modem(
            lambda: ports.open(number),
            monotonic,
            timeouts=DEFAULT_TIMEOUTS.scaled(share),
            septets=decode_packed,
            open_deaf=lambda: ports.open_deaf(number),
        )
        self._mending = Mending(self.modem, monotonic, limits=LIMITS.scaled(share))
        self._name = f"modem{number}"
        self._due, self._seen = Due(), Seen()

    def run(self) -> None:
        """Work with the modem until told to stop; whatever fails is mended and told."""
        trouble = self.begin()
        while not self._stop.is_set():
            trouble = self.turn(trouble)
        with contextlib.suppress(HardwareError):
            self.modem.close()

    def begin(self) -> HardwareError | None:
        """Start the modem for the first time; gives what is wrong with it."""
        trouble = self._tried(self._begin)
        if trouble is not None:
            self._tell_trouble(trouble)
        return trouble

    def turn(self, trouble: HardwareError | None) -> HardwareError | None:
        """One round with a modem that works, or one step to mend it; gives what is then wrong."""
        if trouble is None:
            return self._tried(self.round)
        left: list[HardwareError | None] = [trouble]
        fault = self._tried(lambda: left.append(self._mend(trouble)))
        if fault is not None:
            self._tell_trouble(fault)
            self._rest(LIMITS.pause_s)
        return fault or left[-1]

    def _mend(self, trouble: HardwareError) -> HardwareError | None:
        mended = self._mending.mend(trouble)
        left = mended.trouble or self._tried(self._greet)
        if left is not None or mended.step is Step.TELL:
            self._tell_trouble(left or trouble)
        if left is not None or trouble.detail == _FAULT:
            self._rest(mended.pause_s)
        return left

    def _tried(self, act: Callable[[], object]) -> HardwareError | None:
        try:
            act()
        except HardwareError as error:
            return error
        except (sqlite3.Error, DatabaseError, CardTrouble) as error:
            if not self._seen.card:
                self._log("card refused a write", type(error).__name__)
            self._seen.card = moods.CARD_TROUBLE
            self._publish()
            self._stop.wait(_CARD_REST_S)
        except Exception:
            # A fault in reading or sending must not end the listening; what was kept stays.
            if self._seen.told != _FAULT:
                log.exception("radio step failed")
            self._seen.told = _FAULT
            self.modem.close()
            return HardwareError(_FAULT)
        return None

    def _begin(self) -> None:
        self.modem.start()
        self._greet()

    def _greet(self) -> None:
        """The port is open: is it a modem of our own, and may its SIM send?"""
        identity = self.modem.identity
        imei = "" if identity is None else identity.imei
        if not self._ports.claim_modem(self._number, imei):
            self.modem.close()
            raise PortGone("one modem, two ports")
        self._mending.switch(switch_of(self._ports.stick(self._number), self._stop.wait))
        now_s = self._now()
        self._due, self._seen.list_from_s = Due(), 0.0
        self._seen.network, self._seen.quiet_since_s = False, now_s
        self._rename()
        mark = fingerprint(imei) or self._name
        home = brand_of_imsi("" if identity is None else identity.imsi) or ""
        self._judge_sim(mark)
        # What was told of a modem stands until it has worked again, not until it answers again.
        before = self.state if self._seen.told else RadioState("", ModemMood.SEARCHING)
        self._publish(mark=mark, home=home, mood=before.mood, trouble=before.trouble)
        deafness.wait_anew(self._node, self.state.sim, now_s)
        log.info("modem ready", extra={"modem": self._name})

    def round(self) -> None:
        """Do all that is due, then wait a moment for what the modem says.

        Raises:
            HardwareError: the modem fails; it wants mending.
        """
        now_s = self._now()
        self._keep_passing()
        if now_s >= self._due.list_s:
            self._listen(now_s)
        elif self._due.read_s:
            self._read(now_s)
        if not self.modem.sim_accepted and now_s >= self._due.sim_s:
            self._judge_sim(self.state.mark)
            self._due.sim_s = now_s + _SIM_EVERY_S
            self._publish()
        if now_s >= self._due.health_s:
            self._look(now_s)
        spoke = self._speak()
        now_s = self._now()
        busy = spoke or now_s >= self._due.list_s or self._due.read_s > 0
        heard = self.modem.wait(0.0 if busy else _WAIT_S)
        # First of all, so that a fault in one of them costs no other.
        self._seen.waiting += [one for one in heard if isinstance(one, Call) or _is_whole(one)]
        for notice in heard:
            self._hear(notice)
        self._keep_passing()
        busy = busy or bool(heard)
        if not busy and now_s >= self._due.chore_s:
            self._do_chore(now_s)

    @property
    def state(self) -> RadioState:
        """What was published last."""
        return board.state(self._node, self._name)

    def _listen(self, now_s: float) -> None:
        kept = steps.listen(self._node, self.modem, now_s, self.state.mark)
        every_s = self._node.settings.modem.list_every_s
        many = kept.count >= _LISTED_MANY
        self._due.list_s = now_s if many else now_s + every_s
        self._due.read_s = self._due.read_s or now_s + (_READ_WITHIN_S if many else 0.0)
        self._seen.list_from_s = now_s if kept.count else now_s + _RELIST_S
        if kept.count:
            self._seen.quiet_since_s = now_s
        if not any(usage.used for usage in self.modem.memories.values()):
            self._seen.memory = ""
        self._seen.card = ""
        self._mending.works()
        if not many or now_s >= self._due.read_s:
            self._read(now_s)
        if self.state.mood is not ModemMood.SEARCHING:
            self._publish()

    def _read(self, now_s: float) -> None:
        """Read some texts, so that alarms leave between them, and soon more."""
        more = steps.read_some(self._node, now_s).result is steps.Result.LATER
        emptying = now_s >= self._due.list_s
        self._due.read_s = now_s + (_READ_WITHIN_S if emptying else 0.0) if more else 0.0
        if not more:
            self._seen.told = ""

    def _look(self, now_s: float) -> None:
        percent, network = None, True
        with contextlib.suppress(CommandFailed):
            rssi = self.modem.signal().rssi
            percent = None if rssi > 31 else round(rssi * 100 / 31)
        # A modem that does not tell may have a network: sending finds out.
        with contextlib.suppress(CommandFailed):
            network = self.modem.network().registered
        self._seen.network = network
        self._due.health_s = now_s + (_HEALTH_EVERY_S if network else _HEALTH_SEARCHING_S)
        operator = self.state.operator
        if network and now_s >= self._due.operator_s:
            operator = shown(self.modem.operator())
            self._due.operator_s = now_s + _OPERATOR_EVERY_S
        mood = ModemMood.GOOD if network else ModemMood.SEARCHING
        self._publish(mood=mood, signal_percent=percent, operator=operator)

    def _speak(self) -> bool:
        now_s, node = self._now(), self._node
        rings = node.speak_soon.rings
        if not self.state.may_send or (rings == self._seen.bell and now_s < self._due.speak_s):
            return False
        spoke = steps.speak(node, self.modem, now_s, self._name).result is steps.Result.DONE
        if spoke:
            self._seen.quiet_since_s = self._now()
        else:
            self._seen.bell, self._due.speak_s = rings, now_s + _SPEAK_EVERY_S
        return spoke

    def _hear(self, notice: Notice) -> None:
        """What the modem said: list soon, at once where the last listing was worth it."""
        self._seen.memory = moods.storage_trouble(notice, self._seen.memory)
        if isinstance(notice, SimSwapped):
            self.modem.start()
            self._greet()
        elif not (isinstance(notice, Call) or _is_whole(notice)):
            self._due.list_s = min(self._due.list_s, self._seen.list_from_s)

    def _keep_passing(self) -> None:
        """Keep calls, and texts that came past the memories; a card that refuses is tried again."""
        node, waiting = self._node, self._seen.waiting
        while waiting:
            match waiting[0]:
                case Call(number):
                    with node.database.lock:
                        missed_call(node, number, self._now())
                case TextArrived(pdu=pdu) | ReportArrived(pdu=pdu):
                    steps.keep_passing(node, pdu, self._now(), self.state.sim)
                    self._seen.quiet_since_s = self._now()
                case _:
                    pass
            waiting.pop(0)
            if not waiting:
                steps.read(node, self._now())

    def _do_chore(self, now_s: float) -> None:
        chore = chores.CHORES[self._seen.turn % len(chores.CHORES)]
        self._seen.turn += 1
        radio = replace(self.state, quiet_since_s=self._seen.quiet_since_s)
        if not chore(self._node, radio, self.modem, now_s):
            self._due.chore_s = now_s + _CHORE_EVERY_S / len(chores.CHORES)
        elif self.state.erasing != chores.ERASING[self.modem.erasing]:
            self._publish()

    def _judge_sim(self, mark: str) -> None:
        present = self.modem.sim_id
        with self._node.database.read() as db:
            known = sims.known(db)
        wanted = sims.judge(known, mark, present)
        self.modem.know_sim(wanted)
        if wanted == present and present and known.get(mark) != present:
            with self._node.database.write() as db:
                sims.accept(db, mark, present)

    def _publish(self, **changes: object) -> None:
        """Tell pages and other threads how the modem is; they are woken only by what is new."""
        node = self._node
        with node.database.lock:
            before = self.state
            accepted = self.modem.sim_accepted
            after = replace(
                before,
                sim=self.modem.sim_id,
                memories=tuple(
                    (name, usage.used, usage.total) for name, usage in self.modem.memories.items()
                ),
                erasing=chores.ERASING[self.modem.erasing],
                may_send=accepted and self._seen.network,
                **changes,  # type: ignore[arg-type] # the names of fields, with their values
            )
            if "trouble" not in changes or not changes["trouble"]:
                after = replace(after, trouble=self._lesser_trouble(after.mood, accepted=accepted))
            board.put(self._node, after)

    def _lesser_trouble(self, mood: ModemMood, *, accepted: bool) -> str:
        """What is wrong with a modem that works."""
        searching = moods.SEARCHING_TROUBLE if mood is ModemMood.SEARCHING else ""
        looked = searching if self._due.health_s else ""
        swapped = "" if accepted else SimNotAccepted.sentence
        return self._seen.card or swapped or self._seen.memory or looked

    def _tell_trouble(self, trouble: HardwareError) -> None:
        self._rename()
        self._seen.network = False
        with self._node.database.lock:
            before = self.state
            after = replace(
                before,
                mood=moods.mood_of(trouble),
                trouble=trouble.sentence,
                signal_percent=None,
                may_send=False,
            )
            board.put(self._node, after)
        kind = type(trouble).__name__
        # Once for each kind, until the modem has worked again; a fault has told its own place.
        if self._seen.told not in (kind, _FAULT):
            self._seen.told = kind
            self._log("modem lost", kind)

    def _rename(self) -> None:
        """Go by the name of the port, which stays while the modem is plugged in."""
        name = self._ports.name(self._number)
        self._name = board.rename(self._node, self._name, name, self._number)

    def _rest(self, pause_s: float) -> None:
        """Wait, but not when something is plugged in or out meanwhile."""
        until_s, seen = self._now() + pause_s, self._ports.seen()
        while (left_s := until_s - self._now()) > 0 and self._ports.seen() == seen:
            if self._stop.wait(min(left_s, _LOOK_PLUG_S)):
                return

    def _log(self, event: str, error: str) -> None:
        log.warning(event, extra={"error": error, "modem": self._name})


def _is_whole(notice: Notice) -> bool:
    """Whether a text or report stands in the notice itself, and in no slot."""
    return isinstance(notice, TextArrived | ReportArrived) and bool(notice.pdu)
