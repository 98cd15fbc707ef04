"""What can be wrong with a file that somebody brings, each with a sentence that says what to do."""

from sync.errors import SyncError


class ParcelError(SyncError):
    """Berkas ini tidak dapat dipakai; minta berkas yang baru."""

    hint = ""


class Empty(ParcelError):
    """Berkas ini kosong; salin sekali lagi dari tempat asalnya."""


class NotParcel(ParcelError):
    """Ini bukan berkas Kentongan; pilih berkas yang namanya berakhir dengan .kentongan."""


class Zipped(ParcelError):
    """Berkas ini terbungkus ZIP; buka dahulu, lalu pilih berkas .kentongan di dalamnya."""


class TooLarge(ParcelError):
    """Berkas ini terlalu besar untuk berkas Kentongan; periksa apakah Anda memilih yang benar."""


class Torn(ParcelError):
    """Berkas ini terpotong atau rusak ketika disalin; salin sekali lagi dari tempat asalnya."""


class Newer(ParcelError):
    """Berkas ini dibuat Kentongan yang lebih baru; perbarui dahulu Kentongan di sini."""


class OtherDesa(ParcelError):
    """Berkas balasan ini untuk desa lain; minta kepada Polres berkas balasan untuk desa ini."""


class OtherPolres(ParcelError):
    """Berkas ini untuk Polres lain; bawa ke Polres yang membuat kartu pendaftaran desa itu."""


class NotReturn(ParcelError):
    """Ini berkas kiriman desa, bukan balasan Polres; bawa berkas ini ke Polres."""


class NotOutgoing(ParcelError):
    """Ini berkas balasan Polres, bukan kiriman desa; bawa berkas ini ke kotak desa."""


class Forged(ParcelError):
    """Berkas ini utuh, tetapi tanda tangannya tidak sah; jangan dipakai, minta yang baru."""
