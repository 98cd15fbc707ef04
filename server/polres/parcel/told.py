"""What people at the Polres are told about a file, in plain words."""

from typing import Final

from server.polres.parcel.taking import TakenIn
from sync.message import State

_STALE: Final = (
    "Berkas dari Desa {} dibuat untuk kunci Polres yang sudah tidak ada, jadi tidak dapat dibuka. "
    "Bawa balasannya ke kotak dahulu, lalu minta berkas baru; di kotak tidak ada yang hilang."
)
_STATES: Final = {
    State.FORK: "Dua kotak menulis atas nama desa ini; buktinya disimpan. Periksa kotaknya.",
    State.RESTORED_CARD: (
        "Kotak itu memakai cadangan lama; isinya ditahan. Buat kartu baru untuk desa ini."
    ),
    State.REVOKED: "Kotak ini dilaporkan hilang; isinya disimpan dengan tanda, tanpa perintah.",
}


def taken_sentences(told: TakenIn) -> tuple[str, ...]:
    """What a file brought."""
    if told.stale:
        return (_STALE.format(told.name),)
    if told.entries:
        came = f"{told.reports} laporan baru, {told.entries} catatan"
        said = [f"Berkas dari Desa {told.name} masuk: {came}."]
    else:
        said = [f"Berkas dari Desa {told.name} dibaca; tidak ada catatan baru di dalamnya."]
    if told.missing:
        said.append(
            "Catatan sebelum berkas ini belum sampai; bawa balasannya ke desa, "
            "berkas berikutnya membawa semuanya."
        )
    if told.older:
        said.append("Berkas yang lebih baru sudah masuk; balasan menjawab yang lebih baru itu.")
    if told.state in _STATES:
        said.append(_STATES[told.state])
    return tuple(said)
