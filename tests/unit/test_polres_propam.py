"""What Propam reads: complaints, what is added to them, and texts sealed to it."""

from dataclasses import replace
from pathlib import Path

from played_node import START_S, Chance, PlayedNode, octets, received

from server.domain import events as e
from server.polres import district as districts
from server.polres import enrolment, propam
from server.polres.keys import PROPAM_FILE
from server.vault import Lock
from sync import seal
from sync.session import Role, wraps_for

CODE = "52.04.07.2001"


def test_propam_reads_additions_wishes_to_cancel_and_texts_of_every_kind(tmp_path: Path) -> None:
    districts.init(tmp_path, "Polres Sumbawa", Chance("init"))
    district = districts.open_district(tmp_path, Chance("run"))
    card = enrolment.enroll(district, CODE, "Pungka", "http://10.0.0.1", now_s=START_S)
    node = PlayedNode(district, card)
    node.enrol()
    for event in (
        received("50003", "oknum polisi minta uang", category="aparat"),
        received("50014", "oknum polisi minta uang", category="aparat"),
        received("50025", "oknum polisi memukul warga", category="aparat"),
        e.NoteAdded("50003", "+6281", "uangnya diminta lagi", START_S),
        e.CancelAsked("50003", "+6281"),
        e.TextNoted("+6282", "oknum itu lagi", "terlalu banyak", START_S),
        e.MessageSent("50003", "receipt", "sent"),
    ):
        node.write(event, lock=Lock.UNIT)
    node.write(e.TextNoted("+6283", "halo", "bukan laporan", START_S))
    keys = node.vault.running
    boxes = tuple(
        (keys.id, seal.seal_box(wrap.recipient.key, wrap.content, octets("unit wrap")))
        for wrap in wraps_for(keys, card.recipients(), START_S)
        if wrap.recipient.role is Role.PROPAM
    )
    node.exchange(request=replace(node.request(), unit_wraps=boxes))
    read = propam.complaints(district, propam.read_key(tmp_path / PROPAM_FILE, district))
    assert [one["same_as"] for one in read if one["kind"] == "report"] == [None, "50003", None]
    assert [(one["kind"], one["ticket"], one["text"]) for one in read] == [
        ("report", "50003", "oknum polisi minta uang"),
        ("report", "50014", "oknum polisi minta uang"),
        ("report", "50025", "oknum polisi memukul warga"),
        ("note", "50003", "uangnya diminta lagi"),
        ("cancel", "50003", ""),
        ("text", None, "oknum itu lagi"),
    ]
    assert {one["desa"] for one in read} == {CODE}
    district.close()
