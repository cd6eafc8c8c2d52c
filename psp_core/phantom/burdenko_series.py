"""The DICOM series of one patient, as the Burdenko collection names and numbers them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from pydicom.uid import CTImageStorage, MRImageStorage

from psp_core.phantom.dicom_dose import encode_dose
from psp_core.phantom.dicom_header import SeriesHeader
from psp_core.phantom.dicom_image import encode_ct_series, encode_mr_series
from psp_core.phantom.dicom_plan import encode_plan
from psp_core.phantom.dicom_structures import FILE_BYTES, ReferencedSeries, encode_structures
from psp_core.phantom.identity import (
    COLLECTION,
    patient_id,
    share,
    shifted_date,
    unique_identifier,
)
from psp_core.phantom.patient import (
    Image,
    PhantomPatient,
    Planning,
    PlanningSystem,
    Sequence,
    Structure,
)

PLANNING_STUDY = "Radiotherapy planning 00"

_MR_SERIES: Mapping[Sequence, tuple[int, str]] = {
    "t1": (100, "MR00T1"),
    "t1ce": (200, "MRCET1"),
    "t2": (300, "MR00T2"),
    "flair": (400, "MR0T2FLAIR"),
}
_STRUCTURES_NUMBER, _MR_STRUCTURES_NUMBER, _CT_NUMBER = 0, 1, 2
_PLAN_NUMBER: Mapping[PlanningSystem, int] = {"varian": 3, "amphora": 1}
_DOSE_NUMBER: Mapping[PlanningSystem, int] = {"varian": 5, "amphora": 1}


class EncodedSeries(NamedTuple):
    """One series and a recipe for its files; nothing is encoded before it is asked for."""

    header: SeriesHeader
    n_files: int
    files: Callable[[], Iterator[bytes]]


class _Study(NamedTuple):
    """One study of one patient; its series take their identity from here."""

    seed: int
    collection: str
    patient: int
    subject_id: str
    description: str
    day: int  # since the end of radiotherapy

    def series(self, number: int, name: str, modality: str, *, frame: str) -> SeriesHeader:
        """Identity of a series; series of the study with the same `frame` share it."""
        keys = (self.seed, self.collection, self.patient, self.description)
        return SeriesHeader(
            patient_id=self.subject_id,
            study_uid=unique_identifier(*keys),
            study_date=shifted_date(self.seed, self.patient, self.day, collection=self.collection),
            study_description=self.description,
            series_uid=unique_identifier(*keys, name, number),
            series_number=number,
            series_description=name,
            modality=modality,
            frame_uid=unique_identifier(*keys, "frame of reference", frame),
        )


def patient_series(
    patient: PhantomPatient,
    seed: int,
    *,
    structure_file_bytes: int = FILE_BYTES,
    collection: str = COLLECTION,
    subject_id: str | None = None,
) -> list[EncodedSeries]:
    """List every series of one patient: planning study first, then the visits.

    Parameters
    ----------
    patient : PhantomPatient
        Whose series.
    seed : int
        Of the collection; with the patient's number it decides UIDs, dates and the
        order of the dose frames.
    structure_file_bytes : int, default 2 MiB
        Size of every RTSTRUCT.
    collection : str, default Burdenko's
        Keeps the UIDs of collections with the same seed apart.
    subject_id : str, optional
        PatientID; Burdenko's by default.

    Returns
    -------
    list of EncodedSeries
        The instances do not depend on the folder layout. A target drawn on the planning T1CE
        goes into a second RTSTRUCT that references that series.
    """
    planning, system = patient.planning, patient.planning_system
    who = (seed, collection, patient.number, subject_id or patient_id(patient.number))
    study = _Study(*who, PLANNING_STUDY, patient.clinical.topometric_mri_day)
    structures_of = partial(
        _structure_series, planning_system=system, file_bytes=structure_file_bytes
    )
    series = [
        *_treatment_series(planning, study, system, structures_of),
        *_mr_series(planning.mr, study),
    ]
    if planning.mr_target is not None:
        t1ce = study.series(*_MR_SERIES["t1ce"], "MR", frame="scanner")
        image = planning.mr["t1ce"]
        drawn_on = ReferencedSeries(t1ce, MRImageStorage, image.affine, len(image.values))
        header = study.series(_MR_STRUCTURES_NUMBER, "RTSTRUCT", "RTSTRUCT", frame="scanner")
        series.append(structures_of((planning.mr_target,), header, drawn_on))
    for visit in patient.follow_ups:
        control = f"Control visit {visit.visit_number}"
        study = _Study(*who, control, visit.days_since_rt)
        series += _mr_series(visit.mr, study)
    return series


def _mr_series(images: Mapping[Sequence, Image], study: _Study) -> Iterator[EncodedSeries]:
    for sequence, image in images.items():
        header = study.series(*_MR_SERIES[sequence], "MR", frame="scanner")
        files = partial(encode_mr_series, image, header, sequence)
        yield EncodedSeries(header, len(image.values), files)


def _structure_series(
    structures: tuple[Structure, ...],
    header: SeriesHeader,
    drawn_on: ReferencedSeries,
    *,
    planning_system: PlanningSystem,
    file_bytes: int,
) -> EncodedSeries:
    def files() -> Iterator[bytes]:
        yield encode_structures(
            structures, header, drawn_on, planning_system, file_bytes=file_bytes
        )

    return EncodedSeries(header, 1, files)


def _treatment_series(
    planning: Planning,
    study: _Study,
    system: PlanningSystem,
    structures_of: Callable[..., EncodedSeries],
) -> list[EncodedSeries]:
    """CT, structures, plan and dose: all in the frame of the CT."""
    ct = study.series(_CT_NUMBER, "CT00CT", "CT", frame="CT")
    structures = study.series(_STRUCTURES_NUMBER, "RTSTRUCT", "RTSTRUCT", frame="CT")
    plan = study.series(_PLAN_NUMBER[system], "RTPLAN", "RTPLAN", frame="CT")
    dose = study.series(_DOSE_NUMBER[system], "RTDOSE", "RTDOSE", frame="CT")
    n_slices = len(planning.ct.values)
    drawn_on = ReferencedSeries(ct, CTImageStorage, planning.ct.affine, n_slices)
    descending = share(study.seed, study.collection, study.patient, "dose frames") < 0.5

    def plan_files() -> Iterator[bytes]:
        yield encode_plan(planning, plan, structures, system)

    def dose_files() -> Iterator[bytes]:
        yield encode_dose(planning.dose, dose, plan, system, descending=descending)

    return [
        structures_of(planning.structures, structures, drawn_on),
        EncodedSeries(ct, n_slices, partial(encode_ct_series, planning.ct, ct)),
        EncodedSeries(plan, 1, plan_files),
        EncodedSeries(dose, 1, dose_files),
    ]
