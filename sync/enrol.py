"""Enrolment: the one-time code's proof, the octets that travel, and the certificate."""

import hashlib

from sync import message, seal
from sync.errors import BadSignature, MalformedFrame
from sync.message import CERTIFICATE_DOMAIN, Certificate, Enrolment

NODE_OCTETS = 5


def enrolment_proof(code: str, node: int, public: bytes, duty_key: bytes) -> bytes:
    """The one-time code's 16-octet authenticator over what a node enrols with.

    Args:
        code: the code on the card.
        node: ten digits of the desa's Kemendagri code as a number.
        public: the node's Ed25519 key, 32 octets.
        duty_key: the node's duty key, 32 octets.
    """
    key = hashlib.blake2b(code.encode()).digest()[:32]
    return seal.tag(key, "enrol", node, public, duty_key)


def addressed(node: int, recipient: bytes, octets: bytes, seed: bytes) -> bytes:
    """A body for the Polres: the node's number in clear, then a sealed box to its exchange key."""
    return node.to_bytes(NODE_OCTETS, "big") + seal.seal_box(recipient, octets, seed)


def open_addressed(pair: seal.KeyPair, octets: bytes) -> tuple[int, bytes]:
    """The node's number and what its sealed box holds.

    Raises:
        CannotOpen: sealed to another key, or cut.
    """
    number = int.from_bytes(octets[:NODE_OCTETS], "big")
    return number, seal.open_box(pair, octets[NODE_OCTETS:])


def enrolment_octets(
    node: int, public: bytes, duty_key: bytes, *, code: str, exchange: bytes, seed: bytes
) -> bytes:
    """The body of an enrolment's POST; `exchange` is the Polres' key, `seed` is fresh."""
    proof = enrolment_proof(code, node, public, duty_key)
    return addressed(node, exchange, Enrolment(node, public, duty_key, proof).pack(), seed)


def certificate_octets(certificate: Certificate, root: seal.KeyPair) -> bytes:
    """The answer to an enrolment: the certificate, signed by the Polres' root."""
    octets = certificate.pack()
    return message.envelope(octets, seal.sign(root, CERTIFICATE_DOMAIN, octets))


def read_certificate(octets: bytes, root: bytes, node: int, public: bytes) -> Certificate:
    """The certificate in an enrolment's answer.

    Raises:
        BadSignature: not signed by the pinned root, or for another node or key.
        MalformedFrame: not a certificate.
    """
    packed, signature = message.open_envelope(octets)
    seal.verify(root, CERTIFICATE_DOMAIN, packed, signature)
    certificate = Certificate.unpack(packed)
    if certificate.instance < 1:
        raise MalformedFrame
    if (certificate.node, certificate.public) != (node, public):
        raise BadSignature
    return certificate
