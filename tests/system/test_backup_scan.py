"""A stick that is found tells nothing: no number, text, name or key of a box lies on it."""

import sqlite3
from collections import Counter
from pathlib import Path

from planted import plant
from scanner import Needle, Scanner, number_needles, secret_needles, text_needles

from server.database import open_memory
from server.desa.backup import sealed_file
from server.desa.desk import Contact
from server.projection import Projection
from sync.entry import Entry, Header
from tests.unit.backed_up import Village

SEED = 26_11_23
OFFICER, NUMBER = "Bripka Ketut Sudarsana", "+6281298765432"


def lived_in(village: Village) -> list[Needle]:
    """Fifty planted texts and an officer in the box; gives what must not be seen on the stick."""
    world, planted = village.world, plant(SEED)
    made = world.officer("Bripka Made")
    world.desk().set_contact(Contact(OFFICER, "Bhabinkamtibmas", NUMBER))
    for one in planted:
        world.mono_s += 500
        world.text(one.number, one.text)
        world.listen()
        world.speak()
    world.exchange()
    node = world.node
    needles = [needle for one in planted for needle in one.needles()]
    needles += number_needles("officer's number", NUMBER)
    needles += text_needles("officer's name", (OFFICER,))
    secret = bytes.fromhex((world.directory / "node.key").read_text(encoding="ascii").strip())
    running = node.vault.running
    for name, key in {
        "seed": secret,
        "duty key": node.keys.identity.duty,
        "signing key": node.keys.identity.signing.secret[:32],
        "session key": running.session or b"",
        "intake key": running.intake or b"",
        "phone key": bytes.fromhex(made["phone_path"][-64:]),
        "passphrase": made["passphrase"].encode(),
    }.items():
        needles += secret_needles(name, key)
    return needles


def folded(village: Village, path: Path, place: Path) -> bytes:
    """The control: what the backup holds, opened with every key of the running box, in plain."""
    opened = sealed_file.read(path, lambda _: village.key())
    place.write_bytes(b"".join(opened.database))
    db = sqlite3.connect(place)
    rows = db.execute("select header, body from entries where log = 0 order by seq").fetchall()
    db.close()
    tables = Projection(open_memory().connection)
    entries = [Entry(Header.unpack(header), body) for header, body in rows]
    tables.add(entries, village.world.node.vault)
    plain = [str(row) for row in tables.db.execute("select sender, text from reports")]
    plain += [str(row) for row in tables.db.execute("select name, number from contacts")]
    return "\n".join(plain).encode()


def test_a_found_stick_holds_nothing_that_was_planted_and_yet_all_of_it(
    node_dir: Path, tmp_path: Path
) -> None:
    village = Village(node_dir)
    needles = lived_in(village)
    made = village.back_up()
    scanner = Scanner(needles)
    files = [path for path in village.stick.rglob("*") if path.is_file()]
    hits = [hit for path in files for hit in scanner.scan(path.read_bytes())]
    names = " ".join(path.name for path in files)
    assert hits == []
    assert not [one for one in plant(SEED) if one.number[1:] in names or one.probes[0] in names]
    # What names tables, columns and kinds of the box is no more to be seen than its people.
    octets = made.path.read_bytes()
    for word in (b"SQLite format", b"create table", b"inbox", b"kentongan.toml", b"[desa]"):
        assert word not in octets
    control = scanner.scan(folded(village, made.path, tmp_path / "opened.db"))
    found = Counter(hit.item.split()[0] for hit in control if hit.encoding == "UTF-8")
    print(f"{scanner.count} needles, {len(octets)} octets of backup: 0 hits; control {dict(found)}")
    officials = sum("oknum" in one.text for one in plant(SEED))
    assert found["number"] == len(plant(SEED)) - officials
    assert {"officer's"} <= set(found)


def test_what_a_restored_box_leaves_on_its_card_is_as_sealed_as_it_was(node_dir: Path) -> None:
    village = Village(node_dir)
    needles = [one for one in lived_in(village) if "duty key" not in one.item]
    village.back_up()
    village.restore()
    scanner = Scanner(needles)
    files = [path for path in (node_dir / "new").iterdir() if path.is_file()]
    hits = [hit for path in files for hit in scanner.scan(path.read_bytes())]
    assert hits == []
