"""The HTTP list, 67, 68, 70 to 73, 75, 76 and 80b: who asks, and what he saw before."""

import threading
import unicodedata
from collections.abc import Callable

import pytest
from browsers import TEXT, WORDS, Site, Visitor, refused, title
from werkzeug.test import TestResponse
from world import World

from server.desa import commands, login, steps
from server.desa.app import create_app
from server.desa.officers import autolock
from server.domain.report import Status
from server.polres import accounts
from server.polres.accounts import Role
from server.polres.errors import BadUserName
from sync import seal

AGAIN = "Anda perlu masuk lagi"


def out(visitor: Visitor) -> bool:
    """Whether a browser is asked to log in."""
    return visitor.get("/").status_code == 303


def remove(site: Site) -> None:
    """The account is gone."""
    if site.name == "polres":
        accounts.remove_user(site.world.district, site.account)
        return
    with site.world.node.database.write() as db:
        login.remove(db, site.account)


def add(site: Site) -> None:
    """Somebody of the same name has an account."""
    if site.name == "polres":
        now_s = site.world.wall_s()
        accounts.add_user(site.world.district, site.account, Role.BINMAS, now_s)
    else:
        commands.add_officer(site.world.node, site.account)


def test_a_revoked_officer_is_out_at_once_and_his_name_does_not_bring_him_back(
    site: Site,
) -> None:
    """67: the session of a revoked officer."""
    officer, action = site.officer(), f"{site.report}/ambil"
    fields = officer.hidden(site.report, action)
    remove(site)
    assert out(officer)
    refused(officer.client.post(action, data=fields), 401, AGAIN)
    add(site)
    assert out(officer)
    refused(officer.client.post(action, data=fields), 401, AGAIN)
    assert site.moved() == 0


def test_another_passphrase_ends_the_sessions_of_the_one_before(sites: tuple[Site, Site]) -> None:
    """67: a session that somebody else began with the old passphrase."""
    desa, polres = sites
    thief, other = polres.officer(), polres.colleague()
    accounts.renew_user(polres.world.district, polres.account, polres.world.wall_s())
    assert (out(thief), out(other)) == (True, False)
    thief, other, officer = desa.officer(), desa.colleague(), desa.visitor()
    link = desa.made["phone_path"]
    assert officer.post(link, link).status_code == 303
    assert officer.login(desa.account, desa.passphrase).status_code == 303
    changed = officer.post("/kunci", "/kunci/sandi", passphrase=desa.passphrase)
    assert changed.status_code == 200
    assert (out(thief), out(other), out(officer)) == (True, False, False)
    card = desa.visitor()
    told = card.post("/pulihkan", "/pulihkan", name=desa.account, words=desa.made["recovery"])
    assert told.status_code == 200
    assert (out(officer), out(other)) == (True, False)


def test_a_session_that_somebody_else_chose_is_never_the_one_that_logs_in(site: Site) -> None:
    """68: a session fixation cookie."""
    for chosen in ("gelap", "a" * 43, "", "../../etc/passwd"):
        visitor, thief = site.visitor(), site.visitor()
        for browser in (visitor, thief):
            browser.client.set_cookie(site.cookie, chosen)
        assert visitor.login(site.account, site.passphrase).status_code == 303
        held = visitor.client.get_cookie(site.cookie)
        assert held is not None
        assert held.value != chosen
        assert (out(visitor), out(thief)) == (False, True)
    # Not even a session of ours that a thief had first.
    thief, visitor = site.visitor(), site.visitor()
    thief.get("/masuk")
    planted = thief.client.get_cookie(site.cookie)
    assert planted is not None
    visitor.client.set_cookie(site.cookie, planted.value)
    assert visitor.login(site.account, site.passphrase).status_code == 303
    assert (out(visitor), out(thief)) == (False, True)


def test_a_form_from_before_a_restart_asks_to_log_in_and_gives_the_words_back(
    site: Site,
) -> None:
    """70: a stale form after a restart, which ends every session."""
    officer, action = site.officer(), f"{site.report}/jawab"
    fields = officer.hidden(site.report, action) | {"text": WORDS}
    officer.client.set_cookie(site.cookie, "x" * 43)
    answer = officer.client.post(action, data=fields)
    refused(answer, 401, AGAIN)
    assert WORDS in answer.text
    assert site.moved() == 0


def test_a_form_from_before_the_lock_says_that_the_report_is_locked(
    sites: tuple[Site, Site],
) -> None:
    """70: a stale form after lock."""
    desa, _ = sites
    officer = desa.officer()
    closing = officer.post(desa.report, f"{desa.report}/tutup", result="Didamaikan")
    assert closing.status_code == 303
    action = f"{desa.report}/buka"
    fields = officer.hidden(desa.report, action) | {"reason": WORDS}
    desa.world.speak()
    lock(desa.world)
    answer = officer.client.post(action, data=fields)
    assert answer.status_code == 422
    assert "masih terkunci" in answer.text
    assert WORDS in answer.text
    assert TEXT not in answer.text


def lock(world: World) -> None:
    """A day later without an officer the box forgets the keys of the closed report."""
    world.mono_s += 86_400
    steps.tend(world.node, world.mono_s)
    world.exchange()
    autolock.forget(world.node)
    assert world.report().locked


def at_once(*asks: Callable[[], TestResponse]) -> list[TestResponse]:
    """Ask side by side."""
    gate, answers = threading.Barrier(len(asks)), []

    def ask(one: Callable[[], TestResponse]) -> None:
        gate.wait(20)
        answers.append(one())

    threads = [threading.Thread(target=ask, args=(one,)) for one in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return answers


def test_a_form_that_is_sent_twice_at_once_is_acted_upon_once(site: Site) -> None:
    """71: double submit in 10 ms."""
    officer, action = site.officer(), f"{site.report}/jawab"
    fields = officer.hidden(site.report, action) | {"text": WORDS}
    cookie = officer.client.get_cookie(site.cookie)
    assert cookie is not None
    twins = [site.visitor() for _ in range(4)]
    for twin in twins:
        twin.client.set_cookie(site.cookie, cookie.value)
    answers = at_once(
        *(lambda twin=twin: twin.client.post(action, data=fields) for twin in twins)  # type: ignore[misc]
    )
    assert {answer.status_code for answer in answers} == {303}
    assert site.moved() == 1


def test_of_two_officers_who_claim_a_report_at_once_one_has_it_and_the_other_is_told(
    sites: tuple[Site, Site],
) -> None:
    """72: two officers claim one ticket at once."""
    desa, polres = sites
    assert raced(desa) == [303, 409]
    assert desa.world.report().status is Status.TAKEN
    assert desa.world.report().officer in {desa.account, desa.second[0]}
    assert desa.moved() == 1
    # At the Polres nothing is taken: both orders go down, and the desa answers each.
    assert raced(polres) == [303, 303]
    assert polres.moved() == 2


def raced(site: Site) -> list[int]:
    """Two officers press the same button."""
    action = f"{site.report}/ambil"
    forms = [(who, who.hidden(site.report, action)) for who in (site.officer(), site.colleague())]
    answers = at_once(
        *(lambda who=who, form=form: who.client.post(action, data=form) for who, form in forms)  # type: ignore[misc]
    )
    for answer in answers:
        assert (answer.status_code == 303) != ("sudah berubah" in answer.text)
    return sorted(answer.status_code for answer in answers)


def test_a_ticket_of_another_desa_is_no_ticket_here(sites: tuple[Site, Site]) -> None:
    """73: a ticket of another desa."""
    desa, polres = sites
    officer, desk = desa.officer(), polres.officer()
    ticket = desa.report.rpartition("/")[2]
    other = f"{(int(ticket) + 1) % 100_000:05d}"
    nothing = "Tidak ada di sini"
    refused(officer.get(f"/laporan/{other}"), 404, nothing)
    refused(desk.get(f"/laporan/52.04.07.2005/{ticket}"), 404, nothing)
    refused(desk.get(polres.report.replace(ticket, other)), 404, nothing)
    fields = officer.hidden(desa.report, f"{desa.report}/ambil")
    refused(officer.client.post(f"/laporan/{other}/ambil", data=fields), 404, nothing)
    fields = desk.hidden(polres.report, f"{polres.report}/ambil")
    there = f"/laporan/52.04.07.2005/{ticket}/ambil"
    refused(desk.client.post(there, data=fields), 404, nothing)
    # Nor is a session of one site one of the other, or of the neighbour's box.
    for mine, foreign in ((desa, polres), (polres, desa)):
        held, stranger = mine.officer().client.get_cookie(mine.cookie), foreign.visitor()
        assert held is not None
        stranger.client.set_cookie(foreign.cookie, held.value)
        assert out(stranger)
    assert (desa.moved(), polres.moved()) == (0, 0)


CONFUSABLE = (
    *("\u041c\u0430de", "Mad\u0435", "\uff2dade", "Made\u200b", "Ma\u0300de", "M\u00e0de"),
    *("made", "MADE", " Made", "Made ", "Ma\u0301de\u0323", "Made\u202e", "Ma de\0"),
)


@pytest.mark.parametrize("name", CONFUSABLE, ids=ascii)
def test_a_name_that_looks_like_another_logs_nobody_in_and_is_given_to_nobody(
    still_sites: tuple[Site, Site], name: str
) -> None:
    """75: a Unicode-confusable user name, at the village."""
    desa, _ = still_sites
    assert desa.visitor().login(name, desa.passphrase).status_code == 401
    desa.world.mono_s += 100
    with pytest.raises((login.NotAName, login.NameTaken)):
        commands.add_officer(desa.world.node, name)
    assert desa.world.desk().officers() == ("Made", "Putu")


@pytest.mark.parametrize("name", ["an\u0456", "\uff41ni", "ani\u200b", "\u0430ni", "\u00e0ni"])
def test_an_account_name_is_of_small_latin_letters_alone(
    still_sites: tuple[Site, Site], name: str
) -> None:
    """75: a Unicode-confusable user name, at the Polres."""
    _, polres = still_sites
    assert polres.visitor().login(name, polres.passphrase).status_code == 401
    with pytest.raises(BadUserName):
        accounts.add_user(polres.world.district, name, Role.SPKT, 0)


def stretched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Lengths of the passphrases that are looked at."""
    seen: list[int] = []
    real = seal.stretch

    def watch(passphrase: str, salt: bytes, *, memory_mib: int, passes: int) -> bytes:
        seen.append(len(passphrase))
        return real(passphrase, salt, memory_mib=memory_mib, passes=passes)

    monkeypatch.setattr(seal, "stretch", watch)
    return seen


def test_a_passphrase_of_a_megabyte_costs_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """76: a password of 1 MB, and one of 201 letters."""
    visitor, seen = site.visitor(), stretched(monkeypatch)
    refused(visitor.post("/masuk", "/masuk", name=site.account, passphrase="a" * 1_000_000),
            413, "Terlalu besar")  # fmt: skip
    long = visitor.post("/masuk", "/masuk", name=site.account, passphrase="a" * 201)
    assert (long.status_code, seen) == (422, [])
    assert "Paling panjang 200 huruf" in long.text


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_a_passphrase_is_the_same_in_every_spelling_of_unicode(site: Site, form: str) -> None:
    """76: NFC and NFD: ours are of ASCII alone, and one letter more is another passphrase."""
    spelled = unicodedata.normalize(form, site.passphrase)  # type: ignore[arg-type]
    assert site.visitor().login(site.account, spelled).status_code == 303
    site.world.mono_s += 100
    wrong = unicodedata.normalize(form, site.passphrase + "\u00e9")  # type: ignore[arg-type]
    assert site.visitor().login(site.account, wrong).status_code == 401


@pytest.mark.parametrize("odd", ["\0", "a\0b", "\u202e", "\ud800".encode("utf-8", "surrogatepass")])
def test_a_passphrase_with_nul_is_a_wrong_one(site: Site, odd: str | bytes) -> None:
    """76: a password with NUL, also behind the right one."""
    right = site.passphrase if isinstance(odd, str) else site.passphrase.encode()
    for words in (odd, right + odd, odd + right):  # type: ignore[operator]
        visitor = site.visitor()
        fields = visitor.hidden("/masuk", "/masuk") | {"name": site.account}
        answer = visitor.client.post("/masuk", data={**fields, "passphrase": words})
        assert answer.status_code == 401
        assert title(answer)
        site.world.mono_s += 100


def test_after_logout_the_way_back_shows_the_login(site: Site) -> None:
    """80b: logout, then the back button."""
    officer = site.officer()
    shown = officer.get(site.report)
    assert TEXT in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    left = officer.post("/kotak" if site.name == "desa" else "/", "/keluar")
    assert (left.status_code, left.headers["Clear-Site-Data"]) == (303, '"cache"')
    back = officer.get(site.report)
    assert (back.status_code, TEXT in back.text) == (303, False)
    assert "Clear-Site-Data" not in back.headers


def test_a_new_start_knows_no_session_of_before(sites: tuple[Site, Site]) -> None:
    """70: sessions live in RAM alone."""
    desa, _ = sites
    held = desa.officer().client.get_cookie(desa.cookie)
    assert held is not None
    client = create_app(desa.world.desk()).test_client()
    client.set_cookie(desa.cookie, held.value)
    assert client.get("/").status_code == 303
