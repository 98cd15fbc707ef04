"""Places are read in the many ways that people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.reading.places import Place, find_place


@pytest.mark.parametrize(
    ("text", "rt", "rw"),
    [
        ("kebakaran rt 02 rw 01", 2, 1),
        ("rt2/1 maling", 2, 1),
        ("RT.002/RW.001", 2, 1),
        ("di rt 02/01", 2, 1),
        ("RT/RW 02/04", 2, 4),
        ("rt/rw: 3 / 5", 3, 5),
        ("RT 6/1", 6, 1),
        ("rt 3 - rw 5", 3, 5),
        ("rt3rw1", 3, 1),
        ("lokasi 02/01 dekat pos", 2, 1),
        ("rt tiga", 3, None),
        ("RT III RW II", 3, 2),
        ("erte 5 erwe 2", 5, 2),
        ("RT gangsal", 5, None),
        ("rt tilu", 3, None),
        ("RT.010", 10, None),
        ("RW 06 banjir", None, 6),
        ("banjir pak rt 4 rw 3", 4, 3),
        ("pak rt 5 kemalingan", 5, None),
        ("pak rt 2 kali saya lapor", None, None),
        ("sudah lapor bu RT 3 orang saksi", None, None),
        ("pak rt sudah tahu", None, None),
        ("hilang tgl 02/03", None, None),
        ("tiga orang artis", None, None),
        ("rt 000", None, None),
        ("start 5 motor", None, None),
        ("plat DR 4471 XX", None, None),
        ("rt idaman", None, None),
    ],
)
def test_rt_and_rw_are_read(text: str, rt: int | None, rw: int | None) -> None:
    place = find_place(text)
    assert (place.rt, place.rw) == (rt, rw)


@pytest.mark.parametrize(
    ("text", "dusun"),
    [
        ("maling di dusun krajan", "Krajan"),
        ("DSN LABUHAN JAMBU KEBAKARAN", "Labuhan Jambu"),
        ("dsn 3", "3"),
        ("dusun III banjir", "III"),
        ("dusun dua", "2"),
        ("kp. Sawah Baru", "Sawah Baru"),
        ("dsn smbr jaya", "Sumber Jaya"),
        ("banjir di dusun krajan kemarin", "Krajan"),
        ("di dusun kami ada maling", None),
        ("kepala dusun sudah datang", None),
        ("kampung sebelah", None),
    ],
)
def test_a_dusun_is_named_without_its_prefix(text: str, dusun: str | None) -> None:
    assert find_place(text).dusun == dusun


@pytest.mark.parametrize(
    ("text", "landmark"),
    [
        ("kecelakaan dkt jembatan gantung, parah", "jembatan gantung"),
        ("ada yang nyabu di belakang masjid nurul huda tiap malam", "masjid nurul huda"),
        ("maling di warung bu Ijah pak", "warung bu ijah"),
        ("tawuran dpn smp 1", "smp 1"),
        ("pencurian dekat rumah saya", None),
        ("motor saya hilang", None),
        ("sudah dua kali terjadi", None),
    ],
)
def test_a_landmark_is_read(text: str, landmark: str | None) -> None:
    assert find_place(text).landmark == landmark


@given(st.text(max_size=300))
def test_no_text_makes_it_raise_and_numbers_stay_small(text: str) -> None:
    place = find_place(text)
    assert place.rt is None or 1 <= place.rt <= 99
    assert place.rw is None or 1 <= place.rw <= 99


@given(
    st.integers(1, 99),
    st.integers(1, 99),
    st.sampled_from(["rt {} rw {}", "RT{}/RW{}", "rt.{:02}/rw.{:03}", "Rt {} Rw.{}", "rt {}/{}"]),
)
def test_every_number_comes_back(rt: int, rw: int, form: str) -> None:
    assert find_place(f"tolong {form.format(rt, rw)} pak") == Place(rt, rw)
