"""The Polres' key files, and what they sign and hide."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from server.polres.errors import AlreadyPrepared, NotPrepared
from sync import message, seal
from sync.errors import CannotOpen
from sync.seal import KeyPair
from sync.session import LIST_DOMAIN, Recipient, RecipientList, Role

POLRES_FILE = "polres.key"
PROPAM_FILE = "propam.key"
Random = Callable[[int], bytes]
"""Gives that many fresh random octets."""


@dataclass(frozen=True, slots=True, repr=False)
class PolresKeys:
    """All long-lived keys of a Polres server.

    Attributes:
        root: Ed25519 pair that every desa pins.
        exchange: X25519 pair that requests and session keys are sealed to.
        propam: X25519 public key of Propam; its secret does not lie on this server.
        cover: key that hides other keys in the database from who has no key file.
    """

    root: KeyPair
    exchange: KeyPair
    propam: bytes
    cover: bytes

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
        seeds = {name: bytes.fromhex(fields[name]) for name in ("root", "exchange", "propam")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotPrepared from error
    if any(len(seed) != seal.KEY_OCTETS for seed in seeds.values()):
        raise NotPrepared
    return PolresKeys(
        root=seal.signing_pair(seeds["root"]),
        exchange=seal.box_pair(seeds["exchange"]),
        propam=seeds["propam"],
        cover=seal.derive(seeds["exchange"], "cover"),
    )


def _write_secret(path: Path, text: str) -> None:
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise AlreadyPrepared from error
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
