"""Officers' accounts: what a passphrase opens, and what only the phone's key opens."""

import sqlite3
from collections.abc import Callable
from dataclasses import astuple, dataclass

from server.domain.errors import Told
from server.passphrase import make_passphrase, spelled
from server.settings import Login as Cost
from sync import seal
from sync.errors import CannotOpen
from sync.seal import KeyPair

SALT_OCTETS = 16
DELAY_S_MAX = 60.0
NAME_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """Shown once: the passphrase and the key for the officer's phone."""

    name: str
    passphrase: str
    phone_key: bytes
    public: bytes


@dataclass(frozen=True, slots=True)
class Account:
    """What the card holds of an officer."""

    name: str
    salt: bytes
    memory_mib: int
    passes: int
    verifier: bytes
    public: bytes
    sealed_secret: bytes


class NameTaken(Told):
    """Nama petugas ini sudah ada; pakai nama lain, misalnya dengan jabatannya."""


class NotAName(Told):
    """Nama petugas kosong atau lebih dari 60 huruf; tulis singkat, dalam satu baris."""


def make(name: str, cost: Cost, random: Callable[[int], bytes]) -> tuple[NewOfficer, Account]:
    """Make an account, which is slow; the passphrase and the phone key are kept nowhere.

    Raises:
        NotAName: the name is empty, too long for the login form, or not one line.
    """
    if not name.strip() or len(name) > NAME_CHARACTERS or not name.isprintable():
        raise NotAName
    passphrase = make_passphrase(lambda bound: int.from_bytes(random(8), "big") % bound)
    phone_key, salt = random(seal.KEY_OCTETS), random(SALT_OCTETS)
    pair = seal.box_pair(random(seal.KEY_OCTETS))
    stretched = seal.stretch(passphrase, salt, memory_mib=cost.memory_mib, passes=cost.passes)
    sealed = seal.seal_row(_opening_key(stretched, phone_key), name.encode(), pair.secret)
    account = Account(
        name, salt, cost.memory_mib, cost.passes, _verifier(stretched), pair.public, sealed
    )
    return NewOfficer(name, passphrase, phone_key, pair.public), account


def insert(db: sqlite3.Connection, account: Account) -> None:
    """Keep an account.

    Raises:
        NameTaken: an officer of that name exists.
    """
    written = db.execute(
        "insert into accounts (name, salt, memory_mib, passes, verifier, public, sealed_secret)"
        " values (?, ?, ?, ?, ?, ?, ?) on conflict (name) do nothing",
        astuple(account),
    )
    if not written.rowcount:
        raise NameTaken


def read(db: sqlite3.Connection, name: str) -> Account | None:
    """An account by name."""
    found = db.execute(
        "select name, salt, memory_mib, passes, verifier, public, sealed_secret"
        " from accounts where name = ?",
        (name,),
    ).fetchone()
    return None if found is None else Account(*found)


def names(db: sqlite3.Connection) -> tuple[str, ...]:
    """Names of all officers."""
    return tuple(str(n) for (n,) in db.execute("select name from accounts order by name"))


def stretch(account: Account | None, passphrase: str, cost: Cost) -> bytes:
    """The slow part of a login, the same length of time for names that do not exist."""
    salt = b"\0" * SALT_OCTETS if account is None else account.salt
    memory_mib = cost.memory_mib if account is None else account.memory_mib
    passes = cost.passes if account is None else account.passes
    return seal.stretch(spelled(passphrase), salt, memory_mib=memory_mib, passes=passes)


def fits(account: Account, stretched: bytes) -> bool:
    """Whether the passphrase is the officer's."""
    return seal.same(account.verifier, _verifier(stretched))


def open_secret(account: Account, stretched: bytes, phone_key: bytes) -> KeyPair | None:
    """The officer's key pair, which opens sessions; None when this is not his phone's key."""
    try:
        key = _opening_key(stretched, phone_key)
        secret = seal.open_row(key, account.name.encode(), account.sealed_secret)
    except CannotOpen:
        return None
    return KeyPair(account.public, secret)


def delay_s(failures: int) -> float:
    """How long the next try waits after so many failures: 0, 1, 2, 4 ... 60 seconds."""
    return 0.0 if failures == 0 else min(DELAY_S_MAX, 2.0 ** min(failures - 1, 16))


def _verifier(stretched: bytes) -> bytes:
    return seal.derive(stretched, "login")


def _opening_key(stretched: bytes, phone_key: bytes) -> bytes:
    return seal.derive(stretched, "unlock", phone_key)
