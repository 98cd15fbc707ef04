"""Forms of the district pages: what may be typed, with limits and words for mistakes."""

from typing import Final

from wtforms import Form, HiddenField, PasswordField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from server.polres.down.orders import ANSWER_CHARS_MAX
from sms.alphabet import septets, to_gsm7

SHORT_CHARACTERS: Final = 60
PASSPHRASE_CHARACTERS: Final = 200
SEARCH_CHARACTERS: Final = 100


def one_line(text: str | None) -> str:
    """One line without borders; an SMS has no use for line breaks."""
    return " ".join((text or "").split())


def _needed(sentence: str) -> InputRequired:
    return InputRequired(message=sentence)


def _short(characters: int) -> Length:
    return Length(max=characters, message=f"Paling panjang {characters} huruf; ringkaskan.")


def _one_sms(_form: Form, field: TextAreaField) -> None:
    text = to_gsm7(field.data or "")
    used = septets(text)
    if used is None:
        sentence = "Ada tanda yang tidak dapat dikirim lewat SMS, misalnya emoji; hapus dahulu."
        raise ValidationError(sentence)
    if max(used, len(text)) > ANSWER_CHARS_MAX:
        over = max(used, len(text)) - ANSWER_CHARS_MAX
        raise ValidationError(f"Terlalu panjang {over} huruf untuk satu SMS; ringkaskan.")


class LoginForm(Form):
    """Masuk."""

    name = StringField(
        filters=[one_line], validators=[_needed("Tulis nama akun Anda."), _short(SHORT_CHARACTERS)]
    )
    passphrase = PasswordField(
        validators=[_needed("Tulis kata sandi Anda."), _short(PASSPHRASE_CHARACTERS)]
    )
    lanjut = HiddenField()


class AnswerForm(Form):
    """Jawab pelapor dengan satu SMS."""

    text = TextAreaField(
        filters=[one_line], validators=[_needed("Tulis dahulu jawabannya."), _one_sms]
    )


class TakeForm(Form):
    """Ambil alih; nothing to type."""


class ForwardForm(Form):
    """Teruskan ke unit atau instansi."""

    to = StringField(
        filters=[one_line],
        validators=[_needed("Pilih atau tulis unit tujuannya."), _short(SHORT_CHARACTERS)],
    )


class CloseForm(Form):
    """Tutup dengan hasil."""

    result = StringField(
        filters=[one_line],
        validators=[_needed("Tulis dahulu hasilnya."), _short(SHORT_CHARACTERS)],
    )
