"""The link that gives a phone its key: never by itself, never in place of another unasked."""

import pytest
from paper_desk import PHONE_KEY, PaperDesk
from paper_phone import Phone


@pytest.fixture
def desk() -> PaperDesk:
    return PaperDesk()


def test_the_phone_link_gives_the_phone_its_key(desk: PaperDesk) -> None:
    phone = Phone(desk)
    assert "belum membawa kunci" in phone.get("/masuk")
    answer = phone.carries(PHONE_KEY.hex())
    assert (answer.status_code, answer.location) == (303, "/masuk")
    cookie = phone.client.get_cookie(phone.key_cookie)
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.max_age) == (True, "Strict", 365 * 86_400)
    assert "HP ini membawa kunci." in phone.get("/masuk")
    assert "2 sesi lama ikut terbuka" in phone.get(phone.login().location)


def test_opening_a_phone_link_changes_no_key(desk: PaperDesk) -> None:
    phone = Phone(desk)
    for _ in range(2):
        assert "Pasang kunci di HP ini" in phone.get(f"/hp/{PHONE_KEY.hex()}")
        assert phone.key() is None
    forged = phone.client.post(f"/hp/{PHONE_KEY.hex()}", data={"ganti": PHONE_KEY.hex()})
    assert forged.status_code == 400
    assert phone.key() is None


def test_another_key_is_put_in_place_only_after_asking(desk: PaperDesk) -> None:
    phone = Phone(desk)
    other = bytes(32).hex()
    phone.carries(PHONE_KEY.hex())
    assert "sudah membawa kunci lain" in phone.get(f"/hp/{other}")
    assert phone.key() == PHONE_KEY.hex()
    assert phone.carries(other).status_code == 303
    assert phone.key() == other


def test_a_key_that_the_link_could_not_see_is_asked_about_when_the_form_comes(
    desk: PaperDesk,
) -> None:
    phone = Phone(desk)
    path = f"/hp/{bytes(32).hex()}"
    fields = phone.hidden(path, path)  # no cookie came with the link: it stood on a foreign page
    phone.client.set_cookie(phone.key_cookie, PHONE_KEY.hex())
    asked = phone.send(path, fields)
    assert (asked.status_code, phone.key()) == (409, PHONE_KEY.hex())
    assert "sudah membawa kunci lain" in asked.text
    assert PHONE_KEY.hex() not in asked.text
    assert phone.carries(bytes(32).hex()).status_code == 303
    assert phone.key() == bytes(32).hex()


def test_consent_is_for_the_key_that_was_asked_about(desk: PaperDesk) -> None:
    phone = Phone(desk)
    path = f"/hp/{bytes(32).hex()}"
    phone.carries(PHONE_KEY.hex())
    consent = phone.hidden(path, path)
    third = "ab" * 32
    phone.carries(third)  # meanwhile, in another tab
    assert phone.send(path, consent).status_code == 409
    assert phone.key() == third


def test_a_phone_form_that_is_sent_twice_ends_as_once(desk: PaperDesk) -> None:
    phone = Phone(desk)
    path = f"/hp/{PHONE_KEY.hex()}"
    fields = phone.hidden(path, path)
    assert [phone.send(path, fields).status_code for _ in range(2)] == [303, 303]
    assert phone.key() == PHONE_KEY.hex()


@pytest.mark.parametrize("text", ["abc", "zz" * 32, "00" * 31, "00" * 33])
def test_a_broken_phone_link_sets_no_cookie(desk: PaperDesk, text: str) -> None:
    phone = Phone(desk)
    assert phone.client.get(f"/hp/{text}").status_code == 404
    assert phone.client.get_cookie(phone.key_cookie) is None
