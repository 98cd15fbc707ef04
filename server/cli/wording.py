"""What the command line refuses, said in Indonesian, and questions before what is lasting."""

import re
import sys

import click

from server.domain.errors import Told

_EXTRA = re.compile(r"unexpected extra arguments? \((.*)\)", re.DOTALL)
_YES = frozenset({"y", "ya", "yes"})


class NeedsYes(Told):
    """Perintah ini perlu persetujuan dan tidak ada yang menjawab; tambahkan --yes bila setuju."""


class NotAgreed(Told):
    """Dibatalkan; tidak ada yang diubah."""


def agree(question: str, *, yes: bool) -> None:
    """Go on only if somebody says so, with --yes or at the terminal.

    Raises:
        NeedsYes: nobody answers.
        NotAgreed: the answer is no.
    """
    if yes:
        return
    click.echo(f"{question} Ketik ya untuk melanjutkan: ", nl=False, err=True)
    answer = sys.stdin.readline()
    if not answer:
        click.echo(err=True)
        raise NeedsYes
    if answer.strip().lower() not in _YES:
        raise NotAgreed


def refusal(error: click.ClickException) -> str:
    """Everything that is printed for a command line that cannot be run."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    lines = [sentence(error)]
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        pieces = " ".join(context.command.collect_usage_pieces(context))
        lines += [f"  Pemakaian: {context.command_path} {pieces}".rstrip()]
    path = "kentongan" if context is None else context.command_path
    lines.append(f"  → {path} --help")
    return "\n".join(lines)


def sentence(error: click.ClickException) -> str:
    """What is wrong with the command line, and what it should be."""
    match error:
        case click.NoSuchOption():
            return f"Pilihan {error.option_name} tidak dikenal.{_near(error.possibilities)}"
        case click.exceptions.NoSuchCommand():
            return f"Perintah {error.command_name} tidak dikenal.{_near(error.possibilities)}"
        case click.BadOptionUsage():
            return _option_usage(error)
        case click.MissingParameter():
            return _missing(error)
        case click.BadParameter():
            return f"{_named(error.param)} tidak dapat dipakai: {_wanted(error)}."
        case click.FileError():
            return f"Berkas {error.ui_filename} tidak dapat dibuka; periksa nama dan izinnya."
        case click.UsageError():
            return _usage(error)
        case _:
            return error.format_message()


def _near(names: list[str] | None) -> str:
    return f" Maksudnya {' atau '.join(names)}?" if names else ""


def _option_usage(error: click.BadOptionUsage) -> str:
    if "does not take" in error.message:
        return f"Pilihan {error.option_name} tidak memakai nilai."
    return f"Pilihan {error.option_name} harus diikuti nilainya."


def _missing(error: click.MissingParameter) -> str:
    choices = getattr(getattr(error.param, "type", None), "choices", ())
    among = f" Pilih salah satu: {', '.join(map(str, choices))}." if choices else ""
    return f"{_named(error.param)} belum diisi.{among}"


def _usage(error: click.UsageError) -> str:
    extra = _EXTRA.search(error.message)
    if extra is not None:
        return f"Ada kata yang berlebih: {extra[1]}. Nama berspasi ditulis di antara tanda kutip."
    if error.message.startswith("Missing command"):
        return "Perintahnya belum ditulis."
    return error.message


def _named(param: click.Parameter | None) -> str:
    if param is None:
        return "Isian itu"
    if isinstance(param, click.Option):
        return f"Pilihan {max(param.opts, key=len)}"
    return f"Isian {param.human_readable_name.upper()}"


def _wanted(error: click.BadParameter) -> str:
    """What a value must be."""
    kind = None if error.param is None else error.param.type
    match kind:
        case click.IntRange():
            return f"harus angka antara {kind.min} dan {kind.max}"
        case click.types.IntParamType():
            return "harus angka bulat"
        case click.Choice():
            return f"pilih salah satu dari {', '.join(map(str, kind.choices))}"
        case click.Path():
            return _path(kind, error.message)
        case _:
            return error.message.rstrip(".")


def _path(kind: click.Path, message: str) -> str:
    thing = "folder" if not kind.file_okay else "berkas"
    if "does not exist" in message:
        return f"{thing} itu tidak ada"
    if "is a file" in message:
        return "itu berkas, padahal harus folder"
    if "is a directory" in message:
        return "itu folder, padahal harus berkas"
    return f"{thing} itu tidak boleh dibuka oleh pengguna ini"
