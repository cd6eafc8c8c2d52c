"""Raw phantoms through every stage: placed, outlined, dosed, resumed, and honest about faults."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pandas as pd
import pytest

from psp_core.acquisition.dose import read_dose
from psp_core.acquisition.files import FileRef
from psp_core.acquisition.structures import read_structures
from psp_core.cohorts.loading import load_study, study_crosswalk, study_roots
from psp_core.cohorts.stored import write_cohorts
from psp_core.errors import BrainExtractionError, ConfigError
from psp_core.phantom.imaging import Steps
from psp_core.phantom.latents import CausalModel
from psp_core.phantom.study import write_phantoms
from psp_core.phantom.tasks import Plan
from psp_core.preprocessing.align import align_scan
from psp_core.preprocessing.align_images import AlignmentSettings
from psp_core.preprocessing.cases import Case
from psp_core.preprocessing.dosimetry.lesion_dose import lesion_dose
from psp_core.preprocessing.dosimetry.planned_dose import planned_dose
from psp_core.preprocessing.dosimetry.samples import sample_structure
from psp_core.preprocessing.features import (
    dose_tables,
    features_table,
    lost_table,
    quality_table,
)
from psp_core.preprocessing.learnable import learnable_cases
from psp_core.preprocessing.lesion.contours import follow_up_structures
from psp_core.preprocessing.pipeline import (
    align_all,
    chosen_cases,
    dose_all,
    finish_all,
    study_cases,
)
from psp_core.preprocessing.prepared import PreparedRun, prepare_run
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import Run, open_run

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
SIZES = {
    "train": 4, "train_ineligible": 0, "external": 1, "development": 1, "learning": 0,
    "sealed": 0, "brats2021": 3, "upenn_gbm": 0, "ucsf_pdgm": 0,
}  # fmt: skip
OVERRIDES = {"lesion.segmenter.steps": 3, "study.workers": 2}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with phantoms and their cohort tables, as page 01 leaves it."""
    run = open_run(PARAMS, tmp_path_factory.mktemp("run"), OVERRIDES)
    plan = Plan(CausalModel(), SIZES, Steps(4.0, 6.0, 4.0, 4.0, 5.0), 5.0, "descriptive", 11)
    phantoms = run.folder / "phantom"
    write_phantoms(phantoms, plan, simulated_patients=500)
    write_cohorts(run, load_study(run), crosswalk=study_crosswalk(run, study_roots(run)))
    return run


@pytest.fixture(scope="module")
def prepared(run: Run) -> PreparedRun:
    return prepare_run(run)


@pytest.fixture(scope="module")
def doses(run: Run, prepared: PreparedRun) -> VolumeStore:
    return dose_all(run, prepared.cases, compared=["burdenko"])


def labelled(prepared: PreparedRun) -> list[Case]:
    groups = [group for name, group in prepared.cases.items() if name != "brats2021"]
    return [case for group in groups for case in group]


def contoured(prepared: PreparedRun) -> list[Case]:
    cases = [
        case
        for case in prepared.cases["burdenko"]
        if prepared.volumes.record(case.key)["lesion"].get("source") == "contours"
    ]
    assert cases
    return cases


def test_every_scan_is_prepared_on_one_kind_of_grid(prepared: PreparedRun) -> None:
    keys = prepared.volumes.scans()
    assert len(keys) == sum(SIZES.values())
    for key in keys:
        record = prepared.volumes.record(key)
        assert record["status"] == "done", record["reason"]
        volume, brain = prepared.volumes.read(key), prepared.volumes.read(key, "brain") > 0
        assert volume.shape == (2, 40, 40, 40)
        assert volume.dtype == np.float16
        assert (volume[:, ~brain] == 0).all()
        for channel in volume[:, brain].astype(np.float64):
            assert channel.mean() == pytest.approx(0, abs=5e-3)
            assert channel.std() == pytest.approx(1, abs=5e-3)


def test_a_contour_of_the_planning_ct_lies_on_enhancement_of_the_follow_up(
    prepared: PreparedRun,
) -> None:
    """The whole chain at once: contour, CT, T1CE and template."""
    for case in contoured(prepared):
        t1ce = prepared.volumes.read(case.key)[0].astype(np.float64)
        lesion = prepared.volumes.read(case.key, "lesion") > 0
        assert t1ce[lesion].mean() > 0.5
        flipped = lesion[:, :, ::-1]  # right for left: the control
        assert t1ce[lesion].mean() > t1ce[flipped].mean() + 0.5


def test_registrations_of_a_patients_own_scans_are_believed(prepared: PreparedRun) -> None:
    quality = quality_table(labelled(prepared), prepared.aligned, prepared.volumes)
    native = quality[quality["dataset"].isin(["burdenko", "external"])]
    assert native["t1ce_ct_inverse_mm"].max() < 0.5
    assert "t1ce_ct_fault" not in native or native["t1ce_ct_fault"].isna().all()
    assert set(native["brain_method"]) == {"atlas"}
    registered = quality[quality["dataset"] == "development"]
    assert set(registered["brain_method"]) == {"already_stripped"}


def test_the_dose_to_a_drawn_lesion_is_that_of_its_contour_in_the_file(
    run: Run, prepared: PreparedRun, doses: VolumeStore
) -> None:
    for case in contoured(prepared):
        found = doses.record(case.key)["definitions"][0]
        structures = read_structures(case.files["structures"][0])
        drawn = follow_up_structures(structures, case.timepoint)["core"]
        plan = planned_dose(
            read_dose(case.files["dose"]).volume,
            prescription_gy=case.prescription_gy,
            fractions=case.fractions,
        )
        expected = lesion_dose(sample_structure(drawn), plan)
        for name in ("mean_dose_gy", "d98_gy", "volume_cm3"):
            assert found[name] == pytest.approx(expected[name], rel=1e-4)
        assert found["region_used"] == "core"
        assert found["d98_low_gy"] <= found["d98_high_gy"]


def test_all_definitions_are_compared_where_that_was_asked_for(
    prepared: PreparedRun, doses: VolumeStore
) -> None:
    definitions, dvhs = dose_tables(labelled(prepared), prepared.aligned, doses)
    counts = definitions.groupby("subject_id").size()
    for case in labelled(prepared):
        has_lesion = not doses.record(case.key)["reason"]
        expected = 9 if has_lesion and case.dataset == "burdenko" else 1
        assert counts[case.subject_id] == expected
    assert definitions["is_default"].sum() == len(labelled(prepared))
    known = dvhs.dropna(subset=["volume_share"])  # a prescription is not always stated
    assert len(known)
    assert known.groupby("subject_id")["volume_share"].max().eq(1).all()


def test_the_features_table_has_one_row_per_labelled_scan(
    prepared: PreparedRun, doses: VolumeStore
) -> None:
    cases = labelled(prepared)
    quality = quality_table(cases, prepared.aligned, prepared.volumes)
    definitions, _ = dose_tables(cases, prepared.aligned, doses)
    features = features_table(quality, definitions)
    assert list(features["subject_id"]) == [case.subject_id for case in cases]
    assert {"d98_gy", "field_call", "lesion_volume_cm3", "lesion_growth_cm3", "digest"} <= set(
        features
    )
    assert pd.api.types.is_float_dtype(features["d98_gy"])
    lost = lost_table(quality, definitions)
    without_dose = features.loc[features["d98_gy"].isna(), "subject_id"]
    assert set(without_dose) <= set(lost["subject_id"])


def test_a_second_preparation_writes_nothing(run: Run, prepared: PreparedRun) -> None:
    stamps = {
        path: path.stat().st_mtime_ns
        for name in ("aligned", "volumes", "segmenter")
        for path in (run.folder / name).rglob("*")
    }
    prepare_run(run)
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps


def test_a_part_of_the_patients_is_prepared_and_the_others_stay_as_they_are(
    run: Run, prepared: PreparedRun
) -> None:
    def written() -> dict[str, int]:
        return {
            key: (prepared.volumes.folder / key / "volume.npy").stat().st_mtime_ns
            for key in prepared.volumes.scans()
        }

    before, one = written(), prepared.cases["burdenko"][0].subject_id
    part_run = open_run(PARAMS, run.folder, OVERRIDES | {"study.patients": [one]})
    part = prepare_run(part_run)
    assert [case.subject_id for case in part.cases["burdenko"]] == [one]
    assert "external" not in part.cases
    assert part.landmarks == prepared.landmarks
    assert written() == before
    cases, stage = study_cases(run), run.finished("segmenter").marker.stat().st_mtime_ns
    learned = [learnable_cases(each, cases, ["brats2021"], stage="x") for each in (run, part_run)]
    assert learned[0] == learned[1]
    prepare_run(run)
    assert written() == before
    assert run.finished("segmenter").marker.stat().st_mtime_ns == stage
    nobody = open_run(PARAMS, run.folder, OVERRIDES | {"study.patients": ["Nobody-1"]})
    with pytest.raises(ConfigError, match="'Nobody-1' is no labelled patient"):
        chosen_cases(nobody, study_cases(nobody))


def test_the_same_scan_gives_the_same_arrays_again(run: Run, prepared: PreparedRun) -> None:
    case = prepared.cases["burdenko"][0]
    again = align_scan(case, alignment_settings(run))
    for name, values in again.arrays.items():
        assert np.array_equal(values, prepared.aligned.read(case.key, name), equal_nan=True), name


def alignment_settings(run: Run) -> AlignmentSettings:
    params = run.params
    seed = int(run.seed_sequence("registration").generate_state(1)[0])
    return AlignmentSettings(params.volume, params.registration, params.brain, seed)


def test_a_ct_that_cannot_be_registered_costs_the_dose_and_not_the_scan(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise BrainExtractionError("no skull in the CT")

    monkeypatch.setattr("psp_core.preprocessing.align_images.ct_brain_mask", fail)
    case = replace(study_cases(run)["burdenko"][0], previous={})
    made = align_scan(case, alignment_settings(run))
    assert made.reason == ""
    assert "ct" not in made.record["pictures"]
    assert made.record["dose"]["reason"].endswith("no skull in the CT")


def test_a_dicom_dose_is_not_taken_for_one_in_the_frame_of_a_registered_scan(run: Run) -> None:
    cases = study_cases(run)
    (case,), dose = cases["development"], cases["burdenko"][0].files["dose"]
    foreign = replace(case, files={**case.files, "dose": dose})
    made = align_scan(foreign, alignment_settings(run))
    assert made.reason == ""
    assert "give the dose as NIfTI in the frame of T1CE" in made.record["dose"]["reason"]


def spoil_flair(place: Path) -> None:
    (place / "flair.nii").unlink()


def empty_flair(place: Path) -> None:
    (place / "flair.nii").write_bytes(b"")


def shift_mask(place: Path) -> None:
    image = nibabel.load(place / "lesion_mask.nii", mmap=False)
    affine = image.affine.copy()
    affine[0, 3] += 7.0
    nibabel.save(nibabel.Nifti1Image(np.asarray(image.dataobj), affine), place / "lesion_mask.nii")


def rename_labels(place: Path) -> None:
    image = nibabel.load(place / "lesion_mask.nii", mmap=False)
    values = np.asarray(image.dataobj) * 7
    nibabel.save(
        nibabel.Nifti1Image(values.astype(np.uint8), image.affine), place / "lesion_mask.nii"
    )


def smaller_flair(place: Path) -> None:
    image = nibabel.load(place / "flair.nii", mmap=False)
    half = np.asarray(image.dataobj)[:, :, ::2]
    nibabel.save(nibabel.Nifti1Image(half, image.affine), place / "flair.nii")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (spoil_flair, "MissingInputError: the cohort table names no flair file"),
        (empty_flair, "UnreadableFileError: .*flair.nii"),
        (smaller_flair, "GridMismatchError: T1CE has shape .*, FLAIR .* set external.registered"),
        (shift_mask, "GridMismatchError: the lesion mask has shape .* resample the mask to T1CE"),
        (rename_labels, "UnknownLabelError: the mask holds 7, "),
    ],
)
def test_a_spoilt_scan_is_left_out_by_name_and_the_others_go_on(
    tmp_path: Path, run: Run, damage: Callable[[Path], None], reason: str
) -> None:
    bad, good = spoilt(tmp_path, run, damage)
    assert bad["status"] == "excluded"
    assert re.match(reason, bad["reason"]), bad["reason"]
    assert str(tmp_path) not in bad["reason"]
    assert good["status"] == "done"


def in_centigray(place: Path) -> None:
    image = nibabel.load(place / "dose.nii", mmap=False)
    values = np.asarray(image.dataobj, dtype=np.float32) * 100
    nibabel.save(nibabel.Nifti1Image(values, image.affine), place / "dose.nii")


def no_dose(place: Path) -> None:
    (place / "dose.nii").unlink()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (in_centigray, r"DoseUnitsError: the largest dose is .* may be in cGy"),
        (no_dose, "MissingInputError: the cohort table names no dose file"),
    ],
)
def test_an_unusable_dose_is_a_category_and_the_images_stay(
    tmp_path: Path, run: Run, damage: Callable[[Path], None], reason: str
) -> None:
    bad, _ = spoilt(tmp_path, run, damage)
    assert bad["status"] == "done"
    assert re.match(reason, bad["dose"]["reason"])


def spoilt(
    tmp_path: Path, run: Run, damage: Callable[[Path], None], **more: tuple[FileRef, ...]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Records of a copy of the registered case with one fault, and of the sound one."""
    (case,) = study_cases(run)["development"]
    root = tmp_path / "data"
    shutil.copytree(run.folder / "phantom" / "development", root)
    damage(root / case.subject_id / f"visit_{case.timepoint}")
    moved = {
        kind: tuple(FileRef(root, ref.path) for ref in refs) for kind, refs in case.files.items()
    }
    there = {kind: refs for kind, refs in (moved | more).items() if refs[0].location.exists()}
    bad = replace(case, subject_id="Spoilt", files=there)
    other = open_run(PARAMS, tmp_path / "run", OVERRIDES | {"study.workers": 1})
    store = align_all(other, {"development": [bad, case]})
    return store.record(bad.key), store.record(case.key)


def test_a_given_brain_mask_is_used_as_it_is(tmp_path: Path, run: Run) -> None:
    def give_half(place: Path) -> None:
        image = nibabel.load(place / "t1ce.nii", mmap=False)
        inside = np.asarray(image.dataobj) > 0
        inside[: len(inside) // 2] = False
        nibabel.save(
            nibabel.Nifti1Image(inside.astype(np.uint8), image.affine), place / "brain_mask.nii"
        )

    (case,) = study_cases(run)["development"]
    given = FileRef(tmp_path / "data", f"{case.subject_id}/visit_{case.timepoint}/brain_mask.nii")
    bad, good = spoilt(tmp_path, run, give_half, brain_mask=(given,))
    assert bad["brain"]["method"] == "given"
    assert bad["brain"]["volume_cm3"] < 0.7 * good["brain"]["volume_cm3"]


def test_an_empty_lesion_is_a_category_and_the_images_stay(tmp_path: Path, run: Run) -> None:
    def erase(place: Path) -> None:
        image = nibabel.load(place / "lesion_mask.nii", mmap=False)
        nothing = np.zeros(image.shape, np.uint8)
        nibabel.save(nibabel.Nifti1Image(nothing, image.affine), place / "lesion_mask.nii")

    spoilt(tmp_path, run, erase)
    (case,) = study_cases(run)["development"]
    cases = {"development": [replace(case, subject_id="Spoilt"), case]}
    other = open_run(PARAMS, tmp_path / "run", OVERRIDES | {"study.workers": 1})
    volumes = finish_all(other, cases, None)
    bad = volumes.record("development/Spoilt/" + case.key.rpartition("/")[2])
    assert bad["status"] == "done"
    assert re.match("NoMaskError|EmptyMaskError", bad["lesion"]["reason"])
    assert volumes.record(case.key)["lesion"]["reason"] == ""
