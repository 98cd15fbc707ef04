"""Mutants of decisions: what texts, calls, officers and time lead to."""

from patches import Edit, Mutant

_DECIDE = "server/domain/decide.py"
_LIFE = "tests/models/test_report_life.py"


def _cut(file: str, old: str, new: str = "") -> tuple[Edit, ...]:
    return (Edit(file, old, new),)


ALL = (
    Mutant(
        "opt-out-ignored", "Who wants no broadcasts is told so, and it is not written down.", 8,
        _cut(
            _DECIDE,
            "            return Decision((noted,), (_answer(text, render(ReplyKey.STOP_OK)),))\n",
            "            return Decision((), (_answer(text, render(ReplyKey.STOP_OK)),))\n",
        ),
        ("tests/unit/test_decide.py",),
    ),
    Mutant(
        "calls-answered-each-time", "Every call is answered by SMS.", 8,
        _cut(
            _DECIDE,
            "    notices = () if answered else (_how_to_write(call, open_.ticket),)\n",
            "    notices = (_how_to_write(call, open_.ticket),)\n",
        ),
        (_LIFE, "tests/unit/test_call_backs.py"), simulated=True,
    ),
    Mutant(
        "locked-is-not-reminded", "Nobody is called again for what came before a restart.", 1,
        _cut(
            "server/domain/remind.py",
            "    if report.locked and now_s - report.received_s > LOCKED_WINDOW_S:\n",
            "    if report.locked:\n",
        ),
        ("tests/unit/test_react_remind.py",), simulated=True,
    ),
    Mutant(
        "reminded-each-minute", "Officers are called again every minute.", 8,
        _cut(
            "server/domain/remind.py",
            '    return f"remind:{report.ticket}:{report.seq}:{step}"\n',
            '    return f"remind:{report.ticket}:{report.seq}:{step}:{waited_min}"\n',
        ),
        ("tests/unit/test_react_remind.py",), simulated=True,
    ),
    Mutant(
        "anybody-may-ask", "Whoever names a number reads how a report stands.", 6,
        _cut(
            _DECIDE,
            "    return report if report is not None and report.sender == text.sender else None\n",
            "    return report\n",
        ),
        (_LIFE, "tests/unit/test_decide.py"),
    ),
    Mutant(
        "closed-is-closed-again", "A report that is closed is worked on as if it were open.", 3,
        _cut(
            _DECIDE,
            "    if (report.status, move) not in TRANSITIONS or"
            " (again and report.status is Status.TAKEN):\n",
            "    if again and report.status is Status.TAKEN:\n",
        ),
        (_LIFE,),
    ),
)  # fmt: skip
