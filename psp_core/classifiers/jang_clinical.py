"""The seven clinical variables of Jang 2018 as numbers between 0 and 1."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.classifiers.feature_sets import FEATURE_SETS
from psp_core.classifiers.structured import check_columns
from psp_core.errors import EstimatorError

Scaler = Literal["train", "each_table"]
UnknownAs = Literal["third_value", "own_column"]
Floats = npt.NDArray[np.float64]

CODES = {
    "sex": {"M": 0.0, "F": 1.0},
    "mgmt_status": {"unmethylated": 0.0, "methylated": 1.0},
    "idh_status": {"wildtype": 0.0, "mutant": 1.0},
}
THIRD = 2.0  # of an unknown status; neither paper nor code gives the coding


class JangClinical:
    """Age, sex, MGMT, IDH, total dose, fractions and interval, each scaled to 0 to 1.

    A missing number is the median of the fitted rows (neither paper nor code says).

    Parameters
    ----------
    scaler : {"train", "each_table"}
        Whose smallest and largest values become 0 and 1: those of the fitted rows, or, as in
        the published code, those of whatever table is asked for. A table is all rows of one
        collection; of a single row nothing but zeros is left.
    unknown_as : {"third_value", "own_column"}
        Whether an unknown status is a third number in the same column (seven columns), or has
        a column of its own.

    Raises
    ------
    EstimatorError
        If an argument is none of these.
    """

    def __init__(self, scaler: Scaler, unknown_as: UnknownAs) -> None:
        if scaler not in ("train", "each_table") or unknown_as not in ("third_value", "own_column"):
            raise EstimatorError(
                f"the clinical variables cannot be scaled by {scaler!r} with an unknown as "
                f"{unknown_as!r}; expected 'train' or 'each_table', and 'third_value' or "
                "'own_column'"
            )
        self.scaler = scaler
        self.unknown_as = unknown_as

    def fit(self, rows: pd.DataFrame) -> Self:
        """Learn medians and ranges from rows of the patients table.

        Raises
        ------
        TableError
            If a column is absent.
        """
        numbers = self._numbers(rows)
        known = np.isfinite(numbers)
        self.medians_ = np.array(
            [np.median(column[there]) if there.any() else 0.0 for column, there in zip(
                numbers.T, known.T, strict=True
            )]
        )  # fmt: skip
        self.range_ = _range(self._filled(numbers))
        return self

    def transform(self, rows: pd.DataFrame) -> npt.NDArray[np.float32]:
        """Numbers of rows of the patients table, float32 (n, columns).

        Under the scaler of the fitted rows a value may lie outside 0 to 1.
        """
        numbers = self._filled(self._numbers(rows))
        if self.scaler == "train":
            return _scaled(numbers, self.range_)
        scaled = np.empty(numbers.shape, dtype=np.float32)
        for name in rows["dataset"].unique():
            here = (rows["dataset"] == name).to_numpy()
            scaled[here] = _scaled(numbers[here], _range(numbers[here]))
        return scaled

    def _numbers(self, rows: pd.DataFrame) -> Floats:
        sees = FEATURE_SETS["jang_clinical"]
        check_columns(rows, sees.columns)
        columns = [rows[name].to_numpy(dtype=np.float64) for name in sees.continuous]
        for name in sees.categorical:
            coded = rows[name].map(CODES[name]).astype(np.float64)
            is_known = coded.notna()
            if self.unknown_as == "third_value":
                columns.append(coded.fillna(THIRD).to_numpy())
            else:
                columns += [coded.fillna(0.0).to_numpy(), (~is_known).to_numpy(dtype=np.float64)]
        return np.column_stack(columns)

    def _filled(self, numbers: Floats) -> Floats:
        return np.where(np.isfinite(numbers), numbers, self.medians_)


def _range(numbers: Floats) -> tuple[Floats, Floats]:
    return numbers.min(axis=0), numbers.max(axis=0)


def _scaled(numbers: Floats, limits: tuple[Floats, Floats]) -> npt.NDArray[np.float32]:
    """As scikit-learn's MinMaxScaler: a constant column becomes 0."""
    least, most = limits
    width = np.where(most > least, most - least, 1.0)
    return np.asarray((numbers - least) / width, dtype=np.float32)
