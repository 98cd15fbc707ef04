"""The one door to libsodium: sealing of rows, sealed boxes, signatures, passwords."""

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache

import nacl.bindings as sodium
import nacl.exceptions
import nacl.pwhash

from sync.errors import BadSignature, CannotOpen

KEY_OCTETS = 32
NONCE_OCTETS = 24
PAD_STEP_OCTETS = 32
SIGNATURE_OCTETS = 64
BOX_OVERHEAD_OCTETS = 48


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A public and a secret key; which algorithm is said by who holds it."""

    public: bytes
    secret: bytes


def derive(key: bytes, *context: bytes | str | int) -> bytes:
    """A 32-octet key from a key and its context (keyed BLAKE2b, fields length-prefixed)."""
    digest = hashlib.blake2b(key=key, digest_size=KEY_OCTETS)
    for field in context:
        octets = field if isinstance(field, bytes) else str(field).encode()
        digest.update(len(octets).to_bytes(4, "big"))
        digest.update(octets)
    return digest.digest()


def seal_row(row_key: bytes, identity: bytes, body: bytes) -> bytes:
    """Nonce, ciphertext and tag of a body padded to 32-octet steps.

    Deterministic: the nonce is a keyed hash of identity and padded body, so a row sealed again
    after a rollback never spends a nonce on other content.
    """
    padded = sodium.sodium_pad(body, PAD_STEP_OCTETS)
    nonce = derive(row_key, "nonce", identity, padded)[:NONCE_OCTETS]
    sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(padded, identity, nonce, row_key)
    return nonce + sealed


def open_row(row_key: bytes, identity: bytes, sealed: bytes) -> bytes:
    """The body of a sealed row.

    Raises:
        CannotOpen: another key, another identity, or changed octets.
    """
    try:
        padded = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed[NONCE_OCTETS:], identity, sealed[:NONCE_OCTETS], row_key
        )
        return sodium.sodium_unpad(padded, PAD_STEP_OCTETS)
    except (nacl.exceptions.CryptoError, ValueError, TypeError) as error:
        raise CannotOpen from error


def seal_message(key: bytes, nonce: bytes, named: bytes, message: bytes) -> bytes:
    """Ciphertext and tag of a message; `nonce` has 8 octets and is never used twice with a key."""
    whole = nonce.ljust(NONCE_OCTETS, b"\0")
    return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(message, named, whole, key)


def open_message(key: bytes, nonce: bytes, named: bytes, sealed: bytes) -> bytes:
    """What `seal_message` sealed.

    Raises:
        CannotOpen: another key or context, or changed octets.
    """
    whole = nonce.ljust(NONCE_OCTETS, b"\0")
    try:
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, named, whole, key)
    except (nacl.exceptions.CryptoError, ValueError, TypeError) as error:
        raise CannotOpen from error


def hide(key: bytes, signature: bytes, octets: bytes) -> bytes:
    """The octets under a key stream of key and signature, as long as they were; again undoes it.

    XChaCha20 under keyed BLAKE2b(key; `hide`, signature), nonce 0. The signature must cover a
    MAC of the octets: so no two texts share a stream, and it is what proves them.
    """
    stream_key = derive(key, "hide", signature)
    sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        octets, b"", bytes(NONCE_OCTETS), stream_key
    )
    return sealed[: len(octets)]


def box_pair(seed: bytes) -> KeyPair:
    """An X25519 key pair from 32 octets."""
    public, secret = sodium.crypto_box_seed_keypair(seed)
    return KeyPair(public, secret)


def seal_box(recipient: bytes, message: bytes, seed: bytes) -> bytes:
    """A libsodium sealed box whose ephemeral key comes from `seed`, to be opened as any other."""
    ephemeral = box_pair(derive(seed, "sealed box", recipient, message))
    nonce = hashlib.blake2b(ephemeral.public + recipient, digest_size=NONCE_OCTETS).digest()
    return ephemeral.public + sodium.crypto_box(message, nonce, recipient, ephemeral.secret)


def open_box(pair: KeyPair, sealed: bytes) -> bytes:
    """What a sealed box holds.

    Raises:
        CannotOpen: it was sealed to another key, or is cut.
    """
    try:
        return sodium.crypto_box_seal_open(sealed, pair.public, pair.secret)
    except (nacl.exceptions.CryptoError, ValueError, TypeError) as error:
        raise CannotOpen from error


def signing_pair(seed: bytes) -> KeyPair:
    """An Ed25519 key pair from 32 octets."""
    public, secret = sodium.crypto_sign_seed_keypair(seed)
    return KeyPair(public, secret)


def sign(pair: KeyPair, domain: str, message: bytes) -> bytes:
    """A detached Ed25519 signature over the domain string and the message's hash."""
    return sodium.crypto_sign(_signed(domain, message), pair.secret)[:SIGNATURE_OCTETS]


def verify(public: bytes, domain: str, message: bytes, signature: bytes) -> None:
    """Check a signature made by `sign`.

    Raises:
        BadSignature: another key, domain or message.
    """
    try:
        _open_signed(signature + _signed(domain, message), public)
    except (nacl.exceptions.CryptoError, ValueError, TypeError) as error:
        raise BadSignature from error


@lru_cache(maxsize=1024)
def _open_signed(signed: bytes, public: bytes) -> None:
    """Certificates and lists are checked each time they are read; the same octets stay sound."""
    sodium.crypto_sign_open(signed, public)


def _signed(domain: str, message: bytes) -> bytes:
    return b"kentongan " + domain.encode() + b"\0" + hashlib.blake2b(message).digest()


def agreeing(pair: KeyPair) -> KeyPair:
    """The X25519 pair that belongs to an Ed25519 pair (the birational map of RFC 7748)."""
    secret = sodium.crypto_sign_ed25519_sk_to_curve25519(pair.secret)
    return KeyPair(agreeing_public(pair.public), secret)


def agreeing_public(public: bytes) -> bytes:
    """The X25519 key that belongs to a public Ed25519 key.

    Raises:
        BadSignature: it is no key that could have signed anything.
    """
    try:
        return sodium.crypto_sign_ed25519_pk_to_curve25519(public)
    except (nacl.exceptions.CryptoError, ValueError, TypeError) as error:
        raise BadSignature from error


def shared_key(pair: KeyPair, other_public: bytes) -> bytes:
    """The key that two X25519 holders share; it authenticates acks between them.

    Raises:
        CannotOpen: the other key is of low order, so that everybody knows what it shares.
    """
    try:
        return derive(sodium.crypto_scalarmult(pair.secret, other_public), "pair")
    except (nacl.exceptions.CryptoError, ValueError, TypeError) as error:
        raise CannotOpen from error


def is_sound_key(public: bytes) -> bool:
    """Whether something can be sealed to an X25519 key: 32 octets, not of low order."""
    if len(public) != KEY_OCTETS:
        return False
    try:
        shared_key(KeyPair(b"", b"\1" * KEY_OCTETS), public)
    except CannotOpen:
        return False
    return True


def tag(key: bytes, *fields: bytes | str | int) -> bytes:
    """A 16-octet authenticator of the fields."""
    return derive(key, "tag", *fields)[:16]


def same(left: bytes, right: bytes) -> bool:
    """Compare without telling where they differ."""
    return hmac.compare_digest(left, right)


def stretch(passphrase: str, salt: bytes, *, memory_mib: int, passes: int) -> bytes:
    """32 octets of argon2id over a passphrase; `salt` has 16 octets."""
    return nacl.pwhash.argon2id.kdf(
        KEY_OCTETS, passphrase.encode(), salt, opslimit=passes, memlimit=memory_mib * 1024 * 1024
    )
