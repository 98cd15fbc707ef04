"""People: an officer for each box who looks, mistypes and acts; the duty desk of the Polres."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.desa.login import NewOfficer
from server.domain import requests as r
from server.domain.errors import Refused
from server.domain.report import Status
from server.simulation.chance import Chance
from server.simulation.world.box import Box, Process
from server.simulation.world.place import Place
from server.simulation.world.template import code_of

_BROWSES: Final = 0.3
_ANSWERS: Final = "Terima kasih, petugas menuju lokasi, kode {}."


@dataclass(frozen=True, slots=True)
class Done:
    """Something that an officer did, and that the page called saved."""

    box: int
    ticket: str
    kind: str
    words: str
    at_s: float


class People:
    """All officers and the duty desk of a world."""

    def __init__(self, world: Place, officers: Sequence[NewOfficer]) -> None:
        self._world = world
        self.keys = {number: one.phone_key for number, one in enumerate(officers)}
        self.passphrases = {number: one.passphrase for number, one in enumerate(officers)}
        self.name = officers[0].name if officers else ""
        self.done: list[Done] = []
        self.lost: set[Done] = set()
        self.logins = 0

    def look(self, box: Box, chance: Chance) -> None:
        """The officer looks at the page, and perhaps does something."""
        if box.stolen:
            return
        box.do(lambda process: self._look(box, process, chance))
        box.wake()

    def _look(self, box: Box, process: Process, chance: Chance) -> None:
        if chance.happens(self._world.plan.weather.wrong):
            process.desk.login(self.name, "salah ketik sama sekali 11", None)
            self._world.clock.pass_s(70.0)
        if not self.login(box, process):
            return
        process.keys.seen(self.name, self.keys[box.number])
        found = [one for one in process.desk.reports() if not one.locked and not one.sealed]
        if not found:
            return
        report = chance.choice(found)
        if chance.happens(_BROWSES):
            self._browse(process, report.ticket)
        number = len(self.done)
        answer, result = _ANSWERS.format(number), f"selesai nomor {number}."
        actions: dict[str, r.Action] = {
            "take": r.Take(report.ticket, self.name),
            "answer": r.Answer(report.ticket, self.name, answer),
            "forward": r.Forward(report.ticket, self.name, "Polsek Utan"),
            "close": r.Close(report.ticket, self.name, result),
            "reopen": r.Reopen(report.ticket, self.name, "ada lagi"),
        }
        kind = chance.choice(("take", "answer", "forward", "close"))
        if report.status is Status.CLOSED:
            kind = "reopen"
        if isinstance(process.desk.act(actions[kind]), Refused):
            return
        self._world.trace.tell(f"officer of box {box.number}: {kind} {report.ticket}")
        words = {"answer": answer, "close": result}.get(kind, "")
        self.done.append(Done(box.number, report.ticket, kind, words, self._world.clock.now_s))

    def _browse(self, process: Process, ticket: str) -> None:
        """Every page once."""
        desk, keys = process.desk, process.keys
        desk.version(), desk.report(ticket), desk.history(ticket), desk.notes(), desk.contacts()
        desk.officers(), desk.box(), desk.outbox(), desk.past(), desk.backups(), desk.parcel()
        keys.keepers(), keys.erasures(), desk.mark(self.name)
        desk.back_up()

    def login(self, box: Box, process: Process) -> bool:
        """Log in with passphrase and phone; gives whether it was let in."""
        number = box.number
        told = process.desk.login(self.name, self.passphrases[number], self.keys[number])
        if isinstance(told, float):
            return False
        self.logins += 1
        if told.phone_key:
            self.keys[number] = told.phone_key
        return True

    def attend(self) -> None:
        """In calm days: every officer logs in, and the Polres allows what waits."""
        world = self._world
        for box in world.living:
            world.polres.attend(code_of(box.number))
            box.do(lambda process, box=box: self.login(box, process))  # type: ignore[misc]
            box.wake()
