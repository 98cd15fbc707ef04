"""What can go wrong at the Polres, each with a sentence for the operator."""

from server.domain.errors import Told


class PolresError(Told):
    """Perintah tidak dapat dijalankan; periksa lalu coba lagi."""

    hint = "kentongan polres --help"


class NotPrepared(PolresError):
    """Folder ini bukan folder Polres atau kuncinya tidak terbaca; jalankan init dahulu."""

    hint = "kentongan polres init DIR --name NAME"


class AlreadyPrepared(PolresError):
    """Folder ini sudah berisi server Polres; pilih folder lain, tidak ada yang diubah."""


class NewerTables(PolresError):
    """Basis data ini dibuat oleh versi Kentongan yang lebih baru; pasang versi itu dahulu."""


class UnknownDesa(PolresError):
    """Desa ini belum terdaftar; buat kartu pendaftarannya dahulu."""

    hint = "kentongan polres enroll DIR CODE NAME --url URL --card FILE"


class BadAddress(PolresError):
    """Alamat --url harus diawali http:// atau https:// lalu nama server Polres."""

    hint = "Misalnya --url http://10.0.0.1:8000"


class EmptyName(PolresError):
    """Nama desa kosong; tulis namanya seperti yang dibaca warga, dalam satu baris."""


class CardReplaced(PolresError):
    """Desa ini sudah punya kartu; kartu baru mengakhiri yang lama, jadi setujui dengan --yes."""


class DesaClosed(PolresError):
    """Kotak desa ini sudah ditutup (revoke); kunci hanya kembali setelah kartu baru dipakai."""

    hint = "kentongan polres enroll DIR CODE NAME --url URL --card FILE"


class UnknownOfficer(PolresError):
    """Tidak ada permintaan petugas dengan nama dan sidik kunci itu; muat ulang daftarnya."""


class NotListed(PolresError):
    """Nama itu tidak ada di daftar petugas desa; muat ulang daftarnya."""


class SeveralOfficers(PolresError):
    """Lebih dari satu permintaan memakai nama itu; sebutkan sidik kunci yang dibacakan petugas."""

    hint = "kentongan polres officer list DIR CODE"


class UserExists(PolresError):
    """Nama akun itu sudah dipakai; pilih nama lain."""


class BadUserName(PolresError):
    """Nama akun hanya boleh berisi huruf kecil, angka, titik dan garis, 2 sampai 32 karakter."""


class NotPropam(PolresError):
    """Berkas itu bukan kunci Propam server ini; pakai berkas propam.key yang dibuat saat init."""

    hint = "kentongan polres propam DIR --key FILE"


class UnknownUser(PolresError):
    """Akun itu tidak ada; lihat daftar akun yang terdaftar."""


class UnknownClaim(PolresError):
    """Tidak ada kotak dengan empat kata itu yang menunggu; minta desa membacakannya lagi."""


class BackupFailed(PolresError):
    """Cadangan tidak dapat ditulis atau tidak utuh; periksa folder dan sisa ruang, lalu ulangi."""
