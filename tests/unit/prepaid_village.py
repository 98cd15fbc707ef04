"""A village whose modem is asked and tested: what the tests of credit and hearing share."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from world import BytePort, World

from hardware.modem import Modem
from hardware.simulated.ussd_forms import UssdForm
from server import lookup
from server.desa.desk import Contact, ModemMood
from server.desa.gateway.simlife import credit, deafness
from server.desa.state.radio import Credit, RadioState
from server.sections import Credit as Section

OWN, OFFICER, SENDER = "+6281255550000", "+6281211112222", "+6281234567890"
HOUR_S, DAY_S = 3_600, 86_400
NAME = "stick"


class PatientPort(BytePort):
    """A line on which waiting takes its time on the world's clock."""

    def __init__(self, world: World) -> None:
        super().__init__(world.virtual)
        self._world = world

    def read(self, timeout_s: float) -> bytes:
        """What the modem has said; when it says nothing the time is gone."""
        said = super().read(timeout_s)
        if not said:
            self._world.mono_s += timeout_s
        return said


class Village:
    """A world with one modem whose chores a test runs by itself, in the middle of the morning."""

    def __init__(self, world: World, section: Section) -> None:
        self.world, self.section = world, section
        world.exchange()
        world.mono_s += 12 * HOUR_S
        self.answer("Sisa Pulsa Anda Rp 50.000. Aktif s.d. 30/11/2028")
        self.plug()
        world.desk().set_contact(Contact("Made", "Bhabin", OFFICER))

    def plug(self) -> None:
        """Put the modem into the running node."""
        world = self.world
        world.node.settings = replace(world.node.settings, credit=self.section)
        world.modem = Modem(lambda: PatientPort(world), lambda: world.mono_s)
        world.modem.start()
        world.node.health.radios[NAME] = RadioState(
            NAME, ModemMood.GOOD, operator="51010", sim=world.modem.sim_id, may_send=True
        )

    def restart(self) -> None:
        """The process is gone, the card and the modem's memory stay."""
        self.world.restart()
        self.world.exchange()
        self.plug()

    def answer(self, text: str, form: UssdForm = "plain", code: str = "*888#") -> None:
        """Say what the network answers from now on."""
        self.world.virtual.ussd[code] = (text, form)

    def wait(self, seconds: float) -> None:
        """Let time pass, with an idle modem."""
        self.world.mono_s += seconds

    def ask(self) -> bool:
        """Run the chore of credit once, when its next look is due."""
        self.wait(credit.LOOK_S)
        return credit.tend(self.world.node, self.radio, self.world.modem, self.world.mono_s)

    def test(self) -> bool:
        """Run the chore of hearing once, when its next look is due."""
        self.wait(deafness.LOOK_S)
        return deafness.tend(self.world.node, self.radio, self.world.modem, self.world.mono_s)

    def say(self, words: str, sender: str = SENDER) -> None:
        """Somebody writes, and it is read."""
        self.world.text(sender, words)
        self.world.listen()

    def told(self, to: str) -> list[str]:
        """What a number was sent."""
        return [words for number, words in self.world.sent if number == to]

    @property
    def radio(self) -> RadioState:
        """The modem as pages see it."""
        return self.world.node.health.radios[NAME]

    @property
    def credit(self) -> Credit:
        """Its credit as pages see it."""
        return self.radio.credit

    @property
    def troubles(self) -> tuple[str, ...]:
        """What the box page tells people to do."""
        return self.world.desk().box().trouble

    @property
    def notes(self) -> list[tuple[str, str, str]]:
        """Sender, text and reason of what became no report, newest first."""
        rows = lookup.notes(self.world.node.projection.db)
        return [(sender, text, reason) for _, _, sender, text, reason in rows]


@contextmanager
def villages(folder: Path, section: Section, own: tuple[str, ...] = (OWN,)) -> Iterator[Village]:
    """Give a village, and clear it."""
    village = Village(World(folder, own=own), section)
    yield village
    village.world.node.database.close()
    village.world.district.close()
