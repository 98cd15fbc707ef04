"""How far a new exchange key has come: who has taken it, who is missing, which keys we lack."""

from dataclasses import dataclass

from server.polres.district import District
from server.polres.store import exchange_keys, nodes, restores
from server.polres.store.engine import Connection
from server.polres.store.exchange_keys import UseRow
from server.polres.store.nodes import Node
from sync.session import fingerprint


@dataclass(frozen=True, slots=True)
class Standing:
    """The exchange keys of this server.

    Attributes:
        number: of the newest, 0 for the first.
        fingerprint: of the newest.
        older: how many are kept beside it, since a desa may still seal to them.
        missing: desas that have not taken the newest, by name.
        uncovered: desas that have, but no backup of ours covers their word.
        lacking: numbers that our root announced and that are in no key file here, newer than
            the newest: this server was set back to before they were made.
    """

    number: int
    fingerprint: str
    older: int
    missing: tuple[str, ...]
    uncovered: tuple[str, ...]
    lacking: tuple[int, ...]


def standing(connection: Connection, district: District) -> Standing:
    """How it is now."""
    keys = district.keys
    missing, uncovered = [], []
    uses, durables = exchange_keys.uses(connection), restores.durables(connection)
    for node in nodes.every(connection) if keys.number else ():
        place = (node.node, node.instance)
        use = uses.get(place, UseRow(*place))
        if not counts(node):
            continue
        if use.taken < keys.number:
            missing.append(node.name)
        elif durables.get(place, 0) < use.seq:
            uncovered.append(node.name)
    return Standing(
        keys.number,
        fingerprint(keys.exchange.public),
        len(keys.older),
        tuple(missing),
        tuple(uncovered),
        lacking(connection, district),
    )


def lacking(connection: Connection, district: District) -> tuple[int, ...]:
    """Numbers beyond our newest that our root announced: those keys are in no file here."""
    number = district.keys.number
    return tuple(row.number for row in exchange_keys.every(connection) if row.number > number)


def is_lacking(district: District) -> bool:
    """Whether a key is missed, read for itself."""
    with district.read() as connection:
        return bool(lacking(connection, district))


def standing_now(district: District) -> Standing:
    """The same, read for itself."""
    with district.read() as connection:
        return standing(connection, district)


def counts(node: Node) -> bool:
    """Whether a desa has a box that must take the key: enrolled, and not closed."""
    return node.public is not None and node.revoked_s is None


def waits(connection: Connection, district: District, node: Node) -> bool:
    """Whether a desa's box has yet to take the newest key."""
    number = district.keys.number
    if not number or not counts(node):
        return False
    return exchange_keys.use(connection, node.node, node.instance).taken < number


LACKING = (
    "Server ini tidak punya kunci pertukaran terbaru: polres.key di sini lebih lama dari kunci "
    "yang sudah dipakai desa. Pasang salinan polres.key yang terbaru, atau buat kunci baru: "
    "kentongan polres exchange-key DIR --renew. Laporan desa menunggu dan tidak hilang."
)


def sentences(now: Standing) -> tuple[str, ...]:
    """The same in plain words."""
    said = [LACKING] if now.lacking else []
    said.append(f"Kunci pertukaran {now.number or 'pertama'}, sidik kunci {now.fingerprint}.")
    if now.missing:
        said.append(f"Belum memakainya: {', '.join(now.missing)}.")
    elif now.number:
        said.append("Semua desa sudah memakainya.")
    if now.older:
        said.append(_older(now))
    return tuple(said)


def _older(now: Standing) -> str:
    kept = f"{now.older} kunci lama masih disimpan"
    if now.missing:
        return f"{kept} untuk desa yang belum."
    if now.uncovered:
        return f"{kept}; buat cadangan dahulu, lalu hapus dengan --forget-old."
    return f"{kept}; hapus dengan --forget-old."
