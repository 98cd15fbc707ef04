"""Officers' accounts: what a passphrase opens, and what only the phone's key opens."""

import sqlite3
import unicodedata
from collections.abc import Callable
from dataclasses import astuple, dataclass, fields, replace

from server.desa.officers import delegation
from server.domain.errors import Told
from server.passphrase import make_passphrase, make_recovery, spelled
from server.sections import Login as Cost
from sync import seal
from sync.canonical import pack, row, unpack
from sync.errors import CannotOpen, MalformedFrame
from sync.seal import KeyPair

SALT_OCTETS = 16
DELAY_S_MAX = 60.0
NAME_CHARACTERS = 60
Random = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """Shown once: the passphrase, the key for the officer's phone, the words of his card.

    Attributes:
        public: the key that sessions are wrapped to.
        identity: the key that the Polres lists; "" once it is listed and only others changed.
        recovery: words that let him in again without passphrase and phone; "" when not made.
    """

    name: str
    passphrase: str
    phone_key: bytes
    public: bytes
    identity: bytes = b""
    recovery: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """What the card holds of an officer.

    Attributes:
        identity: the public key that the Polres lists; empty for accounts of before there were
            any: theirs is `public`.
        delegation: the identity's word for `public`.
        recovery: what the words on his card open: the identity's secret alone.
        pending: the account that takes this one's place once his phone shows its new key.
        next_delegation: the identity's word for the key in `pending`.
        renewed: number of the newest erasure that had been asked when the keys were made.
    """

    name: str
    salt: bytes
    memory_mib: int
    passes: int
    verifier: bytes
    public: bytes
    sealed_secret: bytes
    identity: bytes = b""
    delegation: bytes = b""
    recovery: bytes = b""
    pending: bytes = b""
    next_delegation: bytes = b""
    renewed: int = 0


@dataclass(frozen=True, slots=True)
class Secrets:
    """What passphrase and phone key together open; `seed` is the identity's, or empty."""

    pair: KeyPair
    seed: bytes


@dataclass(frozen=True, slots=True)
class Pending:
    """An account that waits for its phone; `how` says what the new keys are for."""

    proof: bytes
    how: str
    account: Account

    def fits(self, phone_key: bytes) -> bool:
        """Whether a phone's key is the one that it waits for."""
        return seal.same(self.proof, seal.tag(phone_key, "phone"))


_COLUMNS = ", ".join(field.name for field in fields(Account))


class NameTaken(Told):
    """Nama ini atau yang mirip sudah ada; pakai nama lain, misalnya dengan jabatannya."""


class NotAName(Told):
    """Nama petugas kosong, lebih dari 60 huruf atau bukan huruf Latin; tulis singkat saja."""


def make(name: str, cost: Cost, random: Random) -> tuple[NewOfficer, Account]:
    """Make an account, which is slow; the passphrase and the phone key are kept nowhere.

    Raises:
        NotAName: the name is empty, too long for the login form, not one line, or of letters
            that only look like ours.
    """
    if not name.strip() or len(name) > NAME_CHARACTERS or not _readable(name):
        raise NotAName
    seed = random(seal.KEY_OCTETS)
    new, account = keyed(name, seed, new_passphrase(random), cost, random)
    words, recovery = make_card(name, seed, cost, random)
    return replace(new, recovery=words), replace(account, recovery=recovery)


def new_passphrase(random: Random) -> str:
    """Five words and two digits."""
    return make_passphrase(_chooser(random))


def keyed(
    name: str, seed: bytes, passphrase: str, cost: Cost, random: Random
) -> tuple[NewOfficer, Account]:
    """New salt, phone key and key for sessions under an identity that stays; slow."""
    identity = seal.signing_pair(seed)
    phone_key, salt = random(seal.KEY_OCTETS), random(SALT_OCTETS)
    pair = seal.box_pair(random(seal.KEY_OCTETS))
    stretched = seal.stretch(
        spelled(passphrase), salt, memory_mib=cost.memory_mib, passes=cost.passes
    )
    opening = _opening_key(stretched, phone_key)
    account = Account(
        name=name,
        salt=salt,
        memory_mib=cost.memory_mib,
        passes=cost.passes,
        verifier=_verifier(stretched),
        public=pair.public,
        sealed_secret=seal.seal_row(opening, name.encode(), pair.secret + seed),
        identity=identity.public,
        delegation=delegation.sign(identity, name, pair.public),
    )
    return NewOfficer(name, passphrase, phone_key, pair.public, identity.public), account


def make_card(name: str, seed: bytes, cost: Cost, random: Random) -> tuple[str, bytes]:
    """Words for a recovery card, and what they open: the identity, and no session; slow."""
    words, salt = make_recovery(_chooser(random)), random(SALT_OCTETS)
    stretched = seal.stretch(spelled(words), salt, memory_mib=cost.memory_mib, passes=cost.passes)
    key = seal.derive(stretched, "recovery")
    sealed = seal.seal_row(key, name.encode(), seed)
    return words, pack((salt, cost.memory_mib, cost.passes, sealed))


def open_card(account: Account | None, words: str, cost: Cost) -> bytes | None:
    """The identity's secret that a card's words open; slow, also for names that do not exist."""
    salt, memory_mib, passes, sealed = b"\0" * SALT_OCTETS, cost.memory_mib, cost.passes, b""
    if account is not None and account.recovery:
        found = row(unpack(account.recovery), bytes, int, int, bytes)
        salt, memory_mib, passes, sealed = found[:4]  # type: ignore[assignment]
    stretched = seal.stretch(spelled(words), salt, memory_mib=memory_mib, passes=passes)
    if account is None:
        return None
    try:
        return seal.open_row(seal.derive(stretched, "recovery"), account.name.encode(), sealed)
    except CannotOpen:
        return None


def insert(db: sqlite3.Connection, account: Account) -> None:
    """Keep an account.

    Raises:
        NameTaken: an officer of that name exists, or of one that people would not tell from it.
    """
    if _seen_as(account.name) in map(_seen_as, names(db)):
        raise NameTaken
    marks = ", ".join("?" * len(fields(Account)))
    db.execute(f"insert into accounts ({_COLUMNS}) values ({marks})", astuple(account))


def put(db: sqlite3.Connection, account: Account) -> bool:
    """Write an account over the one of its name and identity; False when that is gone."""
    marks = ", ".join(f"{field.name} = ?" for field in fields(Account))
    written = db.execute(
        f"update accounts set {marks} where name = ? and identity = ?",
        (*astuple(account), account.name, account.identity),
    )
    return bool(written.rowcount)


def remove(db: sqlite3.Connection, name: str) -> None:
    """End an account."""
    db.execute("delete from accounts where name = ?", (name,))


def read(db: sqlite3.Connection, name: str) -> Account | None:
    """An account by name."""
    found = db.execute(f"select {_COLUMNS} from accounts where name = ?", (name,)).fetchone()
    return None if found is None else Account(*found)


def every(db: sqlite3.Connection) -> tuple[Account, ...]:
    """All accounts by name."""
    return tuple(
        Account(*row) for row in db.execute(f"select {_COLUMNS} from accounts order by name")
    )


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


def open_secrets(account: Account, stretched: bytes, phone_key: bytes) -> Secrets | None:
    """The officer's secrets; None when this is not his phone's key."""
    try:
        key = _opening_key(stretched, phone_key)
        secret = seal.open_row(key, account.name.encode(), account.sealed_secret)
    except CannotOpen:
        return None
    pair = KeyPair(account.public, secret[: seal.KEY_OCTETS])
    return Secrets(pair, secret[seal.KEY_OCTETS :])


def opening_pairs(secrets: Secrets) -> tuple[KeyPair, ...]:
    """What opens an officer's boxes: the key of sessions, and for orders in files his identity's.

    The Polres knows no other key of him than his identity.
    """
    if not secrets.seed:
        return (secrets.pair,)
    return (secrets.pair, seal.agreeing(seal.signing_pair(secrets.seed)))


def open_secret(account: Account, stretched: bytes, phone_key: bytes) -> KeyPair | None:
    """The officer's key pair, which opens sessions; None when this is not his phone's key."""
    found = open_secrets(account, stretched, phone_key)
    return None if found is None else found.pair


def pack_pending(account: Account, phone_key: bytes, how: str) -> bytes:
    """An account that waits for its phone to show that it has the key."""
    return pack((seal.tag(phone_key, "phone"), how, *astuple(account)))


def read_pending(octets: bytes) -> Pending | None:
    """What waits, if anything does.

    Raises:
        MalformedFrame: nothing that `pack_pending` wrote.
    """
    if not octets:
        return None
    values = unpack(octets)
    if not isinstance(values, tuple) or len(values) != 2 + len(fields(Account)):
        raise MalformedFrame
    proof, how, *rest = values
    if not isinstance(proof, bytes) or not isinstance(how, str):
        raise MalformedFrame
    return Pending(proof, how, Account(*rest))  # type: ignore[arg-type] # `pack_pending` wrote them


def delay_s(failures: int) -> float:
    """How long the next try waits after so many failures: 0, 1, 2, 4 ... 60 seconds."""
    return 0.0 if failures == 0 else min(DELAY_S_MAX, 2.0 ** min(failures - 1, 16))


def _readable(name: str) -> bool:
    return name.isprintable() and all(
        unicodedata.name(letter, "").startswith("LATIN") for letter in name if letter.isalpha()
    )


def _seen_as(name: str) -> str:
    """How a name looks at a glance: no capitals, no accents, no blanks around it."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return " ".join("".join(one for one in plain if not unicodedata.combining(one)).split())


def _chooser(random: Random) -> Callable[[int], int]:
    return lambda bound: int.from_bytes(random(8), "big") % bound


def _verifier(stretched: bytes) -> bytes:
    return seal.derive(stretched, "login")


def _opening_key(stretched: bytes, phone_key: bytes) -> bytes:
    return seal.derive(stretched, "unlock", phone_key)
