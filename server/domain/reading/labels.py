"""The words for what a text is, what it is about and how soon somebody must act."""

from enum import StrEnum


class Kind(StrEnum):
    """What a text is for: only reports and commands are answered."""

    REPORT = "report"
    COMMAND = "command"
    CHATTER = "chatter"
    PROMO = "promo"
    OPERATOR = "operator"


class Category(StrEnum):
    """What a report is about."""

    PENCURIAN = "pencurian"
    PERAMPOKAN = "perampokan"
    CURANMOR = "curanmor"
    TERNAK = "ternak"
    PENGANIAYAAN = "penganiayaan"
    MAYAT = "mayat"
    KDRT = "kdrt"
    PELECEHAN = "pelecehan"
    NARKOBA = "narkoba"
    KERIBUTAN = "keributan"
    MIRAS = "miras"
    JUDI = "judi"
    PENIPUAN = "penipuan"
    KECELAKAAN = "kecelakaan"
    KEBAKARAN = "kebakaran"
    KARHUTLA = "karhutla"
    BANJIR = "banjir"
    LONGSOR = "longsor"
    GEMPA = "gempa"
    ORANG_HILANG = "orang_hilang"
    MEDIS = "medis"
    SENGKETA = "sengketa"
    KONFLIK = "konflik"
    ORANG_MENCURIGAKAN = "orang_mencurigakan"
    ORANG_ASING = "orang_asing"
    SENJATA = "senjata"
    LINGKUNGAN = "lingkungan"
    APARAT = "aparat"
    INFRASTRUKTUR = "infrastruktur"
    LAINNYA = "lainnya"


class Urgency(StrEnum):
    """How soon somebody must act: now, today, or when there is time."""

    DARURAT = "darurat"
    TINGGI = "tinggi"
    BIASA = "biasa"
