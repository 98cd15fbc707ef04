"""Deciding: what a request makes of the state; pure, and the only place where events arise."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from server.domain import events as e
from server.domain import requests as r
from server.domain.errors import Reason, Refused
from server.domain.react import Notice, notice_name, reply_to
from server.domain.reading.labels import Category, Kind, Urgency
from server.domain.report import CALL_BACK, TRANSITIONS, Move, Report, Status
from sms.commands import grammar
from sms.replies import ReplyKey, answer, fields_of, render
from sms.user_data import split_words

# Answers to these, and to confidential texts, carry no word about the matter.
SENSITIVE = frozenset({Category.KDRT, Category.PELECEHAN, Category.NARKOBA, Category.SENJATA})
WHY_WORDS_MAX = 3
# An answer has the same room whatever ticket stands before it.
LONGEST_TICKET = "000000"
# Calls of one request beyond these are not journalled: a machine rings.
CALLS_COUNTED = 99
CALL_ANSWER_S = 12 * 3_600
LATE_PARTS = "bagian SMS yang terlambat datang"
# Below it nothing in a text was recognised that says more than chance.
UNDERSTOOD_CONFIDENCE = 0.25


@dataclass(frozen=True, slots=True)
class Decision:
    """What a request leads to.

    Attributes:
        events: to be journalled, in order.
        notices: texts to be sent for the request itself; `react` adds those for the events.
        official: a complaint about an official: events and notices must not lie under a key
            that an officer can open.
    """

    events: tuple[e.DesaEvent, ...]
    notices: tuple[Notice, ...] = ()
    official: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when a text arrives.

    Attributes:
        desa: name of the desa.
        fresh_ticket: drawn beforehand, used only if the text becomes a report.
        mentioned: the report whose ticket the text names.
        latest: the newest report from the same number.
        clock: time of day as people of the desa read it, `08.46`.
        date: day as they read it, `22 Nov`.
        on_call: whether an emergency rings somebody: an officer stands in the phone book.
    """

    desa: str
    fresh_ticket: str
    mentioned: Report | None
    latest: Report | None
    clock: str
    date: str
    on_call: bool = True


def decide_text(text: r.TextArrived, now: Situation) -> Decision:
    """What comes of a text: a command's answer, a report, or a note that is only kept."""
    if not text.answerable:
        # A complaint stays as secret when its writer cannot be answered.
        return Decision((_noted(text, "bukan nomor HP"),), official=text.reading.official)
    if grammar.is_blank(text.text):
        return Decision((_noted(text, "kosong"),), (_answer(text, render(ReplyKey.BANTUAN)),))
    command = grammar.parse(text.text)
    match command:
        case grammar.FreeText() | grammar.Confidential():
            return _report(text, now, hidden=isinstance(command, grammar.Confidential))
        case grammar.Help():
            return Decision((), (_answer(text, render(ReplyKey.BANTUAN)),))
        case grammar.Stop():
            noted = _noted(text, "minta berhenti siaran")
            return Decision((noted,), (_answer(text, render(ReplyKey.STOP_OK)),))
        case grammar.Status():
            return _status(text, _own(text, command.ticket, now), now)
        case grammar.Cancel():
            return _cancel(text, _own(text, command.ticket, now), now)
        case grammar.Add():
            return _add(text, command, now)
        case _:
            assert_never(command)


def decide_call(call: r.CallArrived, fresh_ticket: str, open_: Report | None) -> Decision:
    """A call becomes a request to be called back; more calls of the number count it up.

    It is answered with how to write, and again at most once in 12 hours. Who cannot be called
    back by SMS (a hidden, foreign or fixed number) is noted only.

    Args:
        call: who rang.
        fresh_ticket: drawn beforehand, used only if a request begins.
        open_: the number's request that nobody has closed yet.
    """
    if not call.answerable:
        return Decision((e.CallMissed(call.sender),))
    if open_ is None:
        return Decision((_call_back(call, fresh_ticket),), (_how_to_write(call, fresh_ticket),))
    since_s = call.received_s - open_.received_s, open_.updated_s - open_.received_s
    answered = since_s[0] // CALL_ANSWER_S == since_s[1] // CALL_ANSWER_S
    notices = () if answered else (_how_to_write(call, open_.ticket),)
    if open_.copies >= CALLS_COUNTED and answered:
        return Decision(())
    # An answer is journalled whatever the count, so that the next call knows of it.
    copies = min(open_.copies + 1, CALLS_COUNTED)
    return Decision((e.Repeated(open_.ticket, copies),), notices)


def _how_to_write(call: r.CallArrived, ticket: str) -> Notice:
    words, name = render(ReplyKey.MISCALL), notice_name(ReplyKey.MISCALL)
    return Notice(to=call.sender, text=words, ticket=ticket, name=name)


def _call_back(call: r.CallArrived, ticket: str) -> e.ReportReceived:
    return e.ReportReceived(
        ticket=ticket,
        sender=call.sender,
        text=call.way.value,
        category=CALL_BACK,
        urgency=Urgency.TINGGI.value,
        rt=None,
        rw=None,
        dusun=None,
        landmark=None,
        confidential=False,
        confidence_percent=100,
        why="",
        sent_s=None,
        received_s=call.received_s,
        inbox_id=call.inbox_id,
    )


def decide_completed(late: r.PartsArrived, report: Report, merged: Sequence[str]) -> Decision:
    """Late parts of a report's text came: it is completed, and nobody is answered again.

    A text that only now proves to be a complaint about an official is sealed, and with it the
    report as far as it was not read yet.

    Args:
        late: the text as it is now.
        report: the report that its first parts began.
        merged: tickets of reports that other parts of the same text began meanwhile.
    """
    reading = late.reading
    hidden = isinstance(grammar.parse(late.text), grammar.Confidential)
    events: list[e.DesaEvent] = [
        e.TextCompleted(
            ticket=report.ticket,
            sender=late.sender,
            text=late.text,
            missing=late.missing,
            category=reading.category.value,
            urgency=reading.urgency.value,
            rt=reading.place.rt,
            rw=reading.place.rw,
            dusun=reading.place.dusun,
            landmark=reading.place.landmark,
            confidential=hidden or reading.confidential,
            confidence_percent=percent(reading.confidence),
            why=", ".join(reading.why[:WHY_WORDS_MAX]),
            received_s=late.received_s,
        )
    ]
    if report.status is Status.CLOSED:
        # What came late may be what matters: somebody must read it.
        events.append(e.Reopened(report.ticket, report.officer or "Kotak", LATE_PARTS))
    events += [e.Merged(ticket, report.ticket) for ticket in merged]
    return Decision(tuple(events), official=report.sealed or reading.official)


def percent(confidence: float) -> int:
    """A confidence for people, in steps of five and never more than it is."""
    return int(confidence * 20) * 5


def understood(text: r.TextArrived) -> bool:
    """Whether a text was understood: a command about a report, or something was recognised."""
    command = grammar.parse(text.text)
    if isinstance(command, grammar.Status | grammar.Add | grammar.Cancel):
        return True
    reading = text.reading
    return reading.kind is Kind.REPORT and reading.confidence >= UNDERSTOOD_CONFIDENCE


def decide_action(
    action: r.Action, report: Report | None, answer_parts: int = 1
) -> Decision | Refused:
    """What an officer's action does to a report; `answer_parts` bounds a free answer."""
    if report is None:
        return Refused(Reason.UNKNOWN_TICKET)
    if report.sealed:
        return Refused(Reason.SEALED)
    if report.locked:
        return Refused(Reason.LOCKED)
    if isinstance(action, r.Answer):
        return _free_answer(action, answer_parts)
    asked = _asked(action)
    if isinstance(asked, Refused):
        return asked
    move, event = asked
    again = isinstance(event, e.Taken) and report.officer == event.by
    # Two who press the same button must not both believe that they have it.
    overtaken = isinstance(action, r.Take) and action.over not in (None, report.officer or "")
    if (report.status, move) not in TRANSITIONS or (again and report.status is Status.TAKEN):
        return Refused(Reason.WRONG_STATE)
    if overtaken:
        return Refused(Reason.WRONG_STATE)
    return Decision((event,))


def _asked(
    action: r.Take | r.Forward | r.Close | r.Reopen,
) -> tuple[Move, e.DesaEvent] | Refused:
    match action:
        case r.Take():
            return Move.TAKE, e.Taken(action.ticket, action.by)
        case r.Forward():
            to = action.to.strip()
            forwarded = e.Forwarded(action.ticket, action.by, to, action.note.strip())
            return (Move.FORWARD, forwarded) if to else Refused(Reason.EMPTY_TEXT)
        case r.Close():
            result = action.result.strip()
            closed = e.Closed(action.ticket, action.by, result)
            return (Move.CLOSE, closed) if result else Refused(Reason.EMPTY_TEXT)
        case r.Reopen():
            return Move.REOPEN, e.Reopened(action.ticket, action.by, action.reason.strip())
        case _:
            assert_never(action)


def decide_order(
    order: e.StatusOrdered | e.AnswerOrdered, report: Report | None, now_s: int
) -> Decision | Refused | str:
    """What an order of the Polres does; a plain word is an outcome that needs no event.

    Returns:
        a Decision, a Refused, or the outcome word `kedaluwarsa`.
    """
    if order.expires_s < now_s:
        return "kedaluwarsa"
    if isinstance(order, e.AnswerOrdered):
        return decide_action(r.Answer(order.ticket, order.by, order.text), report)
    actions: dict[str, r.Action] = {
        Move.TAKE: r.Take(order.ticket, order.by),
        Move.FORWARD: r.Forward(order.ticket, order.by, order.note or "Polres"),
        Move.CLOSE: r.Close(order.ticket, order.by, order.note or "ditutup Polres"),
        Move.REOPEN: r.Reopen(order.ticket, order.by, order.note),
    }
    action = actions.get(order.move)
    return Refused(Reason.WRONG_STATE) if action is None else decide_action(action, report)


def sensitive(report: Report) -> bool:
    """Whether answers must say nothing about the matter."""
    hidden = report.sealed or report.confidential
    return hidden or report.category in {c.value for c in SENSITIVE}


def _free_answer(action: r.Answer, parts: int) -> Decision | Refused:
    if not action.text.strip():
        return Refused(Reason.EMPTY_TEXT)
    if not fits(action.text, parts):
        return Refused(Reason.TEXT_TOO_LONG)
    return Decision((e.Answered(action.ticket, action.by, action.text.strip()),))


def fits(text: str, parts: int) -> bool:
    """Whether an answer goes into so many short messages, with the words around it."""
    return len(split_words(answer(LONGEST_TICKET, text))) <= parts


def _report(text: r.TextArrived, now: Situation, *, hidden: bool) -> Decision:
    reading = text.reading
    confidential = hidden or reading.confidential
    event = e.ReportReceived(
        ticket=now.fresh_ticket,
        sender=text.sender,
        text=text.text,
        category=reading.category.value,
        urgency=reading.urgency.value,
        rt=reading.place.rt,
        rw=reading.place.rw,
        dusun=reading.place.dusun,
        landmark=reading.place.landmark,
        confidential=confidential,
        confidence_percent=percent(reading.confidence),
        why=", ".join(reading.why[:WHY_WORDS_MAX]),
        sent_s=text.sent_s,
        received_s=text.received_s,
        inbox_id=text.inbox_id,
    )
    if reading.official:
        key = ReplyKey.SEGEL
    elif confidential or reading.category in SENSITIVE:
        key = ReplyKey.ACK_NETRAL
    elif reading.urgency is Urgency.DARURAT:
        # Nobody may be told that help is called where nobody is.
        key = ReplyKey.ACK_DARURAT if now.on_call else ReplyKey.ACK_DARURAT_SEPI
    else:
        key = ReplyKey.ACK
    urgent = reading.urgency is Urgency.DARURAT
    notice = _receipt(text, key, event.ticket, urgent=urgent, desa=now.desa)
    return Decision((event,), (notice,), official=reading.official)


def _add(text: r.TextArrived, command: grammar.Add, now: Situation) -> Decision:
    report = _own(text, command.ticket, now)
    if not command.text.strip():
        return Decision((), (_answer(text, render(ReplyKey.BANTUAN)),))
    if report is None and now.mentioned is not None and now.mentioned.sealed:
        # Who wrote it is not known here any more, but what is added must stay as secret.
        report = now.mentioned
    if text.reading.official and (report is None or not report.sealed):
        # A complaint about an official is a sealed matter of its own, whatever it is added to.
        return _report(text, now, hidden=False)
    if report is None:
        # An addition to a number that is not the sender's may still be a cry for help.
        return _report(text, now, hidden=False)
    event = e.NoteAdded(report.ticket, text.sender, command.text, text.received_s)
    notice = _receipt(text, ReplyKey.TAMBAH_OK, report.ticket, jam=now.clock)
    return Decision((event,), (notice,), official=report.sealed)


def _cancel(text: r.TextArrived, report: Report | None, now: Situation) -> Decision:
    if report is None:
        return _not_yours(text, now)
    event = e.CancelAsked(report.ticket, text.sender)
    notice = _receipt(text, ReplyKey.BATAL_OK, report.ticket)
    return Decision((event,), (notice,), official=report.sealed)


def _status(text: r.TextArrived, report: Report | None, now: Situation) -> Decision:
    if report is None:
        return _not_yours(text, now)
    words = reply_to(report, neutral=sensitive(report), date=now.date)
    return Decision((), (_answer(text, words),), official=report.sealed)


def _not_yours(text: r.TextArrived, now: Situation) -> Decision:
    """No such report for this phone; who asks for a complaint may well be who wrote it."""
    about = now.mentioned
    hidden = about is not None and (about.sealed or about.locked)
    return Decision((), (_answer(text, render(ReplyKey.STATUS_NIHIL)),), official=hidden)


def _own(text: r.TextArrived, ticket: str | None, now: Situation) -> Report | None:
    report = now.latest if ticket is None else now.mentioned
    return report if report is not None and report.sender == text.sender else None


def _noted(text: r.TextArrived, reason: str) -> e.TextNoted:
    return e.TextNoted(text.sender, text.text, reason, text.received_s)


def _answer(text: r.TextArrived, words: str) -> Notice:
    return Notice(to=text.sender, text=words)


def _receipt(
    text: r.TextArrived, key: ReplyKey, ticket: str, *, urgent: bool = False, **told: str
) -> Notice:
    """The text that says what became of one that concerns a report."""
    known = {"no": ticket, **told}
    words = render(key, **{name: known[name] for name in fields_of(key)})
    return Notice(text.sender, words, ticket, urgent=urgent, name=notice_name(key))
