"""The machine addresses of the Polres: what a box gets back, also when something is wrong."""

import logging

import pytest
from flask.testing import FlaskClient
from played_node import CODE, START_S, PlayedNode, octets, received
from werkzeug.test import TestResponse

from server.polres import enrolment, gate, lookup
from server.polres.app import create_app
from server.polres.district import District
from server.polres.pages.machine import network_of
from sync import message, seal
from sync.enrol import enrolment_octets, read_certificate
from sync.message import OCTETS_MAX, Answer, State
from sync.roads.http import CONTENT_TYPE, ENROL_PATH, EXCHANGE_PATH

DAY_S = 86_400


@pytest.fixture
def node(district: District) -> PlayedNode:
    """Give a desa whose card was not used yet."""
    card = enrolment.enroll(district, CODE, "Pungka", "http://10.0.0.1", now_s=START_S)
    return PlayedNode(district, card)


def client(district: District, now_s: int = START_S) -> FlaskClient:
    """A box's view of the server."""
    return create_app(district, now=lambda: now_s).test_client()


def post(client: FlaskClient, path: str, body: bytes, kind: str = CONTENT_TYPE) -> TestResponse:
    """One message, as a box sends it."""
    return client.post(path, data=body, content_type=kind)


def enrolment_of(node: PlayedNode, *, public: bytes = b"", code: str = "") -> bytes:
    """The body of an enrolment; another key or code on request."""
    return enrolment_octets(
        node.card.node,
        public or node.identity.signing.public,
        node.identity.duty,
        code=code or node.card.code,
        exchange=node.card.exchange,
        seed=octets("enrol"),
    )


def test_a_box_enrols_and_brings_its_report(district: District, node: PlayedNode) -> None:
    box = client(district)
    answer = post(box, ENROL_PATH, enrolment_of(node))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, CONTENT_TYPE)
    public = node.identity.signing.public
    made = read_certificate(answer.data, node.card.root, node.card.node, public)
    node.instance = made.instance
    node.write(received("41275"), sets=1)
    answer = post(box, EXCHANGE_PATH, node.body(node.request()))
    packed, _signature = message.open_envelope(seal.open_box(node.ram, answer.data))
    assert Answer.unpack(packed).state == State.OK
    assert [line.report.ticket for line in lookup.search(district)] == ["41275"]


def test_refusals_are_plain_codes_without_a_body(district: District, node: PlayedNode) -> None:
    asked = enrolment_of(node)
    refused = [
        post(client(district), ENROL_PATH, b"nonsense"),
        post(client(district), ENROL_PATH, asked, kind="application/octet-stream"),
        post(client(district), ENROL_PATH, enrolment_of(node, code="A" * 20)),
        post(client(district, START_S + 8 * DAY_S), ENROL_PATH, asked),
    ]
    assert post(client(district), ENROL_PATH, asked).status_code == 200
    refused += [
        post(client(district), ENROL_PATH, enrolment_of(node, public=octets("thief"))),
        post(client(district), EXCHANGE_PATH, b"nonsense"),
        post(client(district), EXCHANGE_PATH, node.body(node.request())),
    ]
    assert [one.status_code for one in refused] == [400, 400, 403, 410, 409, 400, 403]
    assert {(one.data, one.headers["Content-Type"]) for one in refused} == {(b"", CONTENT_TYPE)}


def test_a_message_may_be_as_large_as_the_protocol_says_and_no_larger(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def measured(_district: District, body: bytes, *_rest: object) -> enrolment.Reply:
        sizes.append(len(body))
        return enrolment.Reply(200)

    monkeypatch.setattr(gate, "exchange", measured)
    codes = [
        post(client(district), EXCHANGE_PATH, bytes(size)).status_code
        for size in (OCTETS_MAX, OCTETS_MAX + 1)
    ]
    assert (codes, sizes) == ([200, 400], [OCTETS_MAX])


def test_a_form_may_not_be_as_large_as_a_message(district: District) -> None:
    answer = client(district).post("/masuk", data={"name": "x" * 100_000})
    assert answer.status_code == 413


def test_a_failure_inside_is_503_and_no_text_reaches_the_log(
    district: District, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> enrolment.Reply:
        raise RuntimeError("+6281234567890 ada maling")

    monkeypatch.setattr(gate, "exchange", broken)
    with caplog.at_level(logging.DEBUG):
        answer = post(client(district), EXCHANGE_PATH, b"x")
    assert (answer.status_code, answer.data) == (503, b"")
    assert answer.headers["Content-Type"] == CONTENT_TYPE
    assert "exchange failed" in caplog.text
    assert "maling" not in caplog.text


def test_a_message_is_only_posted(district: District) -> None:
    assert client(district).get(EXCHANGE_PATH).status_code == 405


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("114.5.20.77", "114.5.0.0/16"),
        ("::ffff:114.5.20.77", "114.5.0.0/16"),
        ("2404:c0:1234::1", "2404:c0::/32"),
        ("127.0.0.1", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("", None),
        (None, None),
        ("/run/relay.sock", None),
    ],
)
def test_a_network_is_as_coarse_as_providers_hand_addresses_out(
    address: str | None, network: str | None
) -> None:
    assert network_of(address) == network
