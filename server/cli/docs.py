"""`kentongan docs`: writes the pages that are made from the program itself."""

from collections.abc import Iterator
from pathlib import Path

import click

from hardware.simulated.quirks.registry import QUIRKS
from hardware.simulated.quirks.survival import SURVIVALS, TESTS
from server import settings
from server.domain.report import TRANSITIONS, Move, Status
from sms import outbox

_STATE_WORDS = {
    Status.NEW: "baru",
    Status.TAKEN: "diambil",
    Status.FORWARDED: "diteruskan",
    Status.CLOSED: "selesai",
}
_MOVE_WORDS = {
    Move.TAKE: "ambil",
    Move.FORWARD: "teruskan",
    Move.CLOSE: "tutup",
    Move.REOPEN: "buka lagi",
}


@click.command(hidden=True)
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.pass_context
def docs(context: click.Context, directory: Path) -> None:
    """Write docs/settings.md, docs/cli.md, docs/states.md and docs/quirks.md into DIRECTORY."""
    root = context.find_root().command
    for name, text in pages(root).items():
        (directory / name).write_text(text, encoding="utf-8")


def pages(root: click.Command) -> dict[str, str]:
    """The generated pages by file name."""
    return {
        "settings.md": _settings(),
        "cli.md": _cli(root),
        "states.md": _states(),
        "quirks.md": _quirks(),
    }


def _settings() -> str:
    lines = [
        "# Settings",
        "",
        "Every key of `kentongan.toml`. What is not written there has its default.",
        "",
        "| section | key | default | unit | meaning |",
        "|---|---|---|---|---|",
    ]
    for section, key, default, unit, meaning in settings.table():
        shown = "" if default in ("", ()) else f"`{default}`"
        lines.append(f"| {section} | `{key}` | {shown} | {unit} | {meaning} |")
    return "\n".join(lines) + "\n"


def _cli(root: click.Command) -> str:
    lines = ["# Commands", "", "Every command of `kentongan`, as `--help` tells them.", ""]
    for path, command in _commands(root, "kentongan"):
        context = click.Context(command, info_name=path)
        lines += [f"## `{path}`", "", "```", command.get_help(context), "```", ""]
    return "\n".join(lines)


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in sorted(command.list_commands(context)):
        inner = command.get_command(context, name)
        if inner is not None and not inner.hidden:
            yield from _commands(inner, f"{path} {name}")


def _states() -> str:
    lines = [
        "# States of a report",
        "",
        "The one table of how a report moves; `server/domain/report.py` holds it.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> baru",
    ]
    for (state, move), after in TRANSITIONS.items():
        lines.append(f"    {_STATE_WORDS[state]} --> {_STATE_WORDS[after]}: {_MOVE_WORDS[move]}")
    lines += [
        "```",
        "",
        "## An outgoing text",
        "",
        "`sms/outbox.py` holds the table.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {outbox.State.QUEUED}",
    ]
    for before, states in outbox.TRANSITIONS.items():
        lines += [f"    {before} --> {after}" for after in outbox.State if after in states]
    return "\n".join([*lines, "```", ""])


def _quirks() -> str:
    lines = [
        "# Quirks of modems",
        "",
        "Ways in which real sticks and modules differ from the standard. The virtual modem",
        "imitates each by its name (`kentongan modem simulate --quirk NAME`); numbers are those",
        "of the list of known quirks, states of SIM and line have none. The tests are in",
        f"`{TESTS}`; a control plays a naive driver, which fails.",
        "",
        "| | name | what the modem does | what the driver does | test | control |",
        "|---|---|---|---|---|---|",
    ]
    for quirk in QUIRKS.values():
        survival = SURVIVALS[quirk.name]
        lines.append(
            f"| {quirk.number or ''} | `{quirk.name}` | {quirk.summary} | {survival.remedy}"
            f" | `{survival.test}` | `{survival.control}` |"
        )
    return "\n".join(lines) + "\n"
