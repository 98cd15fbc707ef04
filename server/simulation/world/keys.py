"""Keys and lists: a new passphrase, a card, a recovery, a second officer, the Polres' own key."""

from contextlib import suppress
from typing import Final

from server.desa.desk import Contact
from server.desa.login import NewOfficer
from server.domain.errors import Told
from server.polres.down import officers
from server.polres.errors import PolresError
from server.polres.rotation import renewing
from server.simulation.chance import Chance
from server.simulation.plan import Happening
from server.simulation.world.box import Box, Process
from server.simulation.world.people import People
from server.simulation.world.place import Place
from server.simulation.world.polres import BY
from server.simulation.world.station import Station
from server.simulation.world.template import code_of, officer_of

SECOND: Final = "Wayan"


class Keys:
    """What officers and the Polres do with keys and lists."""

    def __init__(self, world: Place, people: People) -> None:
        self._world, self._people = world, people
        self._changes: tuple[str, ...] = ("passphrase", "card", "lock", "contact", "sim")

    def change(self, _: Happening, box: Box, chance: Chance) -> None:
        """An officer changes something about his own keys, or about the box."""
        if not box.stolen:
            box.do(lambda process: self._change(box, process, chance))
            box.wake()

    def _change(self, box: Box, process: Process, chance: Chance) -> None:
        people, number = self._people, box.number
        name, words = people.name, people.passphrases[number]
        match chance.choice(self._changes):
            case "passphrase":
                new = process.keys.change_passphrase(name, words, people.keys[number])
                if isinstance(new, NewOfficer):
                    self._remember(box, process, new)
            case "card":
                card = process.keys.make_card(name, words, people.keys[number])
                if isinstance(card, str):
                    new = process.keys.recover(name, card)
                    if isinstance(new, NewOfficer):
                        self._remember(box, process, new)
            case "lock":
                process.keys.lock()
            case "contact":
                number_ = officer_of(number)
                process.desk.set_contact(Contact(name, "Bhabinkamtibmas", number_))
            case _:
                process.desk.accept_sim(next(iter(process.node.health.radios), ""))

    def _remember(self, box: Box, process: Process, new: NewOfficer) -> None:
        """The new words are on paper and the new key is on the phone, which shows it at once."""
        people = self._people
        people.passphrases[box.number] = new.passphrase
        people.keys[box.number] = new.phone_key
        process.keys.seen(people.name, new.phone_key)

    def staff(self, _: Happening, box: Box, chance: Chance) -> None:
        """A second officer is entered at a box; the Polres lists, refuses or drops him.

        Or it renews its own exchange key.
        """
        if box.stolen:
            return
        name = f"{SECOND} {chance.randint(1, 3)}"

        def enter(process: Process) -> None:
            with suppress(Told):
                process.asked["officer add"]({"name": name})

        code, now_s = code_of(box.number), self._world.clock.true_s

        def judge(station: Station) -> None:
            with suppress(PolresError):
                if chance.happens(0.5):
                    officers.drop_officer(station.district, code, name, BY, now_s)
                else:
                    officers.refuse_officer(station.district, code, name, BY, now_s)

        def renew(station: Station) -> None:
            renewing.renew(station.district, now_s)

        if chance.happens(0.5):
            box.do(enter)
            box.wake()
        else:
            self._world.polres.do(judge if chance.happens(0.7) else renew)
