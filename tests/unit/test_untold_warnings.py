"""A warning counts as told only when there was somebody to tell."""

from pathlib import Path

from prepaid_village import OFFICER, villages

from server.desa.desk import Contact
from server.sections import Credit


def test_what_nobody_could_be_told_is_told_once_there_is_an_officer(tmp_path: Path) -> None:
    with villages(tmp_path, Credit(low_rp=10_000)) as village:
        desk = village.world.desk()
        desk.set_contact(Contact("Made", "Bhabin", ""))
        village.answer("Pulsa Rp900. Aktif s.d. 31/12/2028")
        village.ask()
        village.world.speak()
        assert village.troubles != ()
        assert village.told(OFFICER) == []
        desk.set_contact(Contact("Made", "Bhabin", OFFICER))
        village.ask()
        village.world.speak()
        assert len(village.told(OFFICER)) == 1
