"""Mutants of what is sealed to whom, and of what is given up for good."""

from patches import Edit, Mutant

_RADIO, _NODE = "server/radio.py", "server/desa/node.py"
_ERASING = "server/desa/forgetting/erasing.py"
_COMPLAINT = "tests/unit/test_complaint.py"
_RETENTION = "tests/unit/test_retention.py"


def _cut(file: str, old: str, new: str = "") -> tuple[Edit, ...]:
    return (Edit(file, old, new),)


ALL = (
    Mutant(
        "complaint-for-officers", "A complaint about an official is sealed as any report.", 7,
        _cut(
            "server/ledger.py",
            "        lock = Lock.DUTY if duty else Lock.UNIT if official else Lock.SESSION\n",
            "        lock = Lock.DUTY if duty else Lock.SESSION\n",
        ),
        (_COMPLAINT,),
    ),
    Mutant(
        "complaint-kept-for-officers", "The SMS of a complaint lies under the officers' key.", 7,
        _cut(
            _RADIO,
            "            return Lock.INTAKE if asks or understand(read.text).official"
            " else Lock.SESSION\n",
            "            return Lock.INTAKE if asks else Lock.SESSION\n",
        ),
        (_COMPLAINT,),
    ),
    Mutant(
        "complaint-answered-for-officers", "The answer to a complaint lies under their key.", 7,
        _cut(
            _RADIO,
            "    lock = Lock.DUTY if duty else Lock.INTAKE if official else Lock.SESSION\n",
            "    lock = Lock.DUTY if duty else Lock.SESSION\n",
        ),
        (_COMPLAINT,),
    ),
    Mutant(
        "complaint-rings", "A complaint about an official calls the officers.", 7,
        _cut(
            "server/desa/reading/reactions.py",
            "    if decision.official:\n        return decision\n",
        ),
        (_COMPLAINT,),
    ),
    Mutant(
        "wraps-after-first-use", "Something is sealed before its key is wrapped on the card.", 1,
        (
            Edit(
                _NODE,
                "        people = wrapped.people\n"
                "        sessions.keep_wraps(db, keys, people, stamp, node.random)\n",
                "        people = wrapped.people\n",
            ),
            Edit(
                _NODE,
                '    node.ledger.record(stamp, Decision(told), cause="session")\n',
                '    node.ledger.record(stamp, Decision(told), cause="session")\n'
                "    with node.database.write() as db:\n"
                "        sessions.keep_wraps(db, keys, people, stamp, node.random)\n",
            ),
        ),
        ("tests/unit/test_ledger.py",),
    ),
    Mutant(
        "shred-without-rotation", "An erasure counts as complete while old keys still open it.", 6,
        _cut(
            "server/desa/forgetting/held.py",
            "        if one.role is Role.OFFICER and not renewed.get(one.key, False)\n",
            "        if one.role is Role.OFFICER and not renewed.get(one.key, True)\n"
            "        and number < 0\n",
        ),
        (_RETENTION,),
    ),
    Mutant(
        "shred-keeps-wraps", "What was erased is still wrapped on the card.", 6,
        _cut(
            _ERASING,
            '                db.execute("delete from wraps where session = ?", (one,))\n',
        ),
        (_RETENTION,),
    ),
    Mutant(
        "shred-leaves-the-pages", "What was deleted stays in the file.", 6,
        _cut(
            _ERASING,
            '        node.database.connection.execute("pragma secure_delete = on")\n',
        ),
        (f"{_RETENTION}::test_no_wrap_that_was_destroyed_stays_in_the_file",),
    ),
    Mutant(
        "retention-without-backup", "What no backup of the Polres covers is erased.", 1,
        _cut(
            "server/desa/forgetting/due.py",
            "        covered = min(carry.acked(db, log_id), peers.durable(db, log_id))\n",
            "        covered = carry.acked(db, log_id)\n",
        ),
        (_RETENTION,), simulated=True,
    ),
    Mutant(
        "retention-before-arrival", "What the Polres has not got is erased.", 1,
        _cut(
            "server/desa/forgetting/due.py",
            "            if header.instance == log_id.instance and header.seq > covered:\n",
            "            if header.instance == log_id.instance and header.seq < 0:\n",
        ),
        (_RETENTION,), simulated=True,
    ),
    Mutant(
        "open-reports-erased", "A report that nobody has closed is erased when it is old.", 1,
        _cut(
            "server/desa/forgetting/due.py",
            "    if report.status is not Status.CLOSED or report.locked or not day:\n",
            "    if report.locked or not day:\n",
        ),
        (_RETENTION,),
    ),
    Mutant(
        "any-key-gets-sessions", "A key that no identity signed gets the sessions.", 6,
        _cut(
            "server/desa/officers/delegation.py",
            "    seal.verify(identity, DOMAIN, packed, signature)\n",
        ),
        ("tests/unit/test_officers_change.py",),
    ),
)  # fmt: skip
