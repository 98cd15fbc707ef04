"""The signing key for the log to come: made while a box waits, taken into use when it may go on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from server.desa.keys import SIGNING_FILE, NodeKeys
from server.process.files import write_private
from sync import seal
from sync.message import Certificate
from sync.seal import KeyPair

NEXT_FILE = "signing.next"


def pending(directory: Path, random: Callable[[int], bytes]) -> KeyPair:
    """The key that a waiting box shows; made once, so that its four words stay the same."""
    kept = _read(directory)
    if kept is not None:
        return kept
    write_private(directory / NEXT_FILE, random(seal.KEY_OCTETS).hex() + "\n")
    made = _read(directory)
    if made is None:
        raise OSError(NEXT_FILE)
    return made


def settle(directory: Path, keys: NodeKeys, certificate: Certificate | None) -> NodeKeys:
    """Take the pending key into use where the certificate in force is its own."""
    kept = _read(directory)
    if kept is None or certificate is None or certificate.public != kept.public:
        return keys
    (directory / NEXT_FILE).replace(directory / SIGNING_FILE)
    return replace(keys, identity=replace(keys.identity, signing=kept))


def _read(directory: Path) -> KeyPair | None:
    try:
        seed = bytes.fromhex((directory / NEXT_FILE).read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None
    return seal.signing_pair(seed) if len(seed) == seal.KEY_OCTETS else None
