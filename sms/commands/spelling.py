"""What both readers of commands share: greetings, thanks, and one slip of the thumb."""

from typing import Final


def word_set(words: str) -> frozenset[str]:
    """The words of a list that is written with spaces."""
    return frozenset(words.split())


GREETING: Final = word_set(
    "assalamualaikum assalamu assalam asalamualaikum assalammualaikum alaikum ass asskum aslm "
    "askum wr wb wrwb warahmatullahi wabarakatuh pak pa pk bpk bapak bu ibu mas mbak mba bang kak "
    "komandan ndan dan min admin polisi babin bhabin halo hallo hello hai hi selamat slmt met pagi "
    "siang sore malam mlm permisi punten nuwun sewu kulonuwun om shalom"
)
THANKS: Final = word_set(
    "terima trima kasih terimakasih trimakasih makasih mksh mkasih trims tks thx thanks tksh "
    "suwun nuwun matur hatur ya yah iya dong deh ok oke mohon maaf"
)


def one_slip(word: str, meant: str) -> bool:
    """One letter too many, missing or wrong, or two neighbours swapped."""
    if abs(len(word) - len(meant)) > 1:
        return False
    same = 0
    while same < min(len(word), len(meant)) and word[same] == meant[same]:
        same += 1
    left, right = word[same:], meant[same:]
    swapped = left[:2] == right[:2][::-1] and left[2:] == right[2:]
    return swapped or left[1:] == right[1:] or left[1:] == right or left == right[1:]
