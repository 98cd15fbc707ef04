"""What a running node answers on its control socket about officers' keys."""

from collections.abc import Callable
from dataclasses import asdict

from server.desa.node import Node
from server.desa.officers.keydesk import KeyDesk, Wait
from server.domain.errors import Told

Asked = dict[str, str]


class WrongCard(Told):
    """Nama atau kata pemulihan tidak cocok; periksa tulisannya, lalu coba lagi."""

    def __init__(self, wait_s: float) -> None:
        super().__init__()
        self.wait_s = wait_s

    @property
    def sentence(self) -> str:
        """The sentence with the time to wait."""
        return (
            "Nama atau kata pemulihan tidak cocok; "
            f"periksa tulisannya, tunggu {max(1, round(self.wait_s))} detik, lalu coba lagi."
        )


def key_answers(node: Node, keys: KeyDesk) -> dict[str, Callable[[Asked], object]]:
    """Commands of the socket by name."""
    return {
        "officer list": lambda _: [
            {"name": one.name, "told": "terdaftar" if one.listed else "menunggu Polres"}
            for one in keys.keepers()
        ],
        "officer recover": lambda asked: _recover(node, keys, asked),
        "retention": lambda _: [asdict(one) for one in keys.erasures()],
        "lock": lambda _: keys.lock(),
    }


def _recover(node: Node, keys: KeyDesk, asked: Asked) -> dict[str, str]:
    new = keys.recover(asked["name"], asked["words"])
    if isinstance(new, Wait):
        raise WrongCard(new.seconds)
    return {
        "name": new.name,
        "passphrase": new.passphrase,
        "phone_path": f"/hp/{new.phone_key.hex()}",
        "recovery": new.recovery,
        "port": str(node.settings.web.port),
        "host": node.settings.web.host,
    }
