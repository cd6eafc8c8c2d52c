"""A plan's dose is checked before anybody counts on it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psp_core.acquisition.dose import read_dose
from psp_core.acquisition.volume import Volume
from psp_core.errors import DoseUnitsError, DoseValuesError, UnreadableFileError
from psp_core.preprocessing.dosimetry.planned_dose import planned_dose


@pytest.fixture
def dose(make_grid: Any) -> Volume:
    grid = make_grid((20, 20, 20), (3.0, 3.0, 3.0))
    return Volume(np.clip(66 - 2 * np.linalg.norm(grid.points(), axis=-1), 0, None), grid)


def test_isodoses_are_shares_of_the_prescription(dose: Volume) -> None:
    plan = planned_dose(dose, prescription_gy=60.0, fractions=30.0, isodoses=(0.5, 0.8))
    assert list(plan.isodoses) == [0.95, 0.8, 0.5]
    assert [surface.level_gy for surface in plan.isodoses.values()] == [57.0, 48.0, 30.0]
    assert {surface.state for surface in plan.isodoses.values()} == {"found"}


def test_without_prescription_no_isodose_is_known(dose: Volume) -> None:
    plan = planned_dose(dose)
    assert math.isnan(plan.fractions)
    assert {surface.state for surface in plan.isodoses.values()} == {"unknown"}


@pytest.mark.parametrize(
    ("factor", "offset", "found"),
    [(0.0, 0.0, "from 0 to 0 Gy"), (1.0, -1.0, "from -1 to"), (np.nan, 0.0, "nowhere known")],
)
def test_doses_that_no_plan_has_are_refused(
    factor: float, offset: float, found: str, dose: Volume
) -> None:
    with pytest.raises(DoseValuesError, match=f"the dose is {found}.*export it again"):
        planned_dose(Volume(dose.values * factor + offset, dose.grid))


def test_an_infinite_dose_is_refused(dose: Volume) -> None:
    values = dose.values.copy()
    values[0, 0, 0] = np.inf
    with pytest.raises(DoseValuesError, match=r"to inf Gy"):
        planned_dose(Volume(values, dose.grid))


def test_a_dose_in_centigray_is_refused(dose: Volume) -> None:
    with pytest.raises(DoseUnitsError, match=r"may be in cGy: export the dose in Gy"):
        planned_dose(Volume(100 * dose.values, dose.grid))


@pytest.mark.parametrize("name", ["prescription_gy", "fractions"])
def test_an_unknown_number_is_never_zero(name: str, dose: Volume) -> None:
    with pytest.raises(DoseValuesError, match=f"{name} is 0"):
        planned_dose(dose, **{name: 0.0})


def test_a_relative_dose_and_an_empty_file_do_not_get_here(
    reference_dir: Path, tmp_path: Path
) -> None:
    with pytest.raises(DoseUnitsError, match=r"DoseUnits is RELATIVE, expected GY"):
        read_dose(reference_dir / "pydicom_rt" / "rtdose.dcm")
    (tmp_path / "dose.dcm").touch()
    with pytest.raises(UnreadableFileError, match=r"dose.dcm: empty file"):
        read_dose(tmp_path / "dose.dcm")
