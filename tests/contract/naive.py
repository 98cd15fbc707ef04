"""A driver as one writes it first: positional lines, one read per answer, every notice believed."""

import re
from datetime import datetime

from modem_contract import BarePort


class Broken(Exception):
    """It did not expect that."""


class Naive:
    """Works on a modem that behaves as the standard says, and on no other."""

    def __init__(self, port: BarePort, route: str = "2,1,0,1,0") -> None:
        self._port = port
        self._route = route
        self.received: list[str] = []

    def ask(self, command: str) -> list[str]:
        """The lines of an answer before its OK."""
        lines = self._lines(f"{command}\r".encode())
        if not lines or lines[-1] != "OK":
            raise Broken(command)
        return lines[:-1]

    def start(self) -> None:
        """Set the modem up."""
        for command in ("ATE0", "AT+CMGF=0", 'AT+CPMS="SM","SM"', f"AT+CNMI={self._route}"):
            self.ask(command)
        self.ask("AT+CLIP=1")
        if self.ask("AT+CPIN?") != ["+CPIN: READY"] or not self.ask("AT+CSQ"):
            raise Broken("SIM")

    def empty(self) -> None:
        """Read everything that is listed, and delete it."""
        lines = self.ask("AT+CMGL=4")
        pairs = list(zip(lines[::2], lines[1::2], strict=True))
        for header, pdu in pairs:
            self._take(int(header.split(": ")[1].split(",")[3]), pdu)
        for position in range(len(pairs)):
            self.ask(f"AT+CMGD={position + 1}")

    def hear(self) -> None:
        """Read and delete what the modem tells of; direct texts are taken as they come."""
        lines = self._lines(b"")
        while lines:
            line = lines.pop(0)
            if found := re.fullmatch(r'\+CMTI: "SM",(\d+)', line):
                header, pdu = self.ask(f"AT+CMGR={found[1]}")
                self._take(int(header.split(",")[2]), pdu)
                self.ask(f"AT+CMGD={found[1]}")
            elif found := re.fullmatch(r"\+CMT: ,(\d+)", line):
                self._take(int(found[1]), lines.pop(0))
            else:
                raise Broken(line)

    def send(self, length: int, pdu: str) -> bool:
        """Whether the modem says that it went out."""
        self._port.write(f"AT+CMGS={length}\r".encode())
        if self._port.read(10) != b"\r\n> ":
            raise Broken("prompt")
        lines = self._lines(pdu.encode() + b"\x1a")
        return len(lines) == 2 and lines[0].startswith("+CMGS: ") and lines[1] == "OK"

    def report(self) -> str:
        """The delivery report that comes next."""
        header, pdu = self._lines(b"")
        if not re.fullmatch(r"\+CDS: \d+", header):
            raise Broken(header)
        return pdu

    def call(self) -> str:
        """The number of a call that rang once and ended."""
        ring, clip, end = self._lines(b"")
        found = re.fullmatch(r'\+CLIP: "(.+)",145,,,,0', clip)
        if (ring, end) != ("RING", "NO CARRIER") or not found:
            raise Broken("call")
        return found[1]

    def ussd(self, code: str) -> str:
        """The text that the network answers."""
        _, line = self._lines(f'AT+CUSD=1,"{code}",15\r'.encode())
        found = re.fullmatch(r'\+CUSD: 0,"(.*)",15', line)
        if not found:
            raise Broken(line)
        return found[1]

    def texts(self) -> list[tuple[str, str]]:
        """Senders and texts, in text mode."""
        self.ask("AT+CMGF=1")
        lines = self.ask('AT+CMGL="ALL"')
        return [
            (header.split(",")[2].strip('"'), text)
            for header, text in zip(lines[::2], lines[1::2], strict=True)
        ]

    def _take(self, length: int, pdu: str) -> None:
        if len(pdu) != 2 * length + 2:
            raise Broken("length")
        _dated(pdu)
        self.received.append(pdu)

    def _lines(self, said: bytes) -> list[str]:
        if said:
            self._port.write(said)
        return [line for line in self._port.read(10).decode().split("\r\n") if line]


def _dated(pdu: str) -> datetime:
    """When a text was sent; whoever believes the service centre reads it like this."""
    digits = int(pdu[4:6], 16)
    start = 8 + 2 * ((digits + 1) // 2) + 4
    stamp = [int(pdu[i + 1] + pdu[i]) for i in range(start, start + 12, 2)]
    data = pdu[start + 16 :]
    if int(pdu[start + 14 : start + 16], 16) * 2 != len(data):
        raise Broken("user data")
    return datetime(2000 + stamp[0], *stamp[1:])  # noqa: DTZ001 -- naive in both senses
