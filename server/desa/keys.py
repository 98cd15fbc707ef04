"""The node's key file and its copy of the card."""

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from server.card import BadDesaCode, Card, node_number, read_card, write_card
from server.domain.errors import Told
from server.process.files import write_private
from server.vault import Identity
from sync import announcement, seal
from sync.announcement import Announced
from sync.errors import SyncError
from sync.peers import Pinned

log = logging.getLogger(__name__)
KEY_FILE = "node.key"
SIGNING_FILE = "signing.key"
"""The signing key of a box that went on in a new log; before that it comes from `KEY_FILE`."""
CARD_FILE = "card.json"
USED_CODE = "used"


class KeyFileError(Told):
    """Berkas kunci kotak ini tidak ada atau rusak; pasang ulang dengan kartu baru dari Polres."""

    hint = "kentongan desa init DIR --card FILE --modem PATH"


class CodeMissing(Told):
    """Kode desa tidak ada di kentongan.toml; berkas itu kosong atau terpotong, jadi lengkapi."""

    hint = 'Paling sedikit: [desa] code = "...", [polres] url = "...", [modem] ports = ["auto"]'


class CodeChanged(Told):
    """Kode desa di kentongan.toml bukan kode di kartu kotak ini; tulis kembali kode semula."""

    hint = "Untuk desa lain, buat folder baru: kentongan desa init DIR --card FILE --modem PATH"


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """What lies on the card of a node: its identity and the pinned keys of its Polres.

    Attributes:
        announced: a later exchange key than that of the card; None while there is none.
        earlier: exchange keys before the one in use, the Polres may still answer under them.
    """

    identity: Identity
    card: Card
    announced: Announced | None = None
    earlier: tuple[bytes, ...] = ()

    @property
    def pinned(self) -> Pinned:
        """The root, which nothing later replaces, and the exchange key in use."""
        return Pinned(self.card.node, self.card.root, self.exchange)

    @property
    def exchange(self) -> bytes:
        """The Polres' newest exchange key, as far as it came here."""
        return self.card.exchange if self.announced is None else self.announced.public

    @property
    def exchange_number(self) -> int:
        """Its number, 0 for the Polres' first."""
        return self.card.exchange_number() if self.announced is None else self.announced.number

    @property
    def announcement(self) -> bytes:
        """How the Polres' root announced it, b"" for its first."""
        return self.card.announced if self.announced is None else self.announced.octets


def create(
    directory: Path, card: Card, random: Callable[[int], bytes], duty: bytes | None = None
) -> NodeKeys:
    """Make a node's identity; the files are readable by their owner alone.

    Args:
        directory: of the node.
        card: its card.
        random: for the identity.
        duty: the duty key of the box that it takes the place of; stands in a second line.
    """
    secret = random(seal.KEY_OCTETS)
    lines = [secret.hex()] if duty is None else [secret.hex(), duty.hex()]
    write_private(directory / KEY_FILE, "\n".join(lines) + "\n")
    card = replace(card, duties=())
    write_card(directory / CARD_FILE, card)
    return NodeKeys(Identity.from_seed(secret, duty), card)


def read(directory: Path) -> NodeKeys:
    """Read them back.

    Raises:
        KeyFileError: missing or broken.
    """
    identity = Identity.from_seed(*_seeds(directory / KEY_FILE))
    if (directory / SIGNING_FILE).exists():
        signing = seal.signing_pair(_seeds(directory / SIGNING_FILE)[0])
        identity = replace(identity, signing=signing)
    return NodeKeys(identity, read_card(directory / CARD_FILE))


def with_announced(db: sqlite3.Connection, keys: NodeKeys) -> NodeKeys:
    """The keys with the newest exchange key that was kept; what the root did not sign is none.

    Whoever writes on the card can take a row away, but none that he made himself counts.
    """
    known: list[Announced] = []
    for (octets,) in db.execute("select announced from exchange_keys order by number desc"):
        try:
            known.append(announcement.read(bytes(octets), keys.card.root))
        except SyncError:
            log.warning("exchange key on the card not signed")
    later = [one for one in known if one.number > keys.card.exchange_number()]
    if not later:
        return replace(keys, earlier=tuple(one.public for one in known))
    newest, *before = later
    earlier = (*(one.public for one in before), keys.card.exchange)
    return replace(keys, announced=newest, earlier=earlier)


def _seeds(path: Path) -> list[bytes]:
    try:
        lines = path.read_text(encoding="ascii").split()
        secrets = [bytes.fromhex(line) for line in lines]
    except (OSError, ValueError) as error:
        raise KeyFileError from error
    if len(secrets) not in (1, 2) or {len(one) for one in secrets} != {seal.KEY_OCTETS}:
        raise KeyFileError
    return secrets


def check_code(keys: NodeKeys, code: str) -> None:
    """See that the settings name the desa that the card was made for.

    Raises:
        CodeMissing: they name none.
        CodeChanged: they name another one.
    """
    if not code:
        raise CodeMissing
    try:
        same = node_number(code) == keys.card.node
    except BadDesaCode:
        same = False
    if not same:
        raise CodeChanged


def forget_code(directory: Path, keys: NodeKeys) -> NodeKeys:
    """Once enrolled, the one-time code has no business on the card any more."""
    card = replace(keys.card, code=USED_CODE)
    write_card(directory / CARD_FILE, card)
    return replace(keys, card=card)
