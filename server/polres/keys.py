"""The Polres' key files, and what they sign and hide."""

import contextlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from server.polres.errors import AlreadyPrepared, NotPrepared
from server.process.files import finish_replacing, replace_secret
from sync import announcement, message, seal
from sync.enrol import open_addressed
from sync.errors import CannotOpen
from sync.seal import KeyPair
from sync.session import LIST_DOMAIN, Recipient, RecipientList, Role

POLRES_FILE = "polres.key"
PROPAM_FILE = "propam.key"
Random = Callable[[int], bytes]
"""Gives that many fresh random octets."""


@dataclass(frozen=True, slots=True, repr=False)
class Exchange:
    """An X25519 key that requests and session keys are sealed to; `number` rises with each."""

    number: int
    pair: KeyPair


@dataclass(frozen=True, slots=True)
class Gone:
    """An exchange key whose private half was destroyed: frames may still name the public one."""

    number: int
    public: bytes


@dataclass(frozen=True, slots=True, repr=False)
class PolresKeys:
    """All long-lived keys of a Polres server.

    Attributes:
        root: Ed25519 pair that every desa pins.
        exchange: the newest X25519 pair that requests and session keys are sealed to.
        propam: X25519 public key of Propam; its secret does not lie on this server.
        cover: key that hides other keys in the database from who has no key file.
        number: of the newest exchange key; the first, which is never announced, has 0.
        older: exchange keys that a desa may still seal to, newest first.
        gone: those whose private halves were destroyed, newest first.
    """

    root: KeyPair
    exchange: KeyPair
    propam: bytes
    cover: bytes
    number: int = 0
    older: tuple[Exchange, ...] = ()
    gone: tuple[Gone, ...] = ()

    @property
    def held(self) -> tuple[Exchange, ...]:
        """Every exchange key that opens something, newest first."""
        return (Exchange(self.number, self.exchange), *self.older)

    @property
    def earlier(self) -> tuple[bytes, ...]:
        """Public halves of all exchange keys before the newest."""
        return (*(one.pair.public for one in self.older), *(one.public for one in self.gone))

    def announcement(self) -> bytes:
        """What takes a desa to the newest exchange key; b"" for the first."""
        if not self.number:
            return b""
        return announcement.announce(self.root, self.number, self.exchange.public)

    def open_box(self, sealed: bytes) -> tuple[Exchange, bytes]:
        """The content of a sealed box, and which exchange key it was sealed to.

        Raises:
            CannotOpen: to none that is held.
        """
        for one in self.held:
            with contextlib.suppress(CannotOpen):
                return one, seal.open_box(one.pair, sealed)
        raise CannotOpen

    def open_addressed(self, octets: bytes) -> tuple[Exchange, int, bytes]:
        """As `open_box`, of what a desa posts: also the number that stands before the box.

        Raises:
            CannotOpen: it was sealed to none of the keys that are held.
        """
        for one in self.held:
            with contextlib.suppress(CannotOpen):
                return one, *open_addressed(one.pair, octets)
        raise CannotOpen

    def hide(self, kind: str, node: int, octets: bytes) -> bytes:
        """Seal a secret for a row of the database."""
        name = f"{kind} {node}".encode()
        return seal.seal_row(seal.derive(self.cover, name), name, octets)

    def reveal(self, kind: str, node: int, hidden: bytes) -> bytes:
        """Open what `hide` sealed.

        Raises:
            NotPrepared: the key file is not the one that belongs to this database.
        """
        name = f"{kind} {node}".encode()
        try:
            return seal.open_row(seal.derive(self.cover, name), name, hidden)
        except CannotOpen as error:
            raise NotPrepared from error

    def people(self, node: int, version: int, officers: tuple[Recipient, ...]) -> bytes:
        """The signed list of who may open a desa's sessions, as an envelope."""
        polres = Recipient(Role.POLRES, "Polres", self.exchange.public)
        propam = Recipient(Role.PROPAM, "Propam", self.propam)
        packed = RecipientList(node, version, (polres, propam, *officers)).pack()
        return message.envelope(packed, seal.sign(self.root, LIST_DOMAIN, packed))


def make_keys(directory: Path, random: Random) -> None:
    """Write new key files.

    Raises:
        AlreadyPrepared: there are key files.
    """
    root, exchange, propam = random(32), random(32), random(32)
    files = {
        PROPAM_FILE: {"kentongan_propam_key": 1, "seed": propam.hex()},
        POLRES_FILE: {
            "kentongan_polres_key": 1,
            "root": root.hex(),
            "exchange": exchange.hex(),
            "propam": seal.box_pair(propam).public.hex(),
        },
    }
    for name, fields in files.items():
        _write_secret(directory / name, json.dumps(fields, indent=1) + "\n")


def read_keys(directory: Path) -> PolresKeys:
    """Read `polres.key`.

    Raises:
        NotPrepared: it is missing or broken.
    """
    try:
        fields = json.loads((directory / POLRES_FILE).read_text(encoding="utf-8"))
        root, exchange, propam = (_seed(fields[name]) for name in ("root", "exchange", "propam"))
        # Where the first exchange key is gone, the cover that came from it stands by itself.
        cover = _seed(fields["cover"]) if "cover" in fields else seal.derive(exchange, "cover")
        number = int(fields.get("number", 0))
        older = tuple(
            Exchange(int(one["number"]), seal.box_pair(_seed(one["seed"])))
            for one in fields.get("older", ())
        )
        gone = tuple(
            Gone(int(one["number"]), _seed(one["public"])) for one in fields.get("gone", ())
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotPrepared from error
    root_pair, pair = seal.signing_pair(root), seal.box_pair(exchange)
    return PolresKeys(root_pair, pair, propam, cover, number, older, gone)


def _seed(text: object) -> bytes:
    octets = bytes.fromhex(str(text))
    if len(octets) != seal.KEY_OCTETS:
        raise ValueError
    return octets


def renew_exchange(directory: Path, seed: bytes, number: int) -> PolresKeys:
    """Put a new exchange key before the one in use, which stays; gives the keys as they are now.

    Raises:
        NotPrepared: the key file is missing or broken.
    """
    keys = read_keys(directory)
    fields = _fields(directory)
    before = {"number": keys.number, "seed": fields["exchange"]}
    fields |= {
        "exchange": seed.hex(),
        "number": number,
        "cover": keys.cover.hex(),
        "older": [before, *_listed(fields, "older")],
    }
    return _replaced(directory, fields)


def forget_exchange(directory: Path) -> PolresKeys:
    """Destroy the private halves of all exchange keys but the newest, as well as a disk lets us.

    Raises:
        NotPrepared: the key file is missing or broken.
    """
    keys = read_keys(directory)
    fields = _fields(directory)
    gone = [{"number": one.number, "public": one.pair.public.hex()} for one in keys.older]
    fields |= {"cover": keys.cover.hex(), "older": [], "gone": [*gone, *_listed(fields, "gone")]}
    return _replaced(directory, fields)


def finish_change(directory: Path) -> None:
    """Destroy what a change of the key file left behind when power went."""
    finish_replacing(directory / POLRES_FILE)


def _fields(directory: Path) -> dict[str, object]:
    text = (directory / POLRES_FILE).read_text(encoding="utf-8")
    return cast("dict[str, object]", json.loads(text))


def _listed(fields: dict[str, object], name: str) -> list[object]:
    return cast("list[object]", fields.get(name, []))


def _replaced(directory: Path, fields: dict[str, object]) -> PolresKeys:
    replace_secret(directory / POLRES_FILE, json.dumps(fields, indent=1) + "\n")
    return read_keys(directory)


def _write_secret(path: Path, text: str) -> None:
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise AlreadyPrepared from error
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
