"""What can go wrong between the node and its modem, told to the operator."""

from typing import ClassVar


class HardwareError(Exception):
    """Ada gangguan pada modem. Jalankan `kentongan doctor` untuk memeriksanya.

    Attributes:
        sentence: Indonesian, for the operator: what happened and what to do.
        hint: Indonesian, for the technician: where to look next.
        detail: the modem's or the system's own words; never a number or a text.
    """

    sentence: ClassVar[str] = "Ada gangguan pada modem. Cabut modem, pasang lagi, lalu tunggu."
    hint: ClassVar[str] = "Jalankan `kentongan doctor` untuk memeriksa modem."

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.sentence} ({detail})" if detail else self.sentence)
        self.detail = detail


class NotAModem(HardwareError):
    """The device does not answer AT."""

    sentence = "Perangkat ini tidak menjawab sebagai modem. Periksa modem dan kabelnya."
    hint = "Pilih port lain pada pengaturan `modem`; lihat /dev/serial/by-id/."


class PortGone(HardwareError):
    """The port was closed, unplugged or never there (EIO, ENODEV, ENOENT)."""

    sentence = "Modem tidak ditemukan. Pasang modem pada colokan USB, lalu tunggu satu menit."
    hint = "Bila sering terjadi, periksa catu daya dan ganti kabel USB."


class PortBusy(HardwareError):
    """Another program holds the port."""

    sentence = "Modem sedang dipakai program lain. Hentikan program itu, lalu coba lagi."
    hint = "Matikan ModemManager, gammu-smsd atau smstools."


class PortForbidden(HardwareError):
    """The operating system does not let this user open the port (EACCES, EPERM)."""

    sentence = "Program ini belum diizinkan membuka modem. Hubungi teknisi."
    hint = "Tambahkan pengguna layanan ke grup `dialout`."


class CommandFailed(HardwareError):
    """The modem refused a command.

    Attributes:
        final: the final result line as the modem gave it, e.g. `+CMS ERROR: 500`.
        code: the number in it, or None.
    """

    sentence = "Modem menolak perintah. Tunggu satu menit; bila berulang, cabut dan pasang lagi."
    hint = "Catat jawaban modem, lalu jalankan `kentongan doctor`."

    def __init__(self, final: str, code: int | None = None) -> None:
        super().__init__(final)
        self.final = final
        self.code = code


class Timeout(HardwareError):
    """No final answer came in time; the line was brought back into step."""

    sentence = "Modem terlalu lama menjawab. Tunggu satu menit; bila berulang, cabut dan pasang."
    hint = "Periksa catu daya modem; hub USB berdaya sendiri sering menolong."


class SimMissing(HardwareError):
    """No SIM, or one that cannot be read (+CME ERROR 10, 13, 15; +CMS ERROR 310, 313, 315)."""

    sentence = "Kartu SIM tidak terbaca. Matikan alat, pasang ulang kartu SIM, lalu nyalakan."
    hint = "Coba kartu itu di sebuah ponsel."


class PinWanted(HardwareError):
    """The SIM asks for its PIN or PUK."""

    sentence = "Kartu SIM meminta PIN. Pasang di ponsel, matikan kunci PIN, lalu kembalikan."
    hint = "Node tidak menyimpan PIN; kunci PIN kartu SIM harus mati."


class PukWanted(PinWanted):
    """The SIM is locked and asks for its PUK; ten wrong ones destroy it."""

    sentence = "Kartu SIM terkunci dan meminta PUK. Hubungi operator untuk PUK, buka di ponsel."
    hint = "Jangan menebak PUK: sepuluh kali salah, kartu mati untuk selamanya."


class SimNotAccepted(HardwareError):
    """Another SIM than the one known is in the modem; nothing is sent from it unasked."""

    sentence = "Kartu SIM diganti. Bila memang sengaja, setujui kartu ini; sebelum itu tidak kirim."
    hint = "SMS tetap diterima; pengiriman menunggu persetujuan di halaman perangkat."


class NoTty(HardwareError):
    """A stick that is a network card only (HiLink, RNDIS): it has no port for AT."""

    sentence = "Modem ini jenis HiLink: tidak punya port perintah. Pakai modem USB biasa."
    hint = "Beberapa jenis dapat diubah ke mode stick; lihat petunjuk modemnya."


class StorageMode(HardwareError):
    """A stick that is still its own CD of drivers; usb_modeswitch turns it into a modem."""

    sentence = "Modem masih menjadi CD-ROM. Cabut modem, pasang lagi, lalu tunggu satu menit."
    hint = "Pasang paket usb-modeswitch, lalu cabut dan pasang modem."


class NoPower(HardwareError):
    """The USB port could not be switched off and on."""

    sentence = "Daya modem tidak dapat diputus dari sini. Cabut modem, pasang lagi, lalu tunggu."
    hint = "Layanan memerlukan izin menulis berkas `authorized` perangkat USB itu."


class SendRefused(HardwareError):
    """The modem or the network refused a text.

    Attributes:
        code: the +CMS ERROR number (3GPP TS 27.005 section 3.2.5), or None for a bare ERROR.
    """

    sentence = "SMS ditolak jaringan. Periksa pulsa dan masa aktif kartu; SMS akan dicoba lagi."
    hint = "Kode 38, 41, 42 dan 500 biasanya hilang sendiri; 27 dan 69 berarti nomor tujuan."

    # Networks report these although the text went out now and then.
    _UNCERTAIN = frozenset({332, 350, 500, 512})

    def __init__(self, code: int | None = None) -> None:
        super().__init__("ERROR" if code is None else f"+CMS ERROR: {code}")
        self.code = code

    @property
    def uncertain(self) -> bool:
        """Whether the text may have gone out all the same."""
        return self.code in self._UNCERTAIN


class SendUnknown(HardwareError):
    """No final answer after the PDU was handed over: the text may have gone out."""

    sentence = "SMS mungkin terkirim, mungkin tidak. Tunggu laporan kirim sebelum mengulang."
    hint = "Periksa sinyal dan catu daya modem."


class MemoryFull(HardwareError):
    """The modem has no free slot (+CMS ERROR 322)."""

    sentence = "Memori SMS modem penuh. Tunggu sampai node mengosongkannya."
    hint = "Bila tetap penuh, periksa ruang cakram: node tidak menghapus yang belum tersimpan."


class LampGone(HardwareError):
    """There is no such lamp, or this user may not change it."""

    sentence = "Lampu kotak tidak dapat diatur. Periksa namanya di [lamp] dan izin berkasnya."
    hint = "Lihat nama lampu dengan: ls /sys/class/leds"
