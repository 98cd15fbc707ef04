"""Mutants of the two logs: entries, frames, receipts, restores, orders, the air."""

from patches import Edit, Mutant

_JOURNAL, _EXCHANGE = "sync/journal.py", "sync/exchange.py"
_GATE, _VERDICT = "server/polres/gate.py", "server/polres/rules/verdict.py"
_LIFE = "tests/models/test_journal_life.py"
_OFFICERS = "tests/unit/test_officers_change.py"
_DOWN = "tests/unit/test_mutants_down.py"
_STATES = "tests/models/test_two_logs.py"
_STORES = "tests/contract/test_store_contract.py"
_AT_THE_GATE = "tests/unit/test_polres_gate.py"
_VERDICTS = "tests/unit/test_polres_copies.py"


def _cut(file: str, old: str, new: str = "") -> tuple[Edit, ...]:
    return (Edit(file, old, new),)


LOGS = (
    Mutant(
        "gap-allowed",
        "A frame beyond the end of the log is not asked for again.",
        5,
        _cut(_JOURNAL, "    if received.first > head.seq + 1:\n        raise Gap\n"),
        (_STORES, _LIFE),
        simulated=True,
    ),
    Mutant(
        "no-fork-check",
        "A number that is held is taken for the same entry, whatever its hash.",
        5,
        _cut(
            _JOURNAL,
            "            if store.hash_at(log_id, after.seq) != after.hash:\n"
            "                raise Fork\n",
        ),
        (_STORES, _LIFE),
        simulated=True,
    ),
    Mutant(
        "no-dedupe-of-entries",
        "Entries that are held already are appended again.",
        5,
        _cut(_JOURNAL, "        if after.seq <= head.seq:\n", "        if after.seq < 0:\n"),
        (_STORES, _LIFE),
        simulated=True,
    ),
    Mutant(
        "signature-not-checked",
        "A frame is taken whoever signed it.",
        5,
        _cut(
            _JOURNAL,
            "    seal.verify(writer, frame.SIGNATURE_DOMAIN, message, received.signature)\n",
        ),
        (_STORES, _LIFE),
    ),
    Mutant(
        "any-frame-is-known",
        "A frame below the head counts as known without a look at it.",
        5,
        _cut(
            _JOURNAL,
            "        return received in store.frames_after(",
            "        return None not in store.frames_after(",
        ),
        (_LIFE, _STORES),
    ),
    Mutant(
        "sequence-reuse",
        "The next number is counted from what was framed, not what was written.",
        5,
        _cut(
            "server/ledger.py",
            "            seq = store.head(self.log_id).seq\n",
            "            seq = store.framed_to(self.log_id)\n",
        ),
        ("tests/unit/test_ledger.py",),
        simulated=True,
    ),
    Mutant(
        "wrong-resend",
        "A frame that a road may have carried is made anew with other entries.",
        5,
        _cut(
            _JOURNAL,
            "    if end <= sent_to or end == store.head(log_id).seq:\n",
            "    if end == store.head(log_id).seq:\n",
        ),
        ("tests/unit/test_frames_grow.py",),
    ),
    Mutant(
        "gap-in-own-frames",
        "A hole in the kept frames is not noticed.",
        5,
        _cut(_JOURNAL, " or one.first > last + 1:\n", ":\n"),
        (_LIFE,),
    ),
    Mutant(
        "ack-on-send",
        "What was sent counts as received.",
        5,
        _cut(
            _EXCHANGE,
            "    return known[1], known[0].head.seq\n",
            "    return known[1], SqliteStore(db).head(log_id).seq\n",
        ),
        (_STATES,),
        simulated=True,
    ),
    Mutant(
        "receipt-not-compared",
        "A receipt counts though it is for a history that is not ours.",
        5,
        _cut(
            _EXCHANGE,
            "        if hash_at(store, receipt.log_id, receipt.head.seq) != receipt.head.hash:\n"
            "            raise Fork\n",
        ),
        ("tests/unit/test_no_stall.py::test_a_receipt_for_what_was_never_written_is_not_believed",),
        simulated=True,
    ),
    Mutant(
        "receipt-not-verified",
        "Anybody may write a receipt in the Polres' name.",
        5,
        _cut("sync/peers.py", "    seal.verify(pinned.root, RECEIPT_DOMAIN, message, signature)\n"),
        (f"{_DOWN}::test_changed_receipts_are_refused_though_the_answer_is_signed",),
    ),
    Mutant(
        "return-not-compared",
        "A carried receipt counts though it is for another history.",
        5,
        _cut(
            "sync/parcel/carry.py",
            "    fits = ours and exchange.hash_at(store, log_id, receipt.head.seq)"
            " == receipt.head.hash\n",
            "    fits = ours\n",
        ),
        ("tests/unit/test_parcel_histories.py",),
        simulated=True,
    ),
    Mutant(
        "old-answer-serves-again",
        "An answer need not belong to what was asked.",
        5,
        _cut(
            _EXCHANGE,
            "    if answer.request != request_hash(request):\n        raise BadSignature\n",
        ),
        (f"{_DOWN}::test_an_answer_to_another_request_is_no_answer",),
    ),
    Mutant(
        "wrong-desa",
        "A frame of another desa, or another instance, is taken.",
        5,
        _cut(
            "server/polres/taking.py",
            "        if received.log_id != self.log_id or self._node.public is None:\n",
            "        if self._node.public is None:\n",
        ),
        ("tests/unit/test_hostile_boxes.py::test_a_box_writes_into_no_log_but_its_own",),
    ),
    Mutant(
        "list-not-verified",
        "Who may read is said by whoever writes a list.",
        6,
        _cut("sync/peers.py", "    seal.verify(pinned.root, LIST_DOMAIN, message, signature)\n"),
        (f"{_OFFICERS}::test_a_key_slipped_into_the_list_gets_nothing_and_the_page_says_so",),
    ),
)

RESTORES = (
    Mutant(
        "no-era",
        "A Polres that was set back goes on in the same era.",
        5,
        _cut(_GATE, '            nodes.set_counter(self._db, "era", shown.era + 1)\n'),
        (_VERDICTS,),
        simulated=True,
    ),
    Mutant(
        "no-era-for-lost-orders",
        "Orders that were lost in a restore raise no era.",
        5,
        _cut(
            "server/polres/restores/restored.py",
            '    nodes.set_counter(connection, "era", nodes.counter(connection, "era") + 1)\n',
        ),
        ("tests/unit/test_polres_restored.py", _VERDICTS),
        simulated=True,
    ),
    Mutant(
        "no-evidence",
        "The box's own hash where its receipt stands is not compared.",
        5,
        _cut(
            _VERDICT,
            "        if view.ours_there is not None and view.theirs_there != view.ours_there:\n",
            "        if view.ours_there is not None and view.era < 0:\n",
        ),
        (_VERDICTS,),
        simulated=True,
    ),
    Mutant(
        "heads-not-checked",
        "Two heads of one height need not be the same.",
        5,
        _cut(
            _VERDICT,
            "    if view.theirs.seq == view.ours.seq and view.theirs.hash != view.ours.hash:\n"
            "        return Verdict.FORK\n",
        ),
        (_VERDICTS,),
        simulated=True,
    ),
    Mutant(
        "old-card-goes-on",
        "A card that was set back is not noticed.",
        5,
        _cut(
            _VERDICT,
            "    if view.theirs.seq < view.ours.seq:\n        return Verdict.CARD_RESTORED\n",
        ),
        (_VERDICTS,),
        simulated=True,
    ),
    Mutant(
        "own-signature-unseen",
        "The Polres does not see its own signature beyond its log.",
        5,
        _cut(
            _VERDICT,
            "        if view.shown.era == view.era and view.shown.head.seq > view.ours.seq:\n"
            "            return Verdict.SERVER_RESTORED\n",
        ),
        (_VERDICTS,),
        simulated=True,
    ),
    Mutant(
        "anew-too-early",
        "The Polres writes its orders again before every receipt is there.",
        5,
        _cut(
            _GATE,
            "        if self._store.head(self._log_id) != request.head:\n"
            "            return False\n",
        ),
        ("tests/unit/test_polres_restored.py", _VERDICTS),
    ),
    Mutant(
        "same-instance-after-claim",
        "A box that may go on writes on in the log of the other.",
        5,
        _cut(
            "server/polres/restores/claims.py",
            "    made = Certificate(node.node, current.instance + 1, shown.public, era)\n",
            "    made = Certificate(node.node, current.instance, shown.public, era)\n",
        ),
        ("tests/unit/test_restored_card.py",),
    ),
    Mutant(
        "tail-left-behind",
        "What a box wrote apart is not written again in its new log.",
        1,
        _cut(
            "server/desa/restores/carrying.py",
            "                entries = store.entries(old, common + 1, head.seq)\n",
            "                entries = store.entries(old, head.seq + 1, head.seq)\n",
        ),
        ("tests/unit/test_restored_card.py",),
    ),
    Mutant(
        "claim-unproven",
        "A box that the Polres has forgotten need not show a certificate.",
        5,
        _cut(
            "server/polres/restores/claims.py",
            "        seal.verify(district.keys.root.public,"
            " CERTIFICATE_DOMAIN, packed, signature)\n",
        ),
        (
            "tests/unit/test_hostile_boxes.py::test_a_stranger_does_not_become_a_later_box_of_a_desa",
        ),
    ),
    Mutant(
        "revoked-goes-on",
        "A box that was reported stolen gets orders as before.",
        6,
        _cut(
            _GATE,
            "        if self._node.revoked_s is not None:\n            state = State.REVOKED\n"
            "        elif self._former",
            "        if self._former",
        ),
        (_AT_THE_GATE,),
        simulated=True,
    ),
    Mutant(
        "revoked-gets-keys",
        "A box that was reported stolen gets its keys back.",
        6,
        _cut(
            "server/polres/rules/returns.py",
            "    if situation.revoked:\n        return Refuse(Why.REVOKED)\n",
        ),
        ("tests/unit/test_key_returns.py",),
    ),
    Mutant(
        "code-not-proven",
        "Any code enrols a box.",
        5,
        _cut(
            "server/polres/enrolment.py",
            "    if not proven:\n"
            "        return 410 if card.public is None and card.tries >= TRIES else 403\n",
        ),
        (_VERDICTS,),
    ),
)

ORDERS = (
    Mutant(
        "expired-order-obeyed", "An order is carried out however late it comes.", 9,
        _cut(
            "server/domain/decide.py",
            '    if order.expires_s < now_s:\n        return "kedaluwarsa"\n',
        ),
        ("tests/unit/test_decide.py", "tests/models/test_report_life.py"), simulated=True,
    ),
    Mutant(
        "order-obeyed-twice", "An order with a receipt is carried out again.", 2,
        _cut(
            "server/desa/orders.py",
            "        if lookup.order_outcome(done, entry.header.instance,"
            " entry.header.seq) is None\n",
        ),
        ("tests/unit/test_lost_orders.py",), simulated=True,
    ),
    Mutant(
        "keys-go-once", "The keys of an order go with the order alone; a restart loses them.", 5,
        _cut(
            "server/polres/down/downlog.py",
            "    for order in _unanswered(connection, node, now_s):\n",
            "    for order in _unanswered(connection, node, now_s)[:0]:\n",
        ),
        (f"{_STATES}::test_in_every_state_what_was_promised_holds",), simulated=True,
    ),
    Mutant(
        "older-return-wins", "A file that was carried for weeks undoes what came since.", 5,
        _cut(
            "sync/parcel/carry.py",
            "    newer = known is None or (receipt.era, receipt.time_s)"
            " > (known[0].era, known[0].time_s)\n",
            "    newer = True\n",
        ),
        ("tests/unit/test_parcel_trouble.py",),
    ),
    Mutant(
        "air-window-off-by-one", "The 65th SMS back is taken as if it could be told.", 2,
        _cut(
            "sync/airtime/window.py",
            "        if self.highest - counter >= WIDTH or self.seen & bit:\n",
            "        if self.highest - counter > WIDTH or self.seen & bit:\n",
        ),
        ("tests/unit/test_air_counters.py",),
    ),
    Mutant(
        "air-replayed", "An SMS that came before is taken again.", 2,
        _cut(
            "sync/airtime/window.py",
            "        if self.highest - counter >= WIDTH or self.seen & bit:\n",
            "        if self.highest - counter >= WIDTH:\n",
        ),
        ("tests/unit/test_air_counters.py",),
    ),
    Mutant(
        "air-counter-forgotten", "Counters of the air are reserved in RAM only.", 6,
        _cut(
            "server/desa/air/books.py",
            "    put(db, _RESERVED, first + count - 1)\n",
        ),
        ("tests/unit/test_air_books.py", "tests/unit/test_air_road.py"),
    ),
)  # fmt: skip

ALL = (*LOGS, *RESTORES, *ORDERS)
