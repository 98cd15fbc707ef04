"""The one door to cryptography: AES-SIV with a 512-bit key (RFC 5297)."""

from collections.abc import Sequence
from typing import Final

from sync.errors import CannotOpen

# The package is imported where it is used: it costs 9 MiB, and most boxes never speak by air.
KEY_OCTETS: Final = 64


def seal(key: bytes, named: Sequence[bytes], message: bytes) -> bytes:
    """The synthetic vector of 16 octets and the ciphertext, which is as long as the message.

    Deterministic. A key that meets the same message twice tells that it did, and nothing more.

    Args:
        key: 32, 48 or 64 octets; ours have 64.
        named: strings of associated data in their order.
        message: at least one octet.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # noqa: PLC0415 -- see above

    return AESSIV(key).encrypt(message, list(named))


def open_sealed(key: bytes, named: Sequence[bytes], sealed: bytes) -> bytes:
    """What `seal` sealed.

    Raises:
        CannotOpen: another key or other associated data, or changed octets.
    """
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 -- see above
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # noqa: PLC0415 -- see above

    try:
        return AESSIV(key).decrypt(sealed, list(named))
    except (InvalidTag, ValueError) as error:
        raise CannotOpen from error
