"""The enrolment card: what a new desa must know of its Polres, as a file carried by hand."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from server.domain.errors import Told
from server.process.files import write_private
from sync import announcement, seal
from sync.errors import BadSignature, MalformedFrame
from sync.roads.pin import PIN_OCTETS
from sync.session import LIST_DOMAIN, RecipientList

VERSION = 1
_CODE = re.compile(r"(\d\d)\.?(\d\d)\.?(\d\d)\.?(\d{4})", re.ASCII)
_HEX_FIELDS = ("root", "exchange", "propam", "list", "list_signature")
_TEXT_FIELDS = ("node", "name", "url", "code")


class CardError(Told):
    """Kartu pendaftaran tidak dapat dipakai; minta kartu baru dari Polres."""

    hint = "kentongan polres enroll DIR CODE NAME --url URL --card FILE"


class CardMissing(CardError):
    """File kartu tidak ditemukan atau tidak dapat dibaca; periksa nama file-nya."""


class CardBroken(CardError):
    """File kartu rusak atau terpotong; salin ulang dari Polres tanpa mengubah isinya."""


class CardNewer(CardError):
    """Kartu ini dibuat oleh versi Kentongan yang lebih baru; pasang versi itu dahulu."""


class CardForged(CardError):
    """Daftar penerima di kartu tidak cocok dengan tanda tangannya; jangan pakai kartu ini."""


class BadDesaCode(CardError):
    """Kode desa tidak dikenali; tulis kode Kemendagri seperti 52.04.07.2001."""


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on a card.

    Attributes:
        node: ten digits of the desa's Kemendagri code as a number.
        code: the one-time code, 20 letters of base32.
        expires_s: last second (since 1970, UTC) at which the Polres takes the code.
        root: Ed25519 key of the Polres, to be pinned.
        exchange: X25519 key that requests are sealed to.
        announced: how the root announced that key, b"" for the Polres' first.
        propam: X25519 key of Propam.
        instance: the instance that the desa's journal gets with this card.
        people: the packed `RecipientList`, signed by the root in `people_signature`.
        duties: (instance, duty key) of earlier boxes of the desa, newest first; only on a card
            that is to open their backups.
        door: the packed `Pin` of the server's key for TLS, b"" where it has none.
    """

    node: int
    name: str
    url: str
    code: str = field(repr=False)
    expires_s: int
    root: bytes
    exchange: bytes
    propam: bytes
    people: bytes
    people_signature: bytes
    instance: int = 1
    duties: tuple[tuple[int, bytes], ...] = field(default=(), repr=False)
    door: bytes = b""
    announced: bytes = b""

    def recipients(self) -> RecipientList:
        """The list of who may open the desa's sessions, checked against the root.

        Raises:
            CardForged: not signed by the root on the card, or for another desa.
        """
        try:
            seal.verify(self.root, LIST_DOMAIN, self.people, self.people_signature)
            people = RecipientList.unpack(self.people)
        except (BadSignature, MalformedFrame) as error:
            raise CardForged from error
        if people.node != self.node:
            raise CardForged
        return people

    def exchange_number(self) -> int:
        """Number of the exchange key on the card, 0 for the Polres' first.

        Raises:
            CardForged: the root on the card did not announce it.
        """
        if not self.announced:
            return 0
        try:
            made = announcement.read(self.announced, self.root)
        except (BadSignature, MalformedFrame) as error:
            raise CardForged from error
        if made.public != self.exchange:
            raise CardForged
        return made.number


def node_number(code: str) -> int:
    """The number of a desa code, e.g. 5204072001 for "52.04.07.2001" (dots may be left out).

    Raises:
        BadDesaCode: not a code of a desa.
    """
    found = _CODE.fullmatch(code.strip())
    if found is None:
        raise BadDesaCode
    return int("".join(found.groups()))


def node_code(number: int) -> str:
    """The desa code of a number, e.g. "52.04.07.2001" for 5204072001."""
    digits = f"{number:010d}"
    return f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}.{digits[6:]}"


def pack_card(card: Card) -> dict[str, str | int]:
    """The fields of a card's JSON object; keys and signatures in hex."""
    duties = " ".join(f"{instance}:{key.hex()}" for instance, key in card.duties)
    more: dict[str, str | int] = {"duties": duties} if duties else {}
    return more | {
        "kentongan_card": VERSION,
        "node": node_code(card.node),
        "name": card.name,
        "url": card.url,
        "code": card.code,
        "expires_s": card.expires_s,
        "instance": card.instance,
        "root": card.root.hex(),
        "exchange": card.exchange.hex(),
        "propam": card.propam.hex(),
        "list": card.people.hex(),
        "list_signature": card.people_signature.hex(),
        **({"door": card.door.hex()} if card.door else {}),
        **({"announced": card.announced.hex()} if card.announced else {}),
    }


def parse_card(text: str) -> Card:
    """Read a card's JSON.

    Raises:
        CardBroken: not JSON, or a field is missing or of another kind.
        CardNewer: a later version.
        CardForged: the list on it is not signed by the root on it.
    """
    try:
        fields: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CardBroken from error
    if not isinstance(fields, dict):
        raise CardBroken
    card = _from_fields(cast("dict[str, object]", fields))
    card.recipients()
    card.exchange_number()
    return card


def read_card(path: Path) -> Card:
    """Read a card file.

    Raises:
        CardMissing: no such file, or it may not be read.
        CardBroken, CardNewer, CardForged: as `parse_card`.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CardMissing from error
    except UnicodeDecodeError as error:
        raise CardBroken from error
    return parse_card(text)


def write_card(path: Path, card: Card) -> None:
    """Write a card file that only its owner may read; it holds a secret until it is used."""
    text = json.dumps(pack_card(card), indent=1) + "\n"
    write_private(path, text)


def _from_fields(fields: dict[str, object]) -> Card:
    version = fields.get("kentongan_card")
    if not isinstance(version, int):
        raise CardBroken
    if version > VERSION:
        raise CardNewer
    texts = {name: _text(fields, name) for name in _TEXT_FIELDS}
    octets = {name: _octets(fields, name) for name in _HEX_FIELDS}
    expires_s, instance = fields.get("expires_s"), fields.get("instance", 1)
    door, announced = (
        _octets(fields, name) if name in fields else b"" for name in ("door", "announced")
    )
    keys = (octets["root"], octets["exchange"], octets["propam"])
    if (
        not isinstance(expires_s, int)
        or not isinstance(instance, int)
        or any(len(key) != seal.KEY_OCTETS for key in keys)
        # What cannot be sealed to would be found out only when the first report is to leave.
        or not all(map(seal.is_sound_key, keys[1:]))
        or len(door) not in {0, PIN_OCTETS}
    ):
        raise CardBroken
    return Card(
        node=node_number(texts["node"]),
        name=texts["name"],
        url=texts["url"],
        code=texts["code"],
        expires_s=expires_s,
        root=octets["root"],
        exchange=octets["exchange"],
        propam=octets["propam"],
        people=octets["list"],
        people_signature=octets["list_signature"],
        instance=instance,
        duties=_duties(fields.get("duties", "")),
        door=door,
        announced=announced,
    )


def _duties(value: object) -> tuple[tuple[int, bytes], ...]:
    """Keys of earlier boxes, written as `instance:hex` with a space between them."""
    if not isinstance(value, str):
        raise CardBroken
    try:
        pairs = [(int(one), bytes.fromhex(key)) for one, key in map(_halves, value.split())]
    except ValueError as error:
        raise CardBroken from error
    if any(len(key) != seal.KEY_OCTETS for _, key in pairs):
        raise CardBroken
    return tuple(pairs)


def _halves(word: str) -> tuple[str, str]:
    instance, _, key = word.partition(":")
    return instance, key


def _text(fields: dict[str, object], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise CardBroken
    return value


def _octets(fields: dict[str, object], name: str) -> bytes:
    try:
        return bytes.fromhex(_text(fields, name))
    except ValueError as error:
        raise CardBroken from error
