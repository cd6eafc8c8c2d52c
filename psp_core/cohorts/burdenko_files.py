"""Chosen series that cannot be read later: noted when the cohort is made, not found then."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import pandas as pd

from psp_core.acquisition.index import DicomIndex
from psp_core.acquisition.tables import SEVERAL_PATIENTS
from psp_core.cohorts.flow import make_notes
from psp_core.cohorts.schema import SUBJECT_ID_PATTERN
from psp_core.cohorts.series import FILE_COLUMN, referenced_series, with_kinds

NO_STUDY_ID = "not-a-study-ID"


def study_ids(patient_ids: pd.Series[str]) -> pd.Series[str]:
    """Patient IDs of DICOM files; one that is no study ID may be a name and is replaced."""
    return patient_ids.where(patient_ids.str.fullmatch(SUBJECT_ID_PATTERN), NO_STUDY_ID)


def lost_series(index: DicomIndex) -> pd.DataFrame:
    """Note every series that is left out because it carries several patient IDs, by patient."""
    excluded = index.excluded
    shared = with_kinds(excluded[excluded["reason"].str.startswith(SEVERAL_PATIENTS)])
    shared["patient_id"] = study_ids(shared["patient_id"])
    counts = shared.groupby(["patient_id", "series_uid", "kind"]).size().reset_index(name="files")
    return make_notes(
        {
            "subject_id": series["patient_id"],
            "check": "series lost, it carries several patient IDs",
            "detail": f"{series['kind']}, {series['files']} files of this patient",
        }
        for series in counts.to_dict("records")
    )


def check_files(cohort: pd.DataFrame, index: DicomIndex) -> pd.DataFrame:
    """Note chosen series that lack files or lie in several frames of reference.

    Parameters
    ----------
    cohort : DataFrame
        Its file columns refer to series of the index.
    index : DicomIndex
        Where they lie.

    Returns
    -------
    DataFrame
        Notes, one per patient, kind of series and finding.
    """
    excluded = index.excluded
    lost = excluded[~excluded["reason"].str.startswith("duplicate")]
    frames = index.instances.groupby("series_uid", sort=False)["frame_uid"].nunique()
    findings: list[tuple[str, Mapping[Hashable, int], str]] = [
        ("series lacks files", lost["series_uid"].value_counts().to_dict(), "unusable"),
        (
            "series in several frames of reference",
            frames[frames > 1].to_dict(),
            "frames of reference, it will not be read",
        ),
    ]
    rows: list[dict[str, object]] = []
    for column in FILE_COLUMN.values():
        uids = cohort[column].map(referenced_series)
        for subject, uid in sorted(set(zip(cohort["subject_id"], uids, strict=True))):
            for check, counts, words in findings:
                if uid and uid in counts:
                    detail = f"{column.removesuffix('_file')}: {counts[uid]} {words}"
                    rows.append({"subject_id": subject, "check": check, "detail": detail})
    return make_notes(rows)
