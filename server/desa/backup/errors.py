"""What can go wrong with a backup, each with a sentence that says what to do."""

from server.domain.errors import Told


class BackupError(Told):
    """Cadangan tidak dapat dibuat atau dibaca; coba lagi."""

    why = "broken"
    """The word for it in the journal; `server.words.BACKUP_WHY` has what people read."""


class NoFolder(BackupError):
    """Belum ada tempat cadangan; tulis folders di bagian [backup] kentongan.toml."""

    hint = "kentongan desa backup DIR FOLDER"
    why = "none"


class StickAbsent(BackupError):
    """Flashdisk cadangan tidak terpasang; pasang, lalu tekan Cadangkan sekarang."""

    why = "absent"


class StickGone(BackupError):
    """Flashdisk cadangan tercabut atau rusak di tengah jalan; pasang lagi atau ganti yang baru."""

    why = "gone"


class StickFull(BackupError):
    """Flashdisk cadangan penuh; hapus berkas lain di sana atau pakai flashdisk yang lebih besar."""

    why = "full"


class StickReadOnly(BackupError):
    """Flashdisk cadangan tidak dapat ditulisi; geser kunci tulisnya atau ganti flashdisknya."""

    why = "read-only"


class TooLongForStick(BackupError):
    """Flashdisk ini tidak menampung berkas sebesar itu (FAT32); pakai yang berformat exFAT."""

    why = "fat32"


class CardFull(BackupError):
    """Kartu kotak hampir penuh, jadi cadangan tidak dapat disiapkan; hubungi teknisi."""

    why = "card full"


class Stopped(BackupError):
    """Kotak sedang dihentikan, jadi cadangan tidak dibuat; dicoba lagi setelah kotak menyala."""

    why = "stopped"


class FileBroken(BackupError):
    """Berkas cadangan rusak atau terpotong; pakai cadangan yang lain."""


class FileNewer(BackupError):
    """Cadangan ini dibuat oleh versi Kentongan yang lebih baru; pasang versi itu dahulu."""


class KeyMissing(BackupError):
    """Cadangan ini tidak terbuka dengan kunci di sana; minta Polres kartu dengan --restore."""

    hint = "kentongan polres enroll DIR CODE NAME --url URL --card FILE --restore"


class NothingThere(BackupError):
    """Di sana tidak ada berkas cadangan desa ini; periksa nama folder atau flashdisknya."""


class DrillFailed(BackupError):
    """Cadangan terakhir tidak lulus uji; ganti flashdisknya, dan hubungi teknisi bila terulang."""

    why = "drill"


class CardTooOld(BackupError):
    """Kartu ini bukan kartu baru untuk kotak itu; minta kartu baru dari Polres, lalu ulangi."""

    hint = "kentongan polres enroll DIR CODE NAME --url URL --card FILE --restore"


class DirectoryThere(BackupError):
    """Folder tujuan sudah ada, dan tidak ada yang ditimpa; pilih nama folder baru."""


class NotPlaced(BackupError):
    """Kotak tidak dapat ditulis di sana; periksa tempat kosong dan izin foldernya."""
