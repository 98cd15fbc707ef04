"""Certificates of a Polres' road: made, and read for the key that they show."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sync import seal
from sync.errors import BadSignature, MalformedFrame
from sync.roads.pin import Pin
from sync.seal import KeyPair

VOUCHER_DOMAIN: Final = "road"
# An arc below 2.25 needs no registrar (ITU-T X.667); the number is our own.
_VOUCHER: Final = x509.ObjectIdentifier("2.25.7738712981070833505")
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SIGNATURE_OCTETS: Final = 64
_FROM: Final = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
# RFC 5280 section 4.1.2.5: a certificate without a well-defined end. A box's clock may be wrong.
_UNTIL: Final = dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Made:
    """A key and its certificate, both PEM."""

    key: bytes
    certificate: bytes


def make(seed: bytes, version: int, root: KeyPair) -> Made:
    """A P-256 key and a self-signed certificate in which the root vouches for that key.

    Args:
        seed: 32 fresh random octets.
        version: of the pin.
        root: Ed25519 keys of the Polres.
    """
    secret = ec.derive_private_key(1 + int.from_bytes(seed, "big") % (_ORDER - 1), ec.SECP256R1())
    public = secret.public_key()
    pin = Pin(version, _digest(public)).pack()
    voucher = pin[:4] + seal.sign(root, VOUCHER_DOMAIN, pin)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kentongan")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(version)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(x509.UnrecognizedExtension(_VOUCHER, voucher), critical=False)
        .sign(secret, hashes.SHA256())
    )
    pem = secret.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Made(pem, signed.public_bytes(serialization.Encoding.PEM))


def der_of(pem: bytes) -> bytes:
    """The certificate of a PEM file as a server shows it.

    Raises:
        MalformedFrame: it is none.
    """
    try:
        return x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)
    except ValueError as error:
        raise MalformedFrame from error


def shown_key(der: bytes) -> bytes:
    """SHA-256 of the key in a certificate; dates, names and issuer are not looked at.

    Raises:
        MalformedFrame: not a certificate.
    """
    try:
        return _digest(x509.load_der_x509_certificate(der).public_key())
    except Exception as error:
        # Whoever answers chose these octets, and the reader has many ways to refuse them.
        raise MalformedFrame from error


def vouched(der: bytes, root: bytes) -> Pin:
    """The pin that a certificate carries under the root's signature.

    Raises:
        MalformedFrame: not a certificate, or nobody vouches for its key.
        BadSignature: not the root.
    """
    digest = shown_key(der)
    try:
        found = x509.load_der_x509_certificate(der).extensions.get_extension_for_oid(_VOUCHER)
        voucher: object = found.value.public_bytes()
    except (ValueError, x509.ExtensionNotFound, NotImplementedError) as error:
        raise MalformedFrame from error
    if not isinstance(voucher, bytes) or len(voucher) != 4 + _SIGNATURE_OCTETS:
        raise MalformedFrame
    pin = Pin(int.from_bytes(voucher[:4], "big"), digest)
    seal.verify(root, VOUCHER_DOMAIN, pin.pack(), voucher[4:])
    if pin.version < 1:
        raise BadSignature
    return pin


def _digest(public: object) -> bytes:
    if not hasattr(public, "public_bytes"):
        raise MalformedFrame
    octets: bytes = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(octets).digest()
