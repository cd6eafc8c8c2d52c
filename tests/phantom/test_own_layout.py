"""An own cohort on disk."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from psp_core.errors import StoredRangeError
from psp_core.phantom.own_layout import COLUMNS, OwnCase, write_own_case, write_own_table
from psp_core.phantom.patient import Image, PhantomPatient

Tree = Callable[[Path], dict[str, bytes]]


@pytest.fixture(scope="module")
def case(patient: PhantomPatient) -> OwnCase:
    images = patient.planning.mr
    affine = images["t1ce"].affine
    mask = np.zeros(images["t1ce"].values.shape, dtype=bool)
    mask[3:6, 4:9, 5:7] = True
    return OwnCase(
        subject_id="ext-003",
        timepoint=2,
        label="pseudoprogression",
        reference_standard="histology",
        days_since_rt=61,
        age_years=57.0,
        sex="unknown",
        idh_status="wildtype",
        mgmt_status="unknown",
        total_dose_gy=61.2,
        fractions=None,
        resection="subtotal",
        n_lesions=1,
        survival_days=None,
        survival_event=False,
        t1ce=images["t1ce"],
        flair=images["flair"],
        lesion_mask=Image(mask, affine),
        dose=patient.planning.dose,
    )


def test_row_has_the_columns_of_the_layout_and_empty_cells_for_unknown(
    case: OwnCase, tmp_path: Path
) -> None:
    other = replace(case, subject_id="ext-001", lesion_mask=None, dose=None)
    path = write_own_table([write_own_case(one, tmp_path) for one in (case, other)], tmp_path)
    with (tmp_path / "cohort.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert path == tmp_path / "cohort.csv"
    assert tuple(rows[0]) == COLUMNS
    assert [row["subject_id"] for row in rows] == ["ext-001", "ext-003"]
    assert rows[1] == {
        "subject_id": "ext-003",
        "timepoint": "2",
        "label": "pseudoprogression",
        "reference_standard": "histology",
        "days_since_rt": "61",
        "age_years": "57",
        "sex": "unknown",
        "idh_status": "wildtype",
        "mgmt_status": "unknown",
        "total_dose_gy": "61.2",
        "fractions": "",
        "resection": "subtotal",
        "n_lesions": "1",
        "survival_days": "",
        "survival_event": "0",
        "t1ce_file": "ext-003/visit_2/t1ce.nii",
        "flair_file": "ext-003/visit_2/flair.nii",
        "lesion_mask_file": "ext-003/visit_2/lesion_mask.nii",
        "dose_file": "ext-003/visit_2/dose.nii",
        "dicom_folder": "",
    }
    assert rows[0]["dose_file"] == rows[0]["lesion_mask_file"] == ""
    assert not (tmp_path / "ext-001" / "visit_2" / "dose.nii").exists()


def test_images_come_back_in_their_units(case: OwnCase, tmp_path: Path) -> None:
    row = write_own_case(case, tmp_path)
    for column, image, tolerance in [
        ("t1ce_file", case.t1ce, 0.1251),
        ("lesion_mask_file", case.lesion_mask, 0),
        ("dose_file", case.dose, 0.00251),
    ]:
        read = nib.load(tmp_path / row[column])
        values = np.asarray(read.dataobj).T
        np.testing.assert_allclose(values, image.values.astype(float), atol=tolerance)
        ours = np.diag([-1, -1, 1, 1]) @ image.affine[:, [2, 1, 0, 3]]
        np.testing.assert_allclose(read.affine, ours, atol=1e-5)


def test_file_sizes_do_not_depend_on_the_lesion(case: OwnCase, tmp_path: Path) -> None:
    grown = replace(
        case,
        lesion_mask=Image(np.ones_like(case.lesion_mask.values), case.lesion_mask.affine),
        t1ce=Image(case.t1ce.values * 2, case.t1ce.affine),
        label="true_progression",
    )
    sizes = []
    for name, one in (("a", case), ("b", grown)):
        write_own_case(one, tmp_path / name)
        files = sorted((tmp_path / name).rglob("*.nii"))
        sizes.append([(path.name, path.stat().st_size) for path in files])
    assert sizes[0] == sizes[1]
    assert len(sizes[0]) == 4


def test_failure_leaves_no_half_case_and_a_rerun_gives_the_same_bytes(
    case: OwnCase, tmp_path: Path, tree_bytes: Tree
) -> None:
    hot = Image(case.dose.values * 10, case.dose.affine)
    with pytest.raises(StoredRangeError, match="ext-003 visit 2 dose"):
        write_own_case(replace(case, dose=hot), tmp_path / "a")
    assert tree_bytes(tmp_path / "a") == {}
    first = write_own_case(case, tmp_path / "a")
    written = tree_bytes(tmp_path / "a")
    assert write_own_case(case, tmp_path / "a") == first
    write_own_case(case, tmp_path / "b")
    assert written == tree_bytes(tmp_path / "a") == tree_bytes(tmp_path / "b")
