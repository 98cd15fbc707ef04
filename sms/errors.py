"""Errors of the sms package; each carries a plain Indonesian sentence for the operator."""

from typing import ClassVar


class SmsError(Exception):
    """Layanan SMS terganggu. Jalankan `kentongan doctor` untuk melihat sebabnya."""

    sentence: ClassVar[str] = (
        "Layanan SMS terganggu. Jalankan `kentongan doctor` untuk melihat sebabnya."
    )


class PduError(SmsError):
    """PDU tidak dapat dibaca. PDU aslinya tetap disimpan; mintalah teknisi memeriksanya.

    The argument says in Indonesian what is wrong with the PDU, without any of its content.
    """

    sentence: ClassVar[str] = (
        "PDU tidak dapat dibaca. PDU aslinya tetap disimpan; mintalah teknisi memeriksanya."
    )


class UnsendableError(SmsError):
    """SMS tidak dapat dikirim dalam bentuk ini. Periksa nomor tujuan dan panjang teksnya.

    The argument says in Indonesian what does not fit, without number or text.
    """

    sentence: ClassVar[str] = (
        "SMS tidak dapat dikirim dalam bentuk ini. Periksa nomor tujuan dan panjang teksnya."
    )
