"""What a text asks for: as the grammar says, else as it was surely read."""

from typing import assert_never

from server.domain.reading.labels import Kind
from server.domain.reading.read import SURE, Reading
from sms.commands import grammar
from sms.commands.keywords import CommandName


def meant(text: str, reading: Reading) -> grammar.Command | grammar.FreeText:
    """The command of a text; free words that surely ask the same count as it does."""
    parsed = grammar.parse(text)
    if not isinstance(parsed, grammar.FreeText) or reading.confidence < SURE or reading.official:
        return parsed
    match reading.command:
        case CommandName.STATUS:
            return grammar.Status(reading.ticket)
        case CommandName.BATAL:
            return grammar.Cancel(reading.ticket)
        case CommandName.INFO:
            return grammar.Help()
        case CommandName.STOP:
            return grammar.Stop()
        case _:
            return parsed


def idle(reading: Reading) -> str | None:
    """Why a free text is surely no report, as the officer reads it; None where it may be one."""
    if reading.confidence < SURE or reading.official or reading.confidential:
        return None
    match reading.kind:
        case Kind.PROMO:
            return "iklan"
        case Kind.OPERATOR:
            return "pesan otomatis"
        case Kind.CHATTER:
            return "bukan laporan"
        case Kind.REPORT | Kind.COMMAND:
            return None
        case _:
            assert_never(reading.kind)
