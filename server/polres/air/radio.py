"""The thread that owns the Polres' modem: it takes what desas send, and answers them."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from hardware.answers import SimSwapped
from hardware.devices import open_modem
from hardware.dialogue import DEFAULT_TIMEOUTS
from hardware.errors import HardwareError
from hardware.modem import Modem, Slot
from hardware.port import Port
from hardware.recovery.ladder import Limits
from hardware.recovery.mending import Mending
from server.polres.air import taking
from server.polres.air.post import Post
from server.polres.district import District
from server.polres.store import air
from sms import pdu
from sms.alphabet import decode_packed
from sms.errors import PduError
from sms.tpdu import Deliver

log = logging.getLogger(__name__)
LIMITS: Final = Limits(pause_max_s=30.0)
_WAIT_S: Final = 0.5
_LEAVES_EVERY_S: Final = 2.0


def start_radio(district: District, stop: threading.Event) -> threading.Thread | None:
    """Start the thread where the settings name a modem."""
    if not district.settings.modem.ports:
        return None
    wanted = district.settings.modem.ports
    radio = PolresRadio(district, stop, lambda: open_modem(wanted))
    thread = threading.Thread(target=radio.run, name="modem", daemon=True)
    thread.start()
    return thread


class PolresRadio:
    """One modem, its driver, and the ladder that mends it; all in one thread.

    Args:
        district: the server.
        stop: ends it.
        open_port: opens the modem's port.
        monotonic: seconds of a clock that never runs back.
        wall: seconds since 1970.
    """

    def __init__(
        self,
        district: District,
        stop: threading.Event,
        open_port: Callable[[], Port],
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._district, self._stop = district, stop
        self._now, self._wall = monotonic, wall
        share = district.settings.modem.patience_percent / 100
        self.modem = Modem(
            open_port, monotonic, timeouts=DEFAULT_TIMEOUTS.scaled(share), septets=decode_packed
        )
        self._mending = Mending(self.modem, monotonic, limits=LIMITS.scaled(share))
        self._post = Post(district)
        self._list_s = self._leaves_s = 0.0
        self._told = ""

    def run(self) -> None:
        """Work with the modem until told to stop; whatever fails is mended and told."""
        trouble = self._tried(self.modem.start)
        while not self._stop.is_set():
            if trouble is None:
                trouble = self._tried(self.round)
                continue
            mended = self._mending.mend(trouble)
            trouble = mended.trouble
            if trouble is not None:
                self._stop.wait(mended.pause_s)
        with contextlib.suppress(HardwareError):
            self.modem.close()

    def _tried(self, act: Callable[[], object]) -> HardwareError | None:
        trouble: HardwareError | None = None
        try:
            act()
        except HardwareError as error:
            trouble = error
        except Exception:
            # A fault in taking one SMS must not end the listening; it lies in the modem still.
            log.exception("radio step failed")
            self._stop.wait(_LEAVES_EVERY_S)
        kind = "" if trouble is None else type(trouble).__name__
        if kind and kind != self._told:
            log.warning("modem lost", extra={"error": kind})
        if kind or act == self.round:
            self._told = kind
        return trouble

    def round(self) -> None:
        """Do all that is due, then wait a moment for what the modem says.

        Raises:
            HardwareError: the modem fails; it wants mending.
        """
        now_s = self._now()
        if not self.modem.sim_accepted:
            # Whoever changes the card of this modem sits at the Polres.
            self.modem.accept_sim()
        if now_s >= self._list_s:
            self.listen()
            self._mending.works()
        if now_s >= self._leaves_s:
            self._post.add(taking.allowed(self._district, int(self._wall())))
            self._leaves_s = now_s + _LEAVES_EVERY_S
        if self._post.send_one(self.modem):
            return
        for notice in self.modem.wait(_WAIT_S):
            hex_pdu = getattr(notice, "pdu", "")
            if hex_pdu:
                # It came past the memories and is nowhere else.
                self._take(hex_pdu)
            else:
                self._list_s = 0.0
            if isinstance(notice, SimSwapped):
                self.modem.start()

    def listen(self) -> None:
        """Take every SMS that the modem lists, then free its slots."""
        self._list_s = self._now() + self._district.settings.modem.list_every_s
        listed: tuple[Slot, ...] = self.modem.list()
        for slot in listed:
            self._take(slot.pdu)
        if listed:
            self.modem.forget_all(listed)
            # A full memory held others back.
            self._list_s = 0.0

    def _take(self, hex_pdu: str) -> None:
        """Take one SMS; what is no message of a desa, or breaks its taking, is kept as it came."""
        now_s = int(self._wall())
        try:
            read = pdu.decode(hex_pdu)
            if not isinstance(read, Deliver):
                return
            replies = taking.take(self._district, read, now_s)
        except PduError:
            replies = None
        except Exception:
            log.exception("taking an SMS failed")
            replies = None
        if replies is not None:
            self._post.add(replies)
            return
        with self._district.write() as connection:
            air.add_stray(connection, hex_pdu, now_s)
        log.info("stray sms kept")
