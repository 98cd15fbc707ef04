"""Mutants of the road between phones and reports: modem, inbox, outbox, brakes."""

from patches import Edit, Mutant

_STEPS, _GATEWAY, _INBOX = "server/desa/steps.py", "sms/gateway.py", "sms/inbox.py"
_OUTBOX, _SPEAKING = "sms/outbox.py", "server/desa/gateway/speaking.py"
_FORGETTING = "hardware/forgetting.py"
_BRAKES = "tests/unit/test_gateway.py"
_SLOTS = "tests/unit/test_slot_journal.py"
_FORGOTTEN = "tests/contract/test_modem_forgetting.py"
_BULK = "tests/contract/test_modem_quirks.py"


def _cut(file: str, old: str, new: str = "") -> tuple[Edit, ...]:
    return (Edit(file, old, new),)


KEEPING = (
    Mutant(
        "delete-first",
        "Texts are deleted in the modem before they are kept.",
        1,
        (
            Edit(
                _STEPS,
                "    count = 0\n    if texts:\n        day",
                "    count = 0\n    if listed:\n        modem.forget_all(listed)\n"
                "    if texts:\n        day",
            ),
            Edit(
                _STEPS,
                "    if listed:\n        modem.forget_all(listed)\n        radio",
                "    if listed:\n        radio",
            ),
        ),
        ("tests/unit/test_kept_first.py",),
        simulated=True,
    ),
    Mutant(
        "ack-before-fsync",
        "A commit does not wait for the card.",
        1,
        _cut(
            "server/database.py",
            '        connection.execute("pragma synchronous=full")\n',
            '        connection.execute("pragma synchronous=normal")\n',
        ),
        ("tests/unit/test_database.py",),
        simulated=True,
    ),
    Mutant(
        "jot-for-ever",
        "After what may be lost, nothing is waited for any more.",
        1,
        _cut(
            "server/database.py",
            '                    self.connection.execute("pragma synchronous=full")\n',
            "                    pass\n",
        ),
        ("tests/unit/test_database.py",),
        simulated=True,
    ),
    Mutant(
        "no-dedupe-of-slots",
        "A text that lies in its slot still is a new one at each listing.",
        2,
        _cut(
            _INBOX,
            "        elif held is not None and remembered == slot.pdu:\n"
            "            known.append(slot)\n            continue\n",
        ),
        ("tests/unit/test_inbox.py",),
        simulated=True,
    ),
    Mutant(
        "equal-text-in-a-freed-slot",
        "An equal text in a slot that was emptied is taken for it.",
        1,
        _cut(
            _INBOX,
            "    deleted = held.state is SlotState.DELETED and slot.stat == UNREAD_STAT\n",
            "    deleted = False\n",
        ),
        (_SLOTS,),
        simulated=True,
    ),
    Mutant(
        "copies-unseen",
        "After a restart a slot that was held counts as new, not as a copy.",
        2,
        _cut(_INBOX, "            copy_of = held.inbox_id\n", "            copy_of = None\n"),
        ("tests/unit/test_inbox.py",),
        simulated=True,
    ),
    Mutant(
        "dedupe-window-zero",
        "Equal texts of other days are not known any more.",
        2,
        _cut(
            "server/desa/reading/copies.py",
            "            since = min((day_of(node.stamp(now_s)), *days)) - COPY_WINDOW_DAYS\n",
            "            since = day_of(node.stamp(now_s)) + 1\n",
        ),
        (_SLOTS, "tests/unit/test_thread_restarts.py"),
        simulated=True,
    ),
    Mutant(
        "decided-twice",
        "A row that is finished may be decided on again.",
        2,
        _cut(
            _INBOX,
            '            "update inbox set state = ?, ticket = ? where id = ?'
            " and state in ('unread', 'part')\",\n",
            '            "update inbox set state = ?, ticket = ? where id = ?",\n',
        ),
        (
            "tests/unit/test_inbox.py",
            "tests/unit/test_ledger.py",
            "tests/unit/test_reading_race.py",
        ),
    ),
    Mutant(
        "flag-4-delete",
        "All texts are deleted in bulk, unread ones too.",
        1,
        _cut(_FORGETTING, '_BULK = "AT+CMGD=1,1"\n', '_BULK = "AT+CMGD=1,4"\n'),
        (_FORGOTTEN, "tests/contract/test_modem_contract.py", _BULK),
        simulated=True,
    ),
    Mutant(
        "bulk-unguarded",
        "Texts are deleted in bulk though one came since they were listed.",
        1,
        _cut(
            _FORGETTING,
            "        if usage is None or usage.used != len(mine):\n            return mine\n",
        ),
        (_FORGOTTEN, "tests/contract/test_modem_contract.py", _BULK),
    ),
    Mutant(
        "split-commit",
        "What was decided is committed before the text counts as read.",
        2,
        (
            Edit(
                "server/ledger.py",
                "            inbox.mark(db, inbox_ids, inbox.State.DONE, _begun(decision))\n",
                "",
            ),
            Edit(
                "server/ledger.py",
                "            if not self.database.connection.in_transaction:\n",
                "            with self.database.write() as db:\n"
                "                inbox.mark(db, inbox_ids, inbox.State.DONE, _begun(decision))\n"
                "            if not self.database.connection.in_transaction:\n",
            ),
        ),
        ("tests/unit/test_ledger.py",),
        simulated=True,
    ),
    Mutant(
        "parts-joined-over-senders",
        "Parts of one reference are one text whoever sent them.",
        2,
        _cut(
            "sms/segments.py",
            "    return Key(deliver.sender, part.reference, part.wide, part.total)\n",
            '    return Key("", part.reference, part.wide, part.total)\n',
        ),
        ("tests/unit/test_segments.py",),
    ),
    Mutant(
        "parts-joined-over-weeks",
        "Parts of one reference are one text however far apart.",
        2,
        _cut(
            "sms/segments.py",
            "_first(alone[later]))) <= window\n",
            "_first(alone[later]))) is not None\n",
        ),
        ("tests/unit/test_segments.py",),
    ),
    Mutant(
        "ticket-reuse",
        "A new report may get the number of another one.",
        2,
        _cut(
            "server/desa/reading/tickets.py",
            "    taken = lookup.tickets_since(node.projection.db, since_s)\n",
            "    taken = frozenset[str]()\n",
        ),
        ("tests/unit/test_hard_nights.py",),
        simulated=True,
    ),
    Mutant(
        "tickets-of-two-boxes",
        "Two boxes of a desa draw from the same numbers.",
        2,
        _cut("server/domain/ticket.py", "    if instance > 1:\n", "    if instance < 1:\n"),
        ("tests/unit/test_ticket.py",),
    ),
)

SPEAKING = (
    Mutant(
        "believed-sent",
        "What was being handed over at a power cut counts as sent.",
        1,
        _cut(
            _OUTBOX,
            "        \"update outbox set state = 'unknown', uncertain = uncertain + 1\"\n",
            "        \"update outbox set state = 'sent', uncertain = uncertain + 1\"\n",
        ),
        ("tests/unit/test_outbox.py",),
        simulated=True,
    ),
    Mutant(
        "sent-for-ever",
        "What may have gone out is sent again and again.",
        8,
        _cut(_OUTBOX, "UNCERTAIN_MAX = 2\n", "UNCERTAIN_MAX = 2_000\n"),
        ("tests/unit/test_outbox.py",),
        simulated=True,
    ),
    Mutant(
        "answered-twice",
        "The same answer is queued again.",
        8,
        (
            Edit(
                _OUTBOX,
                '    if db.execute("select 1 from outbox where key = ?", (key,)).fetchone():\n'
                "        return None\n",
                "    key = f\"{key}:{next_id(db, 'outbox')}\"\n",
            ),
        ),
        ("tests/unit/test_outbox.py",),
        simulated=True,
    ),
    Mutant(
        "budget-not-kept",
        "What is spent is not counted on the card.",
        8,
        _cut(
            _SPEAKING,
            "        _spend(node, now_s, row.parts - len(outbox.parts_sent(db, row)))\n",
        ),
        ("tests/unit/test_speaking.py",),
        simulated=True,
    ),
    Mutant(
        "mark-before-send",
        "A text counts as sent before the modem has it.",
        1,
        _cut(
            _SPEAKING,
            "        row = outbox.move(db, row, State.SUBMITTING)\n",
            "        row = outbox.move(db, row, State.SUBMITTING)\n"
            "        db.execute(\"update outbox set state = 'sent' where id = ?\", (row.id,))\n",
        ),
        ("tests/unit/test_speaking.py", "tests/unit/test_thread_restarts.py"),
        simulated=True,
    ),
    Mutant(
        "no-loop-brake",
        "A robot that repeats itself, or us, is answered on and on.",
        8,
        _cut(
            _GATEWAY,
            "    if not facts.automatic or not heard:\n",
            "    if heard or not heard:\n",
        ),
        (_BRAKES,),
        simulated=True,
    ),
    Mutant(
        "one-answer-more",
        "A number gets one automatic answer more in a day.",
        8,
        _cut(_GATEWAY, "    if in_day >= day:\n", "    if in_day > day:\n"),
        (_BRAKES,),
    ),
    Mutant(
        "speaks-with-itself",
        "The box answers its own number.",
        8,
        _cut(
            _GATEWAY,
            "    if parse_phone(to) in facts.limits.own:\n",
            "    if to in facts.limits.own and not to:\n",
        ),
        (_BRAKES,),
    ),
    Mutant(
        "nothing-reserved",
        "Answers may spend what alarms need.",
        8,
        _cut(
            _GATEWAY,
            "            short, in_hour = day > budget.per_day - budget.reserved,"
            " hour > budget.per_hour\n",
            "            short, in_hour = day > budget.per_day, hour > budget.per_hour\n",
        ),
        (_BRAKES,),
    ),
    Mutant(
        "trend-unseen",
        "Far more goes out than comes in, and nobody stops it.",
        8,
        _cut(
            _GATEWAY,
            "    if facts.automatic and runaway:\n",
            "    if facts.automatic and sends < 0:\n",
        ),
        (_BRAKES,),
    ),
    Mutant(
        "clock-believed",
        "A clock that nobody trusts says that a text is too old.",
        9,
        _cut(
            _SPEAKING,
            "    if text.queued_s is None or stamp.trust < radio.SURE:\n",
            "    if text.queued_s is None:\n",
        ),
        ("tests/unit/test_hard_nights.py",),
        simulated=True,
    ),
    Mutant(
        "report-for-another",
        "A delivery report counts for a text to another number.",
        9,
        _cut(
            _SPEAKING,
            "        if text is not None and text.to == recipient:\n",
            "        if text is not None:\n",
        ),
        ("tests/unit/test_delivery.py", "tests/unit/test_speaking.py"),
    ),
)  # fmt: skip

ALL = (*KEEPING, *SPEAKING)
