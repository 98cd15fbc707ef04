"""The messages that the model is trained on, each written by hand for this."""

import hashlib
from pathlib import Path

from server.bench.reading.messages import Message, read

FOLDER = Path(__file__).parent


def learnt_from() -> list[Message]:
    """All of them, always in the same order."""
    return [message for path in sorted(FOLDER.glob("*.jsonl")) for message in read(path)]


def fingerprint() -> str:
    """SHA-256 over all files, hexadecimal."""
    whole = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.jsonl")):
        whole.update(path.read_bytes())
    return whole.hexdigest()
