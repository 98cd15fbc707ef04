"""`kentongan demo`: a district and three villages on one machine."""

from pathlib import Path

import click


@click.command()
@click.option("--check", is_flag=True, help="Play messages without a person and count.")
@click.option("--json", "as_json", is_flag=True, help="With --check: print one JSON object only.")
@click.option("--messages", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--seed", type=int, default=1, show_default=True, help="With --check.")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=8000, show_default=True, help="Page's port."
)
def demo(*, check: bool, as_json: bool, messages: Path | None, seed: int, port: int) -> None:
    """Show the whole road from phone to Polres, on loopback only; Ctrl-C ends it.

    With --check: JSON lines {"sender","text"} from --messages (or 250 of its own) are played
    through the ttys while links are cut and processes killed; exit 0 only if nothing is lost or
    doubled.
    """
    from server.demo.check import check as run_check  # noqa: PLC0415
    from server.demo.run import run  # noqa: PLC0415

    if check:
        raise SystemExit(run_check(messages, seed, as_json=as_json))
    run(port)
