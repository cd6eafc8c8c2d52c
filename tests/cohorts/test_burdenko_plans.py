"""Prescriptions from plans on disk."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from psp_core.acquisition.index import DicomIndex, index_dicom
from psp_core.cohorts.burdenko_plans import read_prescriptions
from psp_core.cohorts.flow import LoadedCohort, build_flow, make_notes
from psp_core.cohorts.schema import make_cohort


def plan_tags(prescription_gy: float | None, fractions: int) -> dict[str, Sequence]:
    dose, group = Dataset(), Dataset()
    dose.DoseReferenceNumber = 1
    if prescription_gy is not None:
        dose.TargetPrescriptionDose = prescription_gy
    group.NumberOfFractionsPlanned = fractions
    return {"DoseReferenceSequence": Sequence([dose]), "FractionGroupSequence": Sequence([group])}


def load(index: DicomIndex, *files: str) -> LoadedCohort:
    rows = [{"subject_id": f"P-{n}", "timepoint": 1, "plan_file": f} for n, f in enumerate(files)]
    cohort = make_cohort(rows, source="test")
    flow = build_flow("all", cohort["subject_id"], [], {})
    return read_prescriptions(LoadedCohort(cohort, flow, make_notes()), index)


@pytest.mark.parametrize(
    ("prescription_gy", "fractions", "notes"),
    [
        (60.0, 30, []),
        (None, 30, ["plan states no prescription"]),
        (67.65, 3, ["plan has too few fractions for its prescription"]),
    ],
)
def test_prescription_and_fractions_are_what_the_plan_says(
    prescription_gy: float | None, fractions: int, notes: list[str], write_dicom, tmp_path: Path
) -> None:
    write_dicom(
        tmp_path / "study" / "plan" / "1.dcm", "RTPLAN", **plan_tags(prescription_gy, fractions)
    )
    index = index_dicom(tmp_path)
    loaded = load(index, f"series:{index.series['series_uid'].iloc[0]}")
    expected = np.nan if prescription_gy is None else prescription_gy
    assert loaded.cohort["total_dose_gy"][0] == pytest.approx(expected, nan_ok=True)
    assert loaded.cohort["fractions"][0] == fractions
    assert loaded.notes["check"].tolist() == notes


def test_several_plans_and_a_lost_one_are_noted_and_fill_nothing(
    write_dicom, tmp_path: Path
) -> None:
    for name in ("1.dcm", "2.dcm"):
        write_dicom(tmp_path / "study" / "plan" / name, "RTPLAN", **plan_tags(60.0, 30))
    index = index_dicom(tmp_path)
    loaded = load(index, f"series:{index.series['series_uid'].iloc[0]}", "series:1.2.3", "")
    assert loaded.cohort["total_dose_gy"].isna().all()
    assert loaded.notes["check"].tolist() == [
        "2 plans in one series",
        "plan cannot be read (AmbiguousSeriesError)",
    ]
    assert isinstance(loaded.notes, pd.DataFrame)
