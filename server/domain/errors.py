"""Refusals of the domain: values that say in plain words why something may not be done."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a request was refused; the text is what a person reads."""

    UNKNOWN_TICKET = "Nomor laporan itu tidak ada di kotak ini."
    WRONG_STATE = "Laporan ini sudah berubah; muat ulang halaman untuk melihat keadaan terakhirnya."
    LOCKED = "Laporan ini masih terkunci; masuk dengan kata sandi dan kunci HP untuk membukanya."
    EMPTY_TEXT = "Isi belum ditulis."
    TEXT_TOO_LONG = "Isi terlalu panjang untuk satu SMS; ringkaskan."
    NOT_A_NUMBER = "Nomor HP tidak dikenali; tulis seperti 0812-3456-7890."
    NO_SIM_ASKS = "Tidak ada kartu SIM yang menunggu persetujuan; muat ulang halaman Kotak."
    SEALED = "Pesan ini disegel untuk Propam; tidak dapat ditindak dari desa."


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that changes nothing, with its reason."""

    reason: Reason


class Told(Exception):
    """Terjadi kesalahan; periksa lalu coba lagi."""

    hint = ""

    @property
    def sentence(self) -> str:
        """The Indonesian sentence an operator sees: the first line of the class docstring."""
        return (type(self).__doc__ or "").strip().splitlines()[0]
