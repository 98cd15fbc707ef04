"""What follows a cut, as a process of its own: run as a script it is what strace looks at.

Word: a folder with both machines, what was told before (`told.before`) and the keys of that time.
"""

import json
import os
import sys
from pathlib import Path

from going_on import go_on
from told import Told
from watched_world import TakenUp, dumped


def main(folder: Path) -> None:
    """Go on to the end; what is told goes to a file among the disk's calls."""
    handle = os.open(folder / "told", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    told = Told()
    for line in (folder / "told.before").read_text(encoding="ascii").splitlines():
        told.hear(line)
    world = TakenUp(folder, told, lambda line: os.write(handle, line.encode()))
    go_on(world)
    before = json.loads((folder / "keys.json").read_text(encoding="ascii"))
    world.sessions = before["sessions"] | world.sessions
    keys = dumped(world)
    world.close()
    (folder / "keys.json").write_text(keys, encoding="ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
