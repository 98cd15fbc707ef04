"""Sealing: the same row gives the same octets, and only its own key and name open it."""

import nacl.bindings as sodium
import pytest
from drawn import KEYS, flipped
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import seal
from sync.errors import BadSignature, CannotOpen

BODIES = st.binary(max_size=300)
NAMES = st.binary(max_size=40)
FIELDS = st.lists(st.binary(max_size=6) | st.text(max_size=4), max_size=4)
PAIR = seal.box_pair(b"p" * 32)
SIGNER = seal.signing_pair(b"s" * 32)


class TestRows:
    @given(KEYS, NAMES, BODIES)
    def test_a_row_opens_to_its_body_and_seals_the_same_each_time(
        self, key: bytes, name: bytes, body: bytes
    ) -> None:
        sealed = seal.seal_row(key, name, body)
        assert seal.open_row(key, name, sealed) == body
        assert seal.seal_row(key, name, body) == sealed

    @given(KEYS, NAMES, BODIES)
    def test_a_sealed_row_tells_its_length_only_in_steps_of_32(
        self, key: bytes, name: bytes, body: bytes
    ) -> None:
        sealed = seal.seal_row(key, name, body)
        assert len(sealed) == 24 + 16 + (len(body) // 32 + 1) * 32

    @given(KEYS, NAMES, BODIES, st.data())
    def test_another_key_another_name_or_a_changed_bit_opens_nothing(
        self, key: bytes, name: bytes, body: bytes, data: st.DataObject
    ) -> None:
        sealed = seal.seal_row(key, name, body)
        for attempt in (
            (data.draw(flipped(key)), name, sealed),
            (key, name + b"\0", sealed),
            (key, name, data.draw(flipped(sealed))),
            (key, name, sealed[: data.draw(st.integers(0, len(sealed) - 1))]),
        ):
            with pytest.raises(CannotOpen):
                seal.open_row(*attempt)

    @given(KEYS, NAMES, BODIES, BODIES)
    def test_a_nonce_is_never_spent_on_two_contents(
        self, key: bytes, name: bytes, one: bytes, other: bytes
    ) -> None:
        nonces = {seal.seal_row(key, name, body)[:24] for body in (one, other)}
        assert len(nonces) == (1 if one == other else 2)

    @given(KEYS, BODIES)
    def test_the_nonce_depends_on_the_name_too(self, key: bytes, body: bytes) -> None:
        assert (
            seal.seal_row(key, b"inbox 1", body)[:24] != seal.seal_row(key, b"outbox 1", body)[:24]
        )

    @given(st.binary(max_size=200), KEYS)
    def test_octets_that_are_no_sealed_row_cannot_be_opened(
        self, octets: bytes, key: bytes
    ) -> None:
        with pytest.raises(CannotOpen):
            seal.open_row(key, b"name", octets)


class TestDerived:
    @given(KEYS, FIELDS, FIELDS)
    def test_fields_that_differ_give_keys_that_differ(
        self, key: bytes, one: list[bytes | str], other: list[bytes | str]
    ) -> None:
        spelt = [[f if isinstance(f, bytes) else f.encode() for f in each] for each in (one, other)]
        assert (seal.derive(key, *one) == seal.derive(key, *other)) == (spelt[0] == spelt[1])

    def test_fields_do_not_run_into_each_other(self) -> None:
        key = b"k" * 32
        assert seal.derive(key, "inbox", 12) != seal.derive(key, "inbox1", 2)
        assert seal.tag(key, "ab", "c") != seal.tag(key, "a", "bc")
        assert len(seal.tag(key, "ab")) == 16

    @given(KEYS, KEYS)
    def test_both_holders_of_a_pair_derive_the_same_key(self, one: bytes, other: bytes) -> None:
        left, right = seal.box_pair(one), seal.box_pair(other)
        shared = seal.shared_key(left, right.public)
        assert shared == seal.shared_key(right, left.public)
        assert len(shared) == 32

    def test_a_stretched_passphrase_depends_on_words_salt_and_cost(self) -> None:
        usual = {"memory_mib": 8, "passes": 1}
        keys = {
            seal.stretch("padi-sumur", b"a" * 16, **usual),
            seal.stretch("padi-sumus", b"a" * 16, **usual),
            seal.stretch("padi-sumur", b"b" * 16, **usual),
            seal.stretch("padi-sumur", b"a" * 16, memory_mib=8, passes=2),
            seal.stretch("padi-sumur", b"a" * 16, memory_mib=9, passes=1),
        }
        assert len(keys) == 5
        assert seal.stretch("padi-sumur", b"a" * 16, **usual) in keys


class TestBoxes:
    @given(BODIES, KEYS)
    def test_a_box_opens_for_its_recipient_as_libsodium_opens_it(
        self, body: bytes, seed: bytes
    ) -> None:
        sealed = seal.seal_box(PAIR.public, body, seed)
        assert seal.open_box(PAIR, sealed) == body
        assert sodium.crypto_box_seal_open(sealed, PAIR.public, PAIR.secret) == body
        assert len(sealed) == len(body) + seal.BOX_OVERHEAD_OCTETS

    @given(BODIES, KEYS, st.data())
    def test_a_changed_or_cut_box_and_one_for_somebody_else_stay_shut(
        self, body: bytes, seed: bytes, data: st.DataObject
    ) -> None:
        sealed = seal.seal_box(PAIR.public, body, seed)
        other = seal.box_pair(data.draw(flipped(b"p" * 32)))
        for pair, octets in (
            (PAIR, sealed[: data.draw(st.integers(0, len(sealed) - 1))]),
            (PAIR, data.draw(flipped(sealed))),
            (other, sealed),
        ):
            with pytest.raises(CannotOpen):
                seal.open_box(pair, octets)

    def test_the_same_seed_serves_two_messages_with_two_ephemeral_keys(self) -> None:
        boxes = {seal.seal_box(PAIR.public, body, b"0" * 32)[:32] for body in (b"a", b"b")}
        assert len(boxes) == 2


class TestSignatures:
    @settings(max_examples=60)
    @given(BODIES, st.data())
    def test_a_signature_holds_for_its_key_its_domain_and_its_message_alone(
        self, body: bytes, data: st.DataObject
    ) -> None:
        signature = seal.sign(SIGNER, "frame", body)
        assert len(signature) == seal.SIGNATURE_OCTETS
        seal.verify(SIGNER.public, "frame", body, signature)
        for attempt in (
            (SIGNER.public, "receipt", body, signature),
            (SIGNER.public, "frame", body + b"\0", signature),
            (SIGNER.public, "frame", body, data.draw(flipped(signature))),
            (SIGNER.public, "frame", body, signature[:-1]),
            (SIGNER.public, "frame", body, b""),
            (data.draw(flipped(SIGNER.public)), "frame", body, signature),
            (b"", "frame", body, signature),
        ):
            with pytest.raises(BadSignature):
                seal.verify(*attempt)
