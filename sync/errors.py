"""What can go wrong between two servers, each with a sentence for the operator."""


class SyncError(Exception):
    """Pertukaran data dengan server lain gagal; coba lagi nanti."""

    hint = "kentongan desa status DIR"

    @property
    def sentence(self) -> str:
        """The Indonesian sentence an operator sees: the first line of the class docstring."""
        return (type(self).__doc__ or "").strip().splitlines()[0]


class MalformedFrame(SyncError):
    """Paket data rusak atau terpotong; tidak ada yang diubah, pengirim akan mengulanginya."""


class BadSignature(SyncError):
    """Tanda tangan paket tidak cocok dengan kunci yang didaftarkan; paket ditolak."""


class CannotOpen(SyncError):
    """Isi tidak dapat dibuka dengan kunci yang ada; menunggu kunci sesinya."""


class Fork(SyncError):
    """Dua riwayat berbeda memakai nomor yang sama: ada kartu yang disalin. Hubungi Polres."""


class Gap(SyncError):
    """Ada catatan yang belum sampai; pengirim diminta mengulang dari yang terakhir diterima."""


class CardRefused(SyncError):
    """Kartu pendaftaran ini sudah dipakai atau sudah lewat masa berlakunya; minta kartu baru."""

    hint = "kentongan polres enroll DIR CODE NAME --url URL --card FILE"


class NotEnrolled(SyncError):
    """Desa ini belum dikenal Polres; minta kartu pendaftaran."""

    hint = "kentongan polres enroll DIR CODE NAME --url URL --card FILE"


class NoRoad(SyncError):
    """Polres belum dapat dihubungi; data tersimpan aman dan dikirim nanti."""


class StrangePage(NoRoad):
    """Yang menjawab bukan server Polres: buka halaman masuk jaringan atau isi kuota dulu."""


class StrangeServer(NoRoad):
    """Jaringan mengalihkan ke server lain, jadi tidak ada yang dikirim; coba jaringan lain."""


class PolresBusy(NoRoad):
    """Server Polres sedang tidak melayani; kotak mencoba lagi sendiri dan data tersimpan aman."""


class RoadEnded(NoRoad):
    """Sambungan ke Polres terputus di tengah jalan; data tersimpan aman dan dilanjutkan nanti."""


class RoadStuck(NoRoad):
    """Jaringan macet atau terlalu lambat; kotak mencoba lagi sendiri dan data tersimpan aman."""


class KeyReplaced(MalformedFrame):
    """Polres sudah mengganti kuncinya dan kotak belum menerimanya; kotak mengulang sendiri.

    Attributes:
        announced: the signed announcement of the key that the Polres uses, not checked yet.
    """

    def __init__(self, announced: bytes) -> None:
        super().__init__()
        self.announced = announced


class KeyLost(SyncError):
    """Server Polres kehilangan kunci yang dipakai kotak ini; mintalah Polres membuat kunci baru."""

    hint = "kentongan polres exchange-key DIR --renew"


class CardRestored(SyncError):
    """Kartu ini lebih tua daripada yang sudah diterima Polres; minta nomor instans baru."""
