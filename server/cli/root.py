"""The root of all commands, and how their errors are told."""

import importlib
import logging
import sys
from collections.abc import Callable
from typing import Final, Protocol, cast

import click

from server.cli.wording import refusal
from server.process import disk, logs

LEVELS = click.Choice(("debug", "info", "warning", "error"), case_sensitive=False)
# Each stands in the module of its name. It is imported when it is called: a village node needs
# nothing of the Polres, whose libraries alone take 40 MiB.
COMMANDS: Final = ("bench", "demo", "desa", "docs", "modem", "polres", "simulate", "sms")
EXIT_REFUSED = 1
EXIT_BUG = 70
FAULT = "Ada kesalahan pada program. Kirim baris di atas kepada pengembang; data tetap aman."


class Told(Protocol):
    """An error that carries the operator's sentence."""

    @property
    def sentence(self) -> str:
        """What happened and what to do, in Indonesian."""


class Commands(click.Group):
    """Finds each command in its module, which is imported only then."""

    def list_commands(self, _: click.Context) -> list[str]:
        """All names, sorted."""
        return list(COMMANDS)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        found = getattr(importlib.import_module(f"server.cli.{cmd_name}"), cmd_name)
        return cast("click.Command", found)


@click.group(cls=Commands)
@click.option("--log", type=LEVELS, default="warning", help="How much is logged.")
@click.version_option(package_name="kentongan")
def kentongan(log: str) -> None:
    """Kentongan: an SMS village post that forgets nothing."""
    logs.setup(log.upper())


def told_by(error: Exception) -> Told | None:
    """What carries the operator's sentence of an error; None for a fault of the program."""
    if hasattr(error, "sentence"):
        return cast("Told", error)
    return disk.trouble_of(error)


def main() -> None:
    """Run a command; an error with a sentence is told without a traceback and exits with 1."""
    try:
        cast("Callable[..., None]", kentongan)(standalone_mode=False)
    except click.ClickException as error:
        click.echo(refusal(error), err=True)
        sys.exit(error.exit_code)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except (click.exceptions.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        told = told_by(error)
        if told is None:
            logging.getLogger(__name__).critical("fault", exc_info=error)
            click.echo(FAULT, err=True)
            sys.exit(EXIT_BUG)
        click.echo(f"{told.sentence}", err=True)
        if hint := getattr(told, "hint", ""):
            click.echo(f"  → {hint}", err=True)
        sys.exit(EXIT_REFUSED)
