"""Forms of the village pages: what an officer may type, with limits and words for mistakes."""

from typing import Final

from wtforms import (
    Field,
    Form,
    HiddenField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length

from server.desa.login import NAME_CHARACTERS
from server.domain.decide import fits
from server.domain.errors import Reason
from sms.alphabet import septets, to_gsm7
from sms.replies import FIELD_MAX
from sms.user_data import PART_SEPTETS

ANSWER_SEPTETS: Final = FIELD_MAX["jawab"]
"""Room for an answer beside the words around it, so that the whole stays one SMS."""
_WORD_SEPTETS: Final = 12
UNIT_CHARACTERS: Final = FIELD_MAX["instansi"]
RESULT_CHARACTERS: Final = FIELD_MAX["hasil"]

SHORT_CHARACTERS: Final = 60
NOTE_CHARACTERS: Final = 300
PASSPHRASE_CHARACTERS: Final = 200


def _filled(text: str | None) -> str:
    """One line without borders; an SMS has no use for line breaks."""
    return " ".join((text or "").split())


def _needed(sentence: str) -> DataRequired:
    return DataRequired(message=sentence)


def _short(characters: int) -> Length:
    return Length(max=characters, message=f"Paling panjang {characters} huruf; ringkaskan.")


def _one_sms(form: Form, field: Field) -> None:
    """Refuse what would be cut or lost on its way into the SMS that it may take."""
    plain = to_gsm7(field.data or "")
    lost = next((char for char in plain if septets(char) is None), None)
    if lost is not None:
        raise ValidationError(f"Tanda {lost} tidak dapat dikirim lewat SMS; hapus dahulu.")
    parts = getattr(form, "parts", 1)
    if not fits(plain, parts):
        sentence = f"Isi terlalu panjang untuk {parts} SMS; ringkaskan."
        raise ValidationError(sentence if parts > 1 else Reason.TEXT_TOO_LONG.value)


def room(parts: int) -> int:
    """Septets that an answer of so many parts surely has, words of a usual length kept whole."""
    return ANSWER_SEPTETS if parts == 1 else parts * (PART_SEPTETS - _WORD_SEPTETS)


class AnswerForm(Form):
    """Jawab pelapor, with one SMS or the few that `parts` says."""

    parts = 1
    text = TextAreaField(
        filters=[_filled], validators=[_needed("Tulis dahulu jawabannya."), _one_sms]
    )


class ForwardForm(Form):
    """Teruskan ke unit atau instansi."""

    to = StringField(
        filters=[_filled],
        validators=[_needed("Pilih atau tulis unit tujuannya."), _short(UNIT_CHARACTERS)],
    )
    note = TextAreaField(filters=[_filled], validators=[_short(NOTE_CHARACTERS)])


class CloseForm(Form):
    """Tutup dengan hasil."""

    result = StringField(
        filters=[_filled],
        validators=[_needed("Tulis dahulu hasilnya."), _short(RESULT_CHARACTERS)],
    )


class ReopenForm(Form):
    """Buka lagi."""

    reason = StringField(
        filters=[_filled],
        validators=[_needed("Tulis dahulu alasannya."), _short(NOTE_CHARACTERS)],
    )


class ContactForm(Form):
    """An officer's line in the phone book."""

    name = StringField(
        filters=[_filled], validators=[_needed("Tulis dahulu namanya."), _short(SHORT_CHARACTERS)]
    )
    role = StringField(
        filters=[_filled], validators=[_needed("Tulis dahulu tugasnya."), _short(SHORT_CHARACTERS)]
    )
    number = StringField(
        filters=[_filled],
        validators=[_needed("Tulis dahulu nomor HP-nya."), _short(SHORT_CHARACTERS)],
    )


class LoginForm(Form):
    """Masuk."""

    name = SelectField(
        validate_choice=False, validators=[_needed("Pilih nama Anda."), _short(NAME_CHARACTERS)]
    )
    passphrase = PasswordField(
        validators=[
            _needed("Tulis kata sandi Anda."),
            _short(PASSPHRASE_CHARACTERS),
        ]
    )
    lanjut = HiddenField()


class RecoverForm(Form):
    """Masuk dengan kartu pemulihan."""

    name = SelectField(
        validate_choice=False, validators=[_needed("Pilih nama Anda."), _short(NAME_CHARACTERS)]
    )
    words = TextAreaField(
        filters=[_filled],
        validators=[_needed("Tulis kata-kata di kartu."), _short(PASSPHRASE_CHARACTERS)],
    )


class UnlockForm(Form):
    """Buka sesi yang terkunci: kata sandi sekali lagi."""

    passphrase = PasswordField(
        validators=[
            _needed("Tulis kata sandi Anda."),
            _short(PASSPHRASE_CHARACTERS),
        ]
    )
