"""Forms of the village pages: what an officer may type, with limits and words for mistakes."""

from typing import Final

from wtforms import Form, HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

ANSWER_SEPTETS: Final = 120
"""Room for an answer beside the words around it, so that the whole stays one SMS."""

SHORT_CHARACTERS: Final = 60
NOTE_CHARACTERS: Final = 300
PASSPHRASE_CHARACTERS: Final = 200


def _filled(text: str | None) -> str:
    """One line without borders; an SMS has no use for line breaks."""
    return " ".join((text or "").split())


def _needed(sentence: str) -> InputRequired:
    return InputRequired(message=sentence)


def _short(characters: int) -> Length:
    return Length(max=characters, message=f"Paling panjang {characters} huruf; ringkaskan.")


class AnswerForm(Form):
    """Jawab pelapor. The length in septets is judged where the SMS is made."""

    text = TextAreaField(filters=[_filled], validators=[_needed("Tulis dahulu jawabannya.")])


class ForwardForm(Form):
    """Teruskan ke unit atau instansi."""

    to = StringField(
        filters=[_filled],
        validators=[_needed("Pilih atau tulis unit tujuannya."), _short(SHORT_CHARACTERS)],
    )
    note = TextAreaField(filters=[_filled], validators=[_short(NOTE_CHARACTERS)])


class CloseForm(Form):
    """Tutup dengan hasil."""

    result = StringField(
        filters=[_filled],
        validators=[_needed("Tulis dahulu hasilnya."), _short(SHORT_CHARACTERS)],
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

    name = SelectField(validate_choice=False, validators=[_needed("Pilih nama Anda.")])
    passphrase = PasswordField(
        validators=[
            _needed("Tulis kata sandi Anda."),
            _short(PASSPHRASE_CHARACTERS),
        ]
    )
    lanjut = HiddenField()


class UnlockForm(Form):
    """Buka sesi yang terkunci: kata sandi sekali lagi."""

    passphrase = PasswordField(
        validators=[
            _needed("Tulis kata sandi Anda."),
            _short(PASSPHRASE_CHARACTERS),
        ]
    )
