"""What becomes of missing, unknown and constant values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from psp_core.classifiers.feature_sets import FEATURE_SETS, FeatureSet
from psp_core.classifiers.structured import (
    check_columns,
    encoded,
    structured_encoder,
    variables_of,
)
from psp_core.errors import TableError

DAYS = FeatureSet(("days_since_rt",))
SEX = FeatureSet((), ("sex",))


def days(*values: float | None) -> pd.DataFrame:
    return pd.DataFrame({"days_since_rt": pd.array(values, dtype="Float64")})


def sex(*values: str | None) -> pd.DataFrame:
    return pd.DataFrame({"sex": pd.Series(values, dtype=object)})


def test_a_missing_value_becomes_the_median_with_an_indicator() -> None:
    encoder = structured_encoder(DAYS).fit(days(10, 20, 90, None))
    found = encoder.transform(days(None, 20))
    assert found[:, 1].tolist() == [1, 0]
    assert found[0, 0] == found[1, 0]


def test_the_fitted_rows_have_mean_zero_and_sd_one() -> None:
    rows = days(10, 20, 90, 44)
    found = structured_encoder(DAYS).fit_transform(rows)
    assert found.mean() == pytest.approx(0, abs=1e-12)
    assert found.std() == pytest.approx(1)


def test_a_value_missing_only_later_becomes_the_median() -> None:
    encoder = structured_encoder(DAYS).fit(days(10, 20, 90))
    assert encoder.transform(days(None)).tolist() == encoder.transform(days(20)).tolist()


def test_unknown_is_a_category_and_one_not_seen_is_none_of_them() -> None:
    encoder = structured_encoder(SEX).fit(sex("M", "F", "unknown", "M"))
    known = encoder.transform(sex("F", "M", "unknown"))
    assert len({tuple(row) for row in known.tolist()}) == 3
    assert encoder.transform(sex("other")).tolist() == [[0, 0, 0]]
    assert encoder.transform(sex(None)).tolist() == encoder.transform(sex("unknown")).tolist()


def test_of_two_categories_one_column_stays() -> None:
    assert structured_encoder(SEX).fit_transform(sex("M", "F", "F")).shape == (3, 1)


@pytest.mark.parametrize("name", [name for name, one in FEATURE_SETS.items() if one.columns])
def test_constant_and_empty_columns_break_nothing(name: str) -> None:
    features = FEATURE_SETS[name]
    values = dict.fromkeys(features.continuous, np.nan) | dict.fromkeys(features.categorical, "a")
    rows = pd.DataFrame(values, index=range(5))
    found = encoded(structured_encoder(features).fit(rows), rows)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert found.shape == (5, 1)


def test_doses_that_repeat_each_other_are_one_column() -> None:
    rng = np.random.default_rng(0)
    dose = rng.normal(55, 4, 30)
    names = ("mean_dose_gy", "min_dose_gy", "median_dose_gy", "d98_gy")
    rows = pd.DataFrame({name: dose + 0.1 * rng.standard_normal(30) for name in names})
    assert structured_encoder(FeatureSet(names)).fit_transform(rows).shape == (30, 1)


def test_absent_columns_are_all_named() -> None:
    with pytest.raises(TableError, match=r"'days_since_rt' is absent[\s\S]*'sex' is absent"):
        structured_encoder(FEATURE_SETS["full"]).fit(pd.DataFrame({"age_years": [60.0]}))
    with pytest.raises(TableError, match="'sex' is absent"):
        check_columns(days(1), ["days_since_rt", "sex"])


def test_every_column_is_told_to_be_of_its_variable() -> None:
    rows = pd.DataFrame(
        {
            "days_since_rt": [10.0, np.nan, 90.0, 44.0, 61.0, 15.0],
            "age_years": [50.0, 61.0, 43.0, 70.0, 66.0, 31.0],
            "sex": ["M", "F", "F", "M", "F", "M"],
            "mgmt_status": ["methylated", "unmethylated", "unknown"] * 2,
        }
    )
    features = FeatureSet(("days_since_rt", "age_years"), ("sex", "mgmt_status"))
    encoder = structured_encoder(features).fit(rows)
    found = variables_of(encoder)
    assert found == (
        *("days_since_rt", "age_years", "days_since_rt"),  # values, then what is missing
        *("sex", "mgmt_status", "mgmt_status", "mgmt_status"),
    )
    assert len(found) == encoder.transform(rows).shape[1]
    for name in features.columns:  # a change of one variable moves its columns alone
        other = rows.assign(**{name: np.roll(rows[name].to_numpy(), 1)})
        moved = (encoder.transform(other) != encoder.transform(rows)).any(axis=0)
        assert {variable for variable, one in zip(found, moved, strict=True) if one} == {name}


def test_without_categories_all_columns_are_of_numbers() -> None:
    assert variables_of(structured_encoder(DAYS).fit(days(10, None, 90))) == ("days_since_rt",) * 2
