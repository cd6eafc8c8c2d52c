"""The workbook of BraTS 2021."""

import time
from pathlib import Path

from openpyxl import load_workbook

from psp_core.phantom.crosswalk_table import HEADER, crosswalk_rows, write_crosswalk
from psp_core.phantom.nifti_trees import brats_source
from psp_core.phantom.same_people import brats_copies

COPIES = {name: brats_copies(name, 6, 80, 7) for name in ("upenn_gbm", "ucsf_pdgm")}
ROWS = crosswalk_rows(80, 7, COPIES, {"upenn_gbm": 9, "ucsf_pdgm": 6})


def test_copies_name_the_first_patients_and_the_rest_patients_beyond() -> None:
    for collection, name in (("upenn_gbm", "UPENN-GBM"), ("ucsf_pdgm", "UCSF-PDGM")):
        named = {str(row[4]): row[2] for row in ROWS if row[0] == name}
        numbers = [
            int(str(tcia).removeprefix("UPENN-GBM-").removesuffix("_11")) for tcia in named.values()
        ]
        first = len(COPIES[collection])
        assert sorted(numbers)[:first] == list(range(1, first + 1))
        assert min(sorted(numbers)[first:]) > 6
        assert len(set(numbers)) == len(numbers)
        assert all(brats_source(int(case[-5:]), 7) == name for case in named)


def test_the_traps_of_the_real_table_are_there() -> None:
    ids = [row[2] for row in ROWS]
    assert any(isinstance(one, int) for one in ids)
    assert ids.count("new-not-previously-in-TCIA") > 1
    assert ROWS[-1][4:6] == ("00081", "")


def test_the_same_rows_give_the_same_bytes_at_another_time(tmp_path: Path) -> None:
    first = write_crosswalk(ROWS, tmp_path / "a").read_bytes()
    time.sleep(1.1)  # the properties of a workbook hold the second it was saved
    assert write_crosswalk(ROWS, tmp_path / "b").read_bytes() == first
    sheet = load_workbook(tmp_path / "a" / "BraTS2021_MappingToTCIA.xlsx").active
    assert tuple(cell.value for cell in sheet[1]) == HEADER
    assert sheet.max_row == 82
