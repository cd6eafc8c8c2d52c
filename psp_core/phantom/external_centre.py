"""A second centre's patients in the layout ``own``: DICOM folders named by one CSV."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from psp_core.phantom.burdenko_layouts import instance_names, series_folder
from psp_core.phantom.burdenko_series import PLANNING_STUDY, patient_series
from psp_core.phantom.identity import share
from psp_core.phantom.own_layout import COLUMNS
from psp_core.phantom.patient import FollowUp, PhantomPatient
from psp_core.phantom.placing import folder_in_progress

COLLECTION = "External centre"
HISTOLOGY_SHARE = 8 / 20  # Gomaa 2025, Datasets: biopsy or resection in 8 of 20


def external_id(number: int) -> str:
    """Study ID of a patient of the external centre."""
    return f"Centre-C-{number:03d}"


def write_external_patient(
    patient: PhantomPatient, root: Path, seed: int, is_true_progression: bool, event_visit: int
) -> tuple[str, list[dict[str, str]]]:
    """Write one patient as ``<subject>/visit_<n>/<series>/`` and give the rows of the CSV.

    The folder of the event visit also holds the planning CT, structures, plan and
    dose; the planning MR of this centre was not kept. Every imaged visit is a row;
    only the event's has a label.

    Returns
    -------
    The study ID and one row per imaged visit, keyed by `own_layout.COLUMNS`.
    """
    subject_id = external_id(patient.number)
    kept = replace(patient, planning=replace(patient.planning, mr={}, mr_target=None))
    series = patient_series(kept, seed, collection=COLLECTION, subject_id=subject_id)
    if not (root / subject_id).is_dir():
        with folder_in_progress(root / subject_id) as folder:
            for one in series:
                study = one.header.study_description
                visit = event_visit if study == PLANNING_STUDY else study.split()[-1]
                place = folder / f"visit_{visit}" / series_folder(one.header, "reorganised").name
                place.mkdir(parents=True)
                names = instance_names(one.header, one.n_files, "reorganised")
                for name, content in zip(names, one.files(), strict=True):
                    (place / name).write_bytes(content)
    event_label = "true_progression" if is_true_progression else "pseudoprogression"
    return subject_id, [
        _row(
            patient, visit, event_label if visit.visit_number == event_visit else "unlabelled", seed
        )
        for visit in patient.follow_ups
    ]


def _row(patient: PhantomPatient, visit: FollowUp, label: str, seed: int) -> dict[str, str]:
    subject_id, clinical = external_id(patient.number), patient.clinical
    by_histology = share(seed, COLLECTION, patient.number, "standard") < HISTOLOGY_SHARE
    cells = {
        "subject_id": subject_id,
        "timepoint": str(visit.visit_number),
        "label": label,
        "reference_standard": "histology" if by_histology else "follow_up",
        "days_since_rt": str(visit.days_since_rt),
        "age_years": str(clinical.age_years),
        "sex": clinical.sex or "unknown",
        "idh_status": clinical.idh_status,
        "mgmt_status": clinical.mgmt_status,
        "total_dose_gy": f"{patient.planning.prescription_gy:g}",
        "fractions": str(patient.planning.fractions),
        "resection": "gross_total",
        "n_lesions": "1",
        "dicom_folder": f"{subject_id}/visit_{visit.visit_number}",
    }
    return dict.fromkeys(COLUMNS, "") | cells
