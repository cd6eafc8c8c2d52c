"""Seven variables as numbers: whose range counts, and what is unknown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from psp_core.classifiers.jang_clinical import JangClinical
from psp_core.errors import EstimatorError, TableError

ROWS = pd.DataFrame(
    {
        "dataset": "own",
        "age_years": [40.0, 60.0, 80.0, np.nan],
        "total_dose_gy": 60.0,
        "fractions": [30.0, 30.0, 15.0, 30.0],
        "days_since_rt": [10.0, 20.0, 30.0, 110.0],
        "sex": ["F", "M", "M", "F"],
        "idh_status": ["wildtype", "mutant", "unknown", "wildtype"],
        "mgmt_status": ["methylated", "unmethylated", "unknown", "methylated"],
    }
)


def test_every_column_runs_from_0_to_1_and_a_constant_one_is_0() -> None:
    found = JangClinical("train", "third_value").fit(ROWS).transform(ROWS)
    assert found.shape == (4, 7)
    assert found[:, 1].tolist() == [0.0] * 4
    assert found.min() == 0.0
    assert found.max() == 1.0
    assert found[:, 0].tolist() == pytest.approx([0, 0.5, 1, 0.5])  # a missing age is the median
    assert found[:, 6].tolist() == pytest.approx([0.5, 0, 1, 0.5])  # the unknown is a third number


def test_an_unknown_status_can_have_a_column() -> None:
    found = JangClinical("train", "own_column").fit(ROWS).transform(ROWS)
    assert found.shape == (4, 10)
    assert found[:, 9].tolist() == [0.0, 0.0, 1.0, 0.0]
    assert found[:, 8].tolist() == [1.0, 0.0, 0.0, 1.0]
    assert not found[:, 5].any()  # everyone's sex is known


def test_the_range_is_that_of_the_fitted_rows() -> None:
    scaler = JangClinical("train", "third_value").fit(ROWS.iloc[:3])
    other = scaler.transform(ROWS.iloc[[3]])
    assert other[0, 3] == pytest.approx(5.0)  # 110 days, where 10 to 30 were seen


def test_the_published_code_scales_each_table_by_itself() -> None:
    scaler = JangClinical("each_table", "third_value").fit(ROWS)
    shifted = ROWS.assign(dataset="other", days_since_rt=ROWS["days_since_rt"] + 500)
    both = scaler.transform(pd.concat([ROWS, shifted], ignore_index=True))
    np.testing.assert_array_equal(both[:4], both[4:])
    assert not scaler.transform(ROWS.iloc[[3]]).any()


def test_what_it_cannot_do_is_named() -> None:
    with pytest.raises(EstimatorError, match="expected 'train' or 'each_table'"):
        JangClinical("test", "third_value")  # type: ignore[arg-type]
    with pytest.raises(TableError, match="'fractions' is absent"):
        JangClinical("train", "third_value").fit(ROWS.drop(columns="fractions"))


@pytest.mark.parametrize("unknown_as", ["third_value", "own_column"])
def test_a_column_without_any_value_is_0(unknown_as: Any) -> None:
    rows = ROWS.assign(age_years=np.nan)
    assert not JangClinical("train", unknown_as).fit(rows).transform(rows)[:, 0].any()
