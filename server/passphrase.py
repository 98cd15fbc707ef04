"""Passphrases that people can read aloud: five short Indonesian words and two digits."""

import hashlib
import re
from collections.abc import Callable
from typing import Final

WORDS_A_PASSPHRASE: Final = 5
WORDS_A_RECOVERY: Final = 12
WORDS_ALOUD: Final = 4
_DIGITS: Final = 100

_LIST: Final = """
abu acar adik agar air ajak akar akhir alat alun aman ambil anak angin angka api arah arus asah
asal asap asin atap atas awal awan awet ayah ayam ayun baca badai bagi bahu baik baju baki balok
bambu bandeng bantal banyak barat baru basah batik batu bawa bayam bebek bekal belah belut
benang benih beras berkas besar besi beton biduk biji bijak bina bintang biru bola botol buah
buaya bubur budi buka buku bukit bulan bulu bumi bunga buru busur butir cabai cahaya cair candi
cangkul cari cat cepat cermin cerita cincin cinta ciri coba cuaca cucu cuka curah dadu dahan
dalam damai dapur darat dasar datang datar daun dayung delima depan desa dinding dingin domba
dosen duduk duku dupa durian ekor elang emas embun empat empuk enam engsel erat fajar gabah
gading gajah galah gambar gandum garam garis gelas gema genteng gerak gigi gitar gudang gula
gulai gunung guru halus hangat hari harum hasil hati hemat hidup hijau hitung hujan huruf hutan
ibu ijuk ikan ikat indah inti jagung jahe jala jalan jambu jamur janji jari jarum jati jauh
jejak jelas jembatan jemur jeruk jual kabut kaca kain kaki kakak kaktus kalender kambing kami
kampung kanan kapal kapas karang kartu kasur kawan kayu kebun kecap kedai kelapa kemah kenari
kendi kerang kertas ketan kiri kolam kopi kota kuali kuat kuda kue kulit kumbang kuning kunci
kurma ladang lagu lahan lama lampu langit lantai laut layar lebah lebar lemari lidi lilin lima
limau lincah lipat logam luas lurus madu mahir main makan malam manggis mangga manis mata masak
mawar meja melati menara merah merdu merpati minum mobil muda mula murai murni musim nadi naik
nama nanas nangka nasi nelayan nenek niat nilai nyala obor ombak otot padang padi pagar pagi
pahat paku palu panci panen pantai papan parut pasar pasir payung pelita pena perahu perak petak
piano pilih pintu piring pisang pohon pondok putih putra raja rakit ramah rambut ranting rasa
rawa rebana rendah roda roti rotan ruang rumah rumput rusa sabun sagu sahabat salak salam sapi
sapu sarang satu sawah sawo sayur sehat sejuk selada semut senang sendok senja sepatu seri siang
silat sirih soto suara subuh sumur sungai surat susu tahu talas taman tambak tanah tangga tari
tebu tegak teh teluk tempe tenang tenun tepi terang tiga tikar timur tinta tiram topi tugu tulis
tunas tupai ubi udang udara ukir ulang umbi undang unta untung urap utara wajan waktu warna
warung wayang wortel yakin zaitun
"""
WORDS: Final = tuple(_LIST.split())


def make_passphrase(choose: Callable[[int], int]) -> str:
    """A passphrase such as "padi-sumur-kapal-jati-obor-47".

    Args:
        choose: gives a uniform integer from 0 up to, not including, its argument.
    """
    words = [WORDS[choose(len(WORDS))] for _ in range(WORDS_A_PASSPHRASE)]
    return "-".join([*words, f"{choose(_DIGITS):02d}"])


def make_recovery(choose: Callable[[int], int]) -> str:
    """Twelve words such as "padi sumur kapal ...", more than 100 bits: no guessing finds them.

    Args:
        choose: as in `make_passphrase`.
    """
    return " ".join(WORDS[choose(len(WORDS))] for _ in range(WORDS_A_RECOVERY))


def aloud(key: bytes) -> str:
    """Four words that a public key stands for, to be read out by phone, e.g. "padi kuda obor api".

    From the first 8 octets of BLAKE2b over the key; about 34 bits.
    """
    number = int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big")
    chosen = []
    for _ in range(WORDS_ALOUD):
        number, at = divmod(number, len(WORDS))
        chosen.append(WORDS[at])
    return " ".join(chosen)


def spelled(passphrase: str) -> str:
    """One spelling of what people type: small letters, words joined by hyphens."""
    return "-".join(re.split(r"[\s-]+", passphrase.strip().lower()))
