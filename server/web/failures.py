"""Error pages: what went wrong in plain words, what to do, and what had been typed."""

from typing import Final

from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from server.process import disk

_WORDS: Final = {
    400: ("Permintaan tidak lengkap", "Kembali ke halaman sebelumnya dan coba sekali lagi."),
    401: ("Anda perlu masuk lagi", "Sesi berakhir karena lama tidak dipakai. Masuk, lalu ulangi."),
    403: ("Bukan untuk Anda", "Halaman ini untuk petugas lain. Kembali ke halaman utama."),
    404: ("Tidak ada di sini", "Periksa nomornya, atau cari lewat daftar."),
    405: ("Tidak bisa begitu", "Kembali ke halaman utama dan pakai tombol di sana."),
    408: ("Terlalu lambat", "Permintaannya tidak sampai utuh. Dekatkan HP ke kotak, lalu ulangi."),
    411: (
        "Permintaan tidak lengkap",
        "Panjang isinya tidak disebut. Pakailah peramban biasa.",
    ),
    413: ("Terlalu besar", "Isi yang dikirim terlalu panjang. Ringkaskan, lalu kirim lagi."),
    421: ("Alamat tidak dikenal", "Buka halaman ini lewat alamat yang tertulis di kotak."),
    431: ("Permintaan terlalu panjang", "Hapus data situs ini di peramban, lalu masuk lagi."),
    500: (
        "Ada yang rusak di sini",
        "Laporan tetap tersimpan. Coba lagi; bila berulang, panggil teknisi.",
    ),
    501: ("Tidak bisa begitu", "Buka halaman ini di peramban biasa dan pakai tombol di sana."),
    503: ("Sedang penuh", "Terlalu banyak kiriman sekaligus. Tunggu setengah menit, lalu ulangi."),
}
PAGE_TYPE: Final = "text/html; charset=utf-8"
_LARGE_FILE: Final = (
    "Berkas terlalu besar",
    "Ini tidak mungkin berkas Kentongan. Pilih berkas yang namanya berakhir dengan .kentongan.",
)
_CSRF: Final = (
    "Halaman ini terlalu lama terbuka",
    "Muat ulang halamannya, lalu kirim sekali lagi. Belum ada yang berubah.",
)
_CARD: Final = (
    "Belum tersimpan",
    "Kartu penyimpanan tidak dapat menulis. Salin yang sudah ditulis, lalu periksa sisa ruangnya.",
)
TYPED_FIELDS: Final = ("text", "note", "to", "result", "reason")
"""Form fields that an error page gives back; never a passphrase or a number."""


def install(app: Flask) -> None:
    """Give `app` its error pages."""
    app.register_error_handler(HTTPException, _page)


def bare_page(code: int) -> bytes:
    """The words for a request that was refused before the pages saw it."""
    title, advice = _words(code)
    return (
        f'<!doctype html><html lang="id"><meta charset="utf-8"><title>{title}</title>'
        f"<h1>{title}</h1><p>{advice}</p>"
    ).encode()


def _words(code: int) -> tuple[str, str]:
    return _WORDS.get(code, _WORDS[400] if code < 500 else _WORDS[500])


def _page(error: HTTPException) -> tuple[str, int] | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    title, advice = _CSRF if isinstance(error, CSRFError) else _words(code)
    cause = getattr(error, "original_exception", None)
    if cause is not None and disk.trouble_of(cause) is not None:
        title, advice = _CARD
    if code == 413 and request.mimetype == "multipart/form-data":
        title, advice = _LARGE_FILE
    typed = () if code == 413 else _typed()
    return render_template("error.html", title=title, advice=advice, code=code, typed=typed), code


def _typed() -> tuple[str, ...]:
    return tuple(filter(None, (request.form.get(name, "").strip() for name in TYPED_FIELDS)))
