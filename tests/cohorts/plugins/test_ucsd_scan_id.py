"""Scan IDs: what is one, and what a message may repeat."""

import pandas as pd

from psp_core.cohorts.plugins.ucsd_scan_id import scan_id_faults, subject_of, timepoint_of


def test_a_scan_id_holds_patient_and_time_point() -> None:
    assert subject_of("UCSD-PTGBM-0149_02") == "UCSD-PTGBM-0149"
    assert timepoint_of("UCSD-PTGBM-0149_02") == 2
    assert (subject_of("UCSD-PTGBM-149_2"), timepoint_of("UCSD-PTGBM-149_2")) == ("", -1)


def test_a_faulty_id_is_repeated_only_if_it_can_be_no_name() -> None:
    cells = pd.Series(["UCSD-PTGBM-0001_01", "UCSD-PTGBM-1", "Jane Doe", ""], index=[2, 3, 4, 6])
    assert [fault.split(";")[0] for fault in scan_id_faults(cells, "ID")] == [
        "row 3, ID: 'UCSD-PTGBM-1'",
        "row 4, ID: no study ID",
        "row 6, ID: empty",
    ]
