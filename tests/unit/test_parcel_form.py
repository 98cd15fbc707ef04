"""The form of a parcel: what is whole is read back, what is not is told apart in plain words."""

import io
import struct
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.parcel import errors, form
from sync.parcel.errors import ParcelError
from sync.parcel.form import Kind, Letter, Parcel, Way

MARK = form.mark_of(bytes(32))
WAYS = st.sampled_from(Way)


@st.composite
def parcels(draw: st.DrawFn) -> Parcel:
    """Any parcel that may be written."""
    way = draw(WAYS)
    letters = st.builds(Letter, st.sampled_from(form.KINDS[way]), st.binary(max_size=200))
    return Parcel(
        way,
        draw(st.integers(0, 2**40 - 1)),
        draw(st.binary(min_size=8, max_size=8)),
        tuple(draw(st.lists(letters, max_size=6))),
    )


def sample() -> bytes:
    letters = (Letter(Kind.ENROLMENT, b"card"), Letter(Kind.REQUEST, bytes(range(90))))
    return form.pack(Parcel(Way.TO_POLRES, 5204072004, MARK, letters))


def summed(octets: bytes) -> bytes:
    """The same file with a right checksum: what was changed was meant so."""
    return octets[: -form.SUM_OCTETS] + form._sum(octets[: -form.SUM_OCTETS])


@given(parcels())
def test_what_was_packed_is_read_back(parcel: Parcel) -> None:
    octets = form.pack(parcel)
    assert form.unpack(octets) == parcel
    assert form.way_of(octets) is parcel.way


def test_a_file_cut_at_any_octet_is_torn_or_empty() -> None:
    whole = sample()
    for length in range(len(whole)):
        with pytest.raises(errors.Empty if length == 0 else errors.Torn):
            form.unpack(whole[:length])


def test_a_file_changed_at_any_octet_is_refused() -> None:
    whole = sample()
    for at in range(len(whole)):
        for flipped in (0x01, 0x80, 0xFF):
            changed = whole[:at] + bytes([whole[at] ^ flipped]) + whole[at + 1 :]
            expected = errors.NotParcel if at < len(form.MAGIC) else errors.Torn
            with pytest.raises(expected):
                form.unpack(changed)


def test_a_file_with_more_at_its_end_is_torn() -> None:
    with pytest.raises(errors.Torn):
        form.unpack(sample() + b"\0")


@given(st.binary(max_size=400))
def test_anything_at_all_is_refused_in_one_sentence(octets: bytes) -> None:
    with pytest.raises(ParcelError) as refused:
        form.unpack(octets)
    assert refused.value.sentence.endswith(".")


@given(st.integers(0, 200), st.binary(min_size=1, max_size=40))
def test_a_changed_file_with_a_right_checksum_is_read_or_refused_and_never_breaks(
    at: int, octets: bytes
) -> None:
    whole = bytearray(sample())
    whole[at : at + len(octets)] = octets[: max(0, len(whole) - at)]
    try:
        read = form.unpack(summed(bytes(whole)))
    except ParcelError:
        return
    assert form.pack(read) == summed(bytes(whole))


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("kiriman.kentongan", sample())
    return held.getvalue()


@pytest.mark.parametrize(
    ("octets", "error"),
    [
        (b"", errors.Empty),
        (b"Daftar belanja: beras, gula\n", errors.NotParcel),
        (zipped(), errors.Zipped),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), errors.NotParcel),
        (form.MAGIC + bytes(form.OUTGOING_OCTETS_MAX), errors.TooLarge),
    ],
)
def test_every_other_file_has_its_own_sentence(octets: bytes, error: type[ParcelError]) -> None:
    with pytest.raises(error):
        form.unpack(octets)


def test_a_later_version_or_kind_asks_for_an_update() -> None:
    whole = sample()
    later = summed(whole[:16] + b"\x02" + whole[17:])
    strange = summed(whole[: form.HEAD_OCTETS] + b"\x09" + whole[form.HEAD_OCTETS + 1 :])
    for octets in (later, strange):
        with pytest.raises(errors.Newer):
            form.unpack(octets)


def test_a_return_is_held_to_its_own_smaller_size() -> None:
    letters = (Letter(Kind.ANSWER, bytes(form.LETTER_OCTETS_MAX)),)
    with pytest.raises(errors.TooLarge):
        form.pack(Parcel(Way.TO_DESA, 1, MARK, letters))
    many = tuple(Letter(Kind.REQUEST, b"") for _ in range(form.LETTERS_MAX + 1))
    with pytest.raises(errors.TooLarge):
        form.pack(Parcel(Way.TO_POLRES, 1, MARK, many))


def test_a_letter_that_names_a_size_beyond_the_file_is_torn() -> None:
    whole = bytearray(sample())
    whole[form.HEAD_OCTETS + 1 : form.HEAD_OCTETS + 5] = struct.pack(">I", 500_000)
    with pytest.raises(errors.Torn):
        form.unpack(summed(bytes(whole)))


def test_a_file_for_somebody_else_says_whose_it_is_not() -> None:
    out = form.unpack(sample())
    back = replace(out, way=Way.TO_DESA)
    form.expect_outgoing(out, bytes(32))
    form.expect_return(back, 5204072004, bytes(32))
    with pytest.raises(errors.OtherPolres):
        form.expect_outgoing(out, b"\1" * 32)
    with pytest.raises(errors.NotOutgoing):
        form.expect_outgoing(back, bytes(32))
    with pytest.raises(errors.NotReturn):
        form.expect_return(out, 5204072004, bytes(32))
    with pytest.raises(errors.OtherDesa):
        form.expect_return(back, 5204072005, bytes(32))
    with pytest.raises(errors.OtherPolres):
        form.expect_return(back, 5204072004, b"\1" * 32)


def test_every_refusal_is_one_sentence_that_says_what_to_do() -> None:
    kinds = [one for one in vars(errors).values() if isinstance(one, type)]
    refusals = [one for one in kinds if issubclass(one, ParcelError)]
    sentences = [one().sentence for one in refusals]
    assert len(set(sentences)) == len(sentences) == 12
    assert all(sentence.endswith(".") and len(sentence) < 110 for sentence in sentences)
