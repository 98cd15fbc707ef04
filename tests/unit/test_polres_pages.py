"""The duty desk's pages, as a browser without JavaScript meets them, over a real district."""

import re
from dataclasses import replace
from html import unescape

import pytest
from flask.testing import FlaskClient
from played_node import START_S, PlayedNode, octets, received
from werkzeug.test import TestResponse

from server.domain import events as e
from server.polres import accounts, enrolment
from server.polres.accounts import Role
from server.polres.app import create_app
from server.polres.district import District
from server.polres.down import orders
from server.sections import Login
from server.vault import Lock

PUNGKA, NIJANG = "52.04.07.2001", "52.04.07.2002"
HOUR_S = 3_600
REPORT = f"/laporan/{PUNGKA}/41275"


class Desk:
    """A browser at the Polres that fills in forms as they stand on the page."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.now_s = START_S
        self.app = create_app(district, now=lambda: self.now_s)
        self.client: FlaskClient = self.app.test_client()

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.status
        return unescape(answer.text)

    def form(self, page: str, action: str) -> dict[str, str]:
        forms = re.findall(r"<form.*?</form>", self.get(page), re.DOTALL)
        found = [form for form in forms if f'action="{action}"' in form]
        assert found, f"{page} has no form for {action}"
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', found[0]))

    def post(self, page: str, action: str, **fields: str) -> TestResponse:
        return self.client.post(action, data=self.form(page, action) | fields)

    def login(self, role: Role) -> None:
        passphrase = accounts.add_user(self.district, role.value, role, self.now_s)
        answer = self.post("/masuk", "/masuk", name=role.value, passphrase=passphrase)
        assert answer.status_code == 303


@pytest.fixture
def district(district: District) -> District:
    """Give a prepared Polres where a guess at a passphrase is cheap."""
    district.settings = replace(district.settings, login=Login(memory_mib=8, passes=1))
    return district


def enrolled(district: District, code: str, name: str) -> PlayedNode:
    """A desa that has used its card."""
    card = enrolment.enroll(district, code, name, "http://10.0.0.1", now_s=START_S)
    node = PlayedNode(district, card, octets(code))
    assert node.enrol() == 200
    return node


@pytest.fixture
def node(district: District) -> PlayedNode:
    """Give Pungka, with one report at the Polres."""
    node = enrolled(district, PUNGKA, "Pungka")
    node.write(received("41275", "sapi hilang dua ekor", rt=3), sets=1)
    node.exchange()
    return node


@pytest.fixture
def desk(district: District, node: PlayedNode) -> Desk:
    """Give the browser of an officer of the SPKT."""
    desk = Desk(district)
    desk.login(Role.SPKT)
    return desk


class TestLogin:
    def test_without_login_a_page_leads_to_the_login_and_back(self, desk: Desk) -> None:
        desk.client.delete_cookie("kentongan_polres")
        answer = desk.client.get(REPORT)
        assert answer.status_code == 303
        assert desk.form(answer.location, "/masuk")["lanjut"] == REPORT

    def test_a_wrong_passphrase_is_told_and_the_next_try_must_wait(self, desk: Desk) -> None:
        desk.client.delete_cookie("kentongan_polres")
        wrong = {"name": "spkt", "passphrase": "salah"}
        codes = [desk.post("/masuk", "/masuk", **wrong).status_code for _ in range(2)]
        assert codes == [401, 429]

    def test_after_logout_nothing_is_shown(self, desk: Desk) -> None:
        assert desk.post("/", "/keluar").status_code == 303
        assert desk.client.get("/").status_code == 303

    def test_a_removed_account_is_out_at_once(self, desk: Desk) -> None:
        accounts.remove_user(desk.district, "spkt")
        assert desk.client.get("/").status_code == 303

    def test_another_host_name_is_refused(self, desk: Desk) -> None:
        assert desk.client.get("/", headers={"Host": "jahat.example"}).status_code == 421


class TestQueue:
    @pytest.fixture(autouse=True)
    def more(self, district: District) -> None:
        nijang = enrolled(district, NIJANG, "Nijang")
        nijang.write(
            received("50003", "rumah terbakar", urgency="darurat", received_s=START_S - HOUR_S),
            sets=1,
            urgent=True,
        )
        nijang.write(received("60004", "lampu jalan mati", urgency="biasa"), sets=1)
        nijang.write(e.Closed("60004", "Bripka Sahlan", "diperbaiki"), sets=4)
        nijang.exchange()

    def tickets(self, page: str) -> list[str]:
        return re.findall(r'data-key="l-[\d.]+-(\d+)"', page)

    def test_open_urgent_reports_stand_on_top_and_closed_ones_do_not_stand_there(
        self, desk: Desk
    ) -> None:
        assert self.tickets(desk.get("/")) == ["50003", "41275"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            (f"desa={PUNGKA}", ["41275"]),
            ("keadaan=selesai", ["60004"]),
            ("keadaan=semua", ["50003", "41275", "60004"]),
            ("tingkat=darurat", ["50003"]),
            ("cari=SAPI", ["41275"]),
            ("cari=60004&keadaan=semua", ["60004"]),
            ("desa=nonsens&keadaan=x&tingkat=y", ["50003", "41275"]),
        ],
    )
    def test_it_is_filtered_by_what_the_address_says(
        self, desk: Desk, query: str, found: list[str]
    ) -> None:
        assert sorted(self.tickets(desk.get(f"/?{query}"))) == sorted(found)

    def test_the_filter_stays_while_reports_are_opened_and_ordered(self, desk: Desk) -> None:
        chosen = f"?desa={PUNGKA}&cari=sapi"
        assert f'href="{REPORT}{chosen}"' in desk.get(f"/{chosen}")
        answer = desk.post(f"{REPORT}{chosen}", f"{REPORT}/ambil{chosen}")
        assert answer.location == f"{REPORT}{chosen}"

    def test_the_title_counts_urgent_reports_that_nobody_took(self, desk: Desk) -> None:
        assert "<title>(1) Antrean" in desk.get("/")
        assert desk.client.get("/jaga").json == {"darurat": 1}

    def test_segar_answers_304_until_something_changes(self, desk: Desk, node: PlayedNode) -> None:
        first = desk.client.get("/segar")
        same = desk.client.get("/segar", headers={"If-None-Match": first.headers["ETag"]})
        node.exchange()
        after = desk.client.get("/segar", headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, same.status_code, after.status_code) == (200, 304, 200)

    def test_a_search_without_result_offers_the_closed_ones(self, desk: Desk) -> None:
        page = desk.get("/?cari=lampu")
        assert self.tickets(page) == []
        assert "/?cari=lampu&keadaan=semua" in page


class TestReport:
    def test_it_shows_the_words_and_masks_the_number(self, desk: Desk) -> None:
        page = desk.get(REPORT)
        assert "sapi hilang dua ekor" in page
        assert "081234567890" not in page
        assert "81234567890" not in page

    def test_an_unknown_ticket_or_desa_is_a_page_that_is_not_there(self, desk: Desk) -> None:
        for path in (f"/laporan/{PUNGKA}/99999", f"/laporan/{NIJANG}/41275", "/laporan/x/41275"):
            assert desk.client.get(path).status_code == 404

    def test_a_sealed_report_shows_its_number_and_desa_only(
        self, desk: Desk, node: PlayedNode
    ) -> None:
        secret = received("50003", "oknum minta uang", category="aparat", urgency="darurat")
        node.write(secret, lock=Lock.UNIT, sets=1, urgent=True)
        node.exchange()
        article = r'<article[^>]*data-key="l-[\d.]+-50003".*?</article>'
        card = re.search(article, desk.get("/"), re.DOTALL)
        assert card is not None
        words = " ".join(re.sub(r"<[^>]+>", " ", card[0]).split())
        assert words == "Disegel untuk Propam Pungka No 50003"
        page = desk.get(f"/laporan/{PUNGKA}/50003")
        chosen = page[page.index('id="panel-laporan"') :]
        assert "Disegel untuk Propam" in chosen
        assert not re.search(r"oknum|aparat|Darurat|<form(?! method=.dialog)", chosen)

    def test_a_report_whose_key_is_missing_says_so_and_takes_no_orders(
        self, desk: Desk, district: District
    ) -> None:
        nijang = enrolled(district, NIJANG, "Nijang")
        nijang.write(received("70007", "rahasia"), sets=1)
        nijang.exchange(request=replace(nijang.request(), wraps=()))
        page = desk.get(f"/laporan/{NIJANG}/70007")
        assert "Isinya belum terbuka" in page
        assert "/70007/ambil" not in page


class TestOrders:
    def test_an_answer_goes_down_and_its_journey_is_shown_leg_by_leg(
        self, desk: Desk, node: PlayedNode
    ) -> None:
        assert desk.post(REPORT, f"{REPORT}/jawab", text="Kami menuju lokasi").status_code == 303
        assert self.legs(desk) == ["dibuat", "menunggu desa", "SMS terkirim", "SMS diterima"]
        node.exchange()
        assert node.orders() == (
            e.AnswerOrdered("41275", "spkt", "Kami menuju lokasi", START_S + orders.ORDER_S),
        )
        node.write(e.Answered("41275", "spkt", "Kami menuju lokasi"))
        node.write(e.OrderReceived(1, 1, "41275", "dijalankan"))
        node.write(e.MessageSent("41275", "order:1:1", "delivered"))
        node.exchange()
        assert self.legs(desk) == ["dibuat", "sampai di desa", "SMS terkirim", "SMS diterima"]
        assert desk.get(REPORT).count("Kami menuju lokasi") == 1

    def legs(self, desk: Desk) -> list[str]:
        legs = re.findall(
            r"<li class=\"\w+\">.*?<span>(.*?)[ <]*(?:tersambung)?<", desk.get(REPORT)
        )
        return [leg.strip() for leg in legs]

    @pytest.mark.parametrize(
        ("path", "fields", "order"),
        [
            ("ambil", {}, ("take", "")),
            ("teruskan", {"to": " Polsek  Moyo "}, ("forward", "Polsek Moyo")),
            ("tutup", {"result": "Didamaikan"}, ("close", "Didamaikan")),
        ],
    )
    def test_a_state_is_ordered_with_what_belongs_to_it(
        self,
        desk: Desk,
        node: PlayedNode,
        path: str,
        fields: dict[str, str],
        order: tuple[str, str],
    ) -> None:
        assert desk.post(REPORT, f"{REPORT}/{path}", **fields).status_code == 303
        node.exchange()
        (down,) = node.orders()
        assert isinstance(down, e.StatusOrdered)
        assert (down.move, down.note, down.by) == (*order, "spkt")

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "Tulis dahulu jawabannya"),
            ("x" * 141, "Terlalu panjang 1 huruf"),
            ("[" * 71, "Terlalu panjang 2 huruf"),
            ("segera 🚒", "emoji"),
        ],
    )
    def test_what_is_not_one_sms_is_refused_and_stays_typed(
        self, desk: Desk, node: PlayedNode, text: str, words: str
    ) -> None:
        answer = desk.post(REPORT, f"{REPORT}/jawab", text=text)
        assert answer.status_code == 422
        assert words in answer.text
        assert f">{text}</textarea>" in unescape(answer.text)
        node.exchange()
        assert node.orders() == ()

    def test_the_same_form_sent_twice_orders_once(self, desk: Desk, node: PlayedNode) -> None:
        fields = desk.form(REPORT, f"{REPORT}/jawab") | {"text": "Kami menuju lokasi"}
        codes = [desk.client.post(f"{REPORT}/jawab", data=fields).status_code for _ in range(2)]
        node.exchange()
        assert (codes, len(node.orders())) == ([303, 303], 1)

    def test_a_stale_order_is_refused_and_shows_the_state_of_now(
        self, desk: Desk, node: PlayedNode
    ) -> None:
        fields = desk.form(REPORT, f"{REPORT}/tutup") | {"result": "Tidak terbukti"}
        node.write(e.Closed("41275", "Aipda Rahmat", "Ketemu"), sets=4)
        node.exchange()
        answer = desk.client.post(f"{REPORT}/tutup", data=fields)
        assert answer.status_code == 409
        for words in ("sudah berubah", "Selesai, Ketemu", "Tidak terbukti"):
            assert words in answer.text

    def test_a_form_without_its_mark_of_origin_is_refused(self, desk: Desk) -> None:
        assert desk.client.post(f"{REPORT}/ambil").status_code == 400
        foreign = {"Origin": "http://jahat.example"}
        fields = desk.form(REPORT, f"{REPORT}/ambil")
        answer = desk.client.post(f"{REPORT}/ambil", data=fields, headers=foreign)
        assert answer.status_code == 403


class TestDesa:
    def test_a_waiting_officer_is_approved(self, desk: Desk, node: PlayedNode) -> None:
        for number in range(4):
            node.write(e.OfficerRequested(f"Petugas {number}", octets("officer", number)))
        node.exchange()
        page, action = f"/desa/{PUNGKA}", f"/desa/{PUNGKA}/petugas"
        assert "Sat Binmas atau Admin yang menyetujui" in desk.get(page)
        binmas = Desk(desk.district)
        binmas.login(Role.BINMAS)
        assert binmas.post(page, action, name="Petugas 3").status_code == 303
        assert 'data-key="petugas-Petugas 3"' in binmas.get(page)

    def test_nobody_is_approved_twice(self, desk: Desk) -> None:
        admin = Desk(desk.district)
        admin.login(Role.ADMIN)
        fields = admin.form(f"/desa/{PUNGKA}", "/keluar") | {"name": "Siapa"}
        answer = admin.client.post(f"/desa/{PUNGKA}/petugas", data=fields)
        assert (answer.status_code, "Tidak ada permintaan petugas" in answer.text) == (409, True)

    def test_keys_are_given_back_after_a_person_allowed_it(
        self, desk: Desk, node: PlayedNode
    ) -> None:
        lost = node.vault.running.id
        desk.now_s = START_S + 13 * HOUR_S
        node.restart()
        assert node.exchange(desk.now_s, wanted=(lost,)).keys == ()
        page = desk.get(f"/desa/{PUNGKA}")
        assert "Kotak lama tidak terdengar" in page
        assert "kunci menunggu Anda" in desk.get("/")
        assert desk.post(f"/desa/{PUNGKA}", f"/desa/{PUNGKA}/kunci").status_code == 303
        assert "Diizinkan spkt" in desk.get(f"/desa/{PUNGKA}")
        assert len(node.exchange(desk.now_s + 60, wanted=(lost,)).keys) == 1
        assert "menunggu kunci" not in desk.get(f"/desa/{PUNGKA}")

    def test_a_box_is_marked_lost_after_a_confirmation_and_its_reports_are_flagged(
        self, desk: Desk, node: PlayedNode
    ) -> None:
        ask = f"/desa/{PUNGKA}/hilang"
        assert ask in desk.get(f"/desa/{PUNGKA}")
        assert "Ya, tandai kotak ini hilang" in desk.get(ask)
        assert desk.post(ask, ask).status_code == 303
        assert "dilaporkan hilang" in desk.get(f"/desa/{PUNGKA}")
        node.write(received("50003"), sets=1)
        node.exchange()
        assert "Jangan bertindak" in desk.get(f"/laporan/{PUNGKA}/50003")
        assert "Jangan bertindak" not in desk.get(REPORT)

    def test_an_unknown_desa_is_a_page_that_is_not_there(self, desk: Desk) -> None:
        for path in (f"/desa/{NIJANG}", "/desa/x", f"/desa/{NIJANG}/hilang"):
            assert desk.client.get(path).status_code == 404


ALL = set(Role)
LISTERS = {Role.BINMAS, Role.ADMIN}
DUTY = {Role.SPKT, Role.BINMAS}
KEPT = DUTY | {Role.ADMIN}
RIGHTS = {
    ("GET", "/"): ALL,
    ("GET", REPORT): ALL,
    ("GET", "/desa"): ALL,
    ("GET", f"/desa/{PUNGKA}"): ALL,
    ("GET", "/segar"): ALL,
    ("GET", "/jaga"): ALL,
    ("POST", f"{REPORT}/ambil"): DUTY,
    ("POST", f"{REPORT}/teruskan"): DUTY,
    ("POST", f"{REPORT}/tutup"): DUTY,
    ("POST", f"{REPORT}/jawab"): DUTY,
    ("GET", f"/desa/{PUNGKA}/hilang"): KEPT,
    **{("POST", f"/desa/{PUNGKA}/{do}"): KEPT for do in ("hilang", "kunci", "lanjut")},
    **{("POST", f"/desa/{PUNGKA}/petugas{to}"): LISTERS for to in ("", "/tolak", "/cabut")},
    **{("POST", f"/berkas{to}"): KEPT for to in ("", f"/{PUNGKA}/balasan")},
    ("POST", "/keluar"): ALL,
}


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_is_written_for_it_and_nothing_else(
    district: District, node: PlayedNode, role: Role
) -> None:
    desk = Desk(district)
    desk.login(role)
    form = {"csrf_token": desk.form("/", "/keluar")["csrf_token"]}
    for (method, path), roles in RIGHTS.items():
        refused = desk.client.open(path, method=method, data=form).status_code == 403
        assert refused == (role not in roles), (method, path)


def test_every_page_has_its_rights_written_down(desk: Desk) -> None:
    routes = desk.app.url_map.bind("localhost")
    known = {(method, routes.match(path, method=method)[0]) for method, path in RIGHTS}
    open_to_all = {"static", "polres_static", "login.ask", "login.enter"}
    machines = {"machine.enrol", "machine.exchange", "machine.claim", "machine.show_key"}
    for rule in desk.app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            assert (method, rule.endpoint) in known or rule.endpoint in open_to_all | machines
