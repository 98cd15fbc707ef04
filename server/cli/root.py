"""The root of all commands, and how their errors are told."""

import logging
import sys
from collections.abc import Callable
from typing import Protocol, cast

import click

from server.cli.bench import bench
from server.cli.demo import demo
from server.cli.desa import desa
from server.cli.docs import docs
from server.cli.modem import modem
from server.cli.polres import polres
from server.cli.sms import sms
from server.cli.wording import refusal
from server.process import logs

LEVELS = click.Choice(("debug", "info", "warning", "error"), case_sensitive=False)
EXIT_REFUSED = 1
EXIT_BUG = 70
FAULT = "Ada kesalahan pada program. Kirim baris di atas kepada pengembang; data tetap aman."


class Told(Protocol):
    """An error that carries the operator's sentence."""

    @property
    def sentence(self) -> str:
        """What happened and what to do, in Indonesian."""


@click.group()
@click.option("--log", type=LEVELS, default="warning", help="How much is logged.")
@click.version_option(package_name="kentongan")
def kentongan(log: str) -> None:
    """Kentongan: an SMS village post that forgets nothing."""
    logs.setup(log.upper())


for command in (desa, polres, modem, sms, demo, bench, docs):
    kentongan.add_command(command)


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
        if not hasattr(error, "sentence"):
            logging.getLogger(__name__).critical("fault", exc_info=error)
            click.echo(FAULT, err=True)
            sys.exit(EXIT_BUG)
        told = cast("Told", error)
        click.echo(f"{told.sentence}", err=True)
        if hint := getattr(error, "hint", ""):
            click.echo(f"  → {hint}", err=True)
        sys.exit(EXIT_REFUSED)
