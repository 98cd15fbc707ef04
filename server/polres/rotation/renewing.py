"""A new exchange key, and the end of those before it."""

from server.polres import keys as key_files
from server.polres.district import District
from server.polres.errors import PolresError
from server.polres.rotation.standing import standing
from server.polres.store import exchange_keys
from server.polres.store.exchange_keys import KeyRow
from sync import seal


class NothingOlder(PolresError):
    """Tidak ada kunci lama yang masih disimpan; tidak ada yang perlu dihapus."""


class StillUsed(PolresError):
    """Kunci lama belum boleh dihapus."""

    hint = "kentongan polres exchange-key DIR"

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self._names = names

    @property
    def sentence(self) -> str:
        """The sentence with the desas that are missing."""
        return (
            "Kunci lama belum boleh dihapus: desa ini belum memakai kunci baru: "
            f"{', '.join(self._names)}. Tunggu sampai terhubung, atau tutup kotaknya (revoke)."
        )


class NotBackedUp(PolresError):
    """Kunci lama dihapus setelah ada cadangan yang memuat semua desa; buat cadangan dahulu."""

    hint = "kentongan polres backup DIR FILE"


def renew(district: District, now_s: int) -> int:
    """Make a new exchange key: desas take it with their next answer. Gives its number.

    It lies on the disk before anybody is told of it, beside those that desas still seal to.
    """
    with district.write() as connection:
        rows = exchange_keys.every(connection)
        # The clock gives the number, so that it rises also where the key file was set back.
        highest = max((row.number for row in rows), default=0)
        number = max(now_s, highest + 1, district.keys.number + 1)
        district.keys = key_files.renew_exchange(
            district.directory, district.random(seal.KEY_OCTETS), number
        )
        exchange_keys.add(connection, KeyRow(number, district.keys.announcement(), now_s))
    return number


def forget_old(district: District) -> int:
    """Destroy the exchange keys before the newest; gives how many.

    Raises:
        NothingOlder: there are none.
        StillUsed: a desa has not confirmed the newest one, and is not closed.
        NotBackedUp: a desa has, but no backup of ours covers that: set back, we would be sent
            wraps that nobody could open.
    """
    with district.write() as connection:
        now = standing(connection, district)
        if not district.keys.older:
            raise NothingOlder
        if now.missing:
            raise StillUsed(now.missing)
        if now.uncovered:
            raise NotBackedUp
        count = len(district.keys.older)
        district.keys = key_files.forget_exchange(district.directory)
    return count
