"""What officers do with their own keys: change, card, recovery; over the running node."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from server.desa import login
from server.desa.forgetting import held
from server.desa.forgetting.held import Erasure
from server.desa.frontdesk import FrontDesk
from server.desa.login import Account, NewOfficer, Secrets
from server.desa.node import Node
from server.desa.officers import autolock, listed, recovery, renewal
from server.desa.officers.guesses import BUSY_S
from server.desa.officers.listed import Keeper
from server.desa.officers.renewal import How


class NotDone(StrEnum):
    """Why keys stay as they are."""

    NO_PHONE_KEY = (
        "Kata sandi benar, tetapi HP ini tidak membawa kunci Anda. Pakai HP yang membawanya, "
        "atau kartu pemulihan."
    )
    OLD_ACCOUNT = (
        "Akun ini dibuat sebelum kunci dapat diganti. Minta Polres mencabutnya, lalu teknisi "
        "mendaftarkan Anda lagi."
    )


@dataclass(frozen=True, slots=True)
class Wait:
    """A wrong guess; the next is looked at after so many seconds."""

    seconds: float


class KeyDesk:
    """Keys of officers as the pages and the command line change them."""

    def __init__(self, node: Node, desk: FrontDesk, now: Callable[[], float]) -> None:
        self._node = node
        self._desk = desk
        self._now = now

    def keepers(self) -> tuple[Keeper, ...]:
        """Who may log in, and whom of them the Polres has listed."""
        return listed.keepers(self._node)

    def erasures(self) -> tuple[Erasure, ...]:
        """What was given up for good, newest first, and who still holds an old key to it."""
        return held.erasures(self._node)

    def seen(self, name: str, phone_key: bytes | None) -> None:
        """Somebody who is logged in does something, with the key that his phone carries."""
        autolock.present(self._node, self._now())
        if phone_key is not None:
            renewal.confirm(self._node, name, phone_key, self._now())

    def lock(self) -> int:
        """Forget at once what no work waits for; gives of how many sessions."""
        return autolock.forget(self._node)

    def change_passphrase(
        self, name: str, passphrase: str, phone_key: bytes | None
    ) -> NewOfficer | NotDone | Wait:
        """Give an officer a new passphrase, with a new key for his phone."""
        opened = self._open(name, passphrase, phone_key)
        if isinstance(opened, NotDone | Wait):
            return opened
        account, secrets = opened
        fresh = login.new_passphrase(self._node.random)
        return renewal.begin(self._node, account, secrets, fresh, How.PASSPHRASE)

    def make_card(
        self, name: str, passphrase: str, phone_key: bytes | None
    ) -> str | NotDone | Wait:
        """Words for a new recovery card; the one before opens nothing from here on."""
        opened = self._open(name, passphrase, phone_key)
        if isinstance(opened, NotDone | Wait):
            return opened
        account, secrets = opened
        node = self._node
        words, card = login.make_card(name, secrets.seed, node.settings.login, node.random)
        with node.database.write() as db:
            # What waits for the phone stays; only the card is another one.
            kept = login.read(db, account.name) or account
            if not login.put(db, replace(kept, recovery=card)):
                return Wait(self._desk.guesses.failed(name))
            renewal.journal(node, name, How.CARD, self._now())
        return words

    def recover(self, name: str, words: str) -> NewOfficer | Wait:
        """Let somebody in again with the words on his card, once."""
        node, guesses = self._node, self._desk.guesses
        with guesses.turn() as mine:
            if not mine:
                return Wait(BUSY_S)
            with node.database.read() as db:
                account = login.read(db, name)
            about = ("card", None if account is None else account.name)
            wait_s = guesses.wait_s(about)
            if wait_s:
                return Wait(wait_s)
            seed = login.open_card(account, words, node.settings.login)
            if account is None or seed is None:
                return Wait(guesses.failed(about))
            new = recovery.recover(node, account, seed, self._now())
            if new is None:
                return Wait(guesses.failed(about))
            guesses.passed(about)
            guesses.passed(account.name)
            return new

    def _open(
        self, name: str, passphrase: str, phone_key: bytes | None
    ) -> tuple[Account, Secrets] | NotDone | Wait:
        if phone_key is not None:
            renewal.confirm(self._node, name, phone_key, self._now())
        with self._desk.guesses.turn() as mine:
            checked = self._desk.check(name, passphrase) if mine else BUSY_S
        if isinstance(checked, float):
            return Wait(checked)
        account, stretched = checked
        secrets = None
        if phone_key is not None:
            secrets = login.open_secrets(account, stretched, phone_key)
        if secrets is None:
            return NotDone.NO_PHONE_KEY
        return (account, secrets) if account.identity else NotDone.OLD_ACCOUNT
