"""The structured encoder: clinical and dose columns to numbers, fitted on the rows it is given."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from psp_core.classifiers.collinear import DropCollinear
from psp_core.classifiers.feature_sets import FeatureSet
from psp_core.errors import TableError

UNKNOWN = "unknown"


def structured_encoder(features: FeatureSet) -> Pipeline:
    """Build the encoder of a feature set, not fitted yet.

    Continuous columns: the median of the fitted rows where a value is missing, z-score, and
    an indicator of what was missing. Categories: one column each, ``unknown`` among them; one
    that `fit` did not see is none of them. Then constant and collinear columns go.

    Parameters
    ----------
    features : FeatureSet
        With at least one column.

    Returns
    -------
    Pipeline
        From rows of the patients table to a float array, shape (n, kept columns); the number
        of columns is decided by the fitted rows.
    """
    continuous, categorical = list(features.continuous), list(features.categorical)
    values = Pipeline(
        [
            ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("scale", StandardScaler()),
        ]
    )
    missing = MissingIndicator(features="all", error_on_new=False)
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return Pipeline(
        [
            ("columns", FunctionTransformer(_typed, kw_args={"features": features})),
            (
                "encode",
                ColumnTransformer(
                    [
                        ("values", values, continuous),
                        ("missing", missing, continuous),
                        ("categories", one_hot, categorical),
                    ]
                ),
            ),
            ("drop", DropCollinear()),
        ]
    )


def encoded(encoder: Pipeline, rows: pd.DataFrame) -> npt.NDArray[np.float32]:
    """Rows through a fitted encoder, in the precision of the networks."""
    return np.asarray(encoder.transform(rows), dtype=np.float32)


def variables_of(encoder: Pipeline) -> tuple[str, ...]:
    """Of each column that a fitted encoder gives, the variable of the patients table it tells of.

    The indicator of what is missing belongs to its variable, as do all categories of one.
    """
    encode, drop = encoder.named_steps["encode"], encoder.named_steps["drop"]
    continuous, categorical = encode.transformers_[0][2], encode.transformers_[2][2]
    names = [*continuous, *continuous]
    if categorical:
        found = encode.named_transformers_["categories"].categories_
        for name, categories in zip(categorical, found, strict=True):
            names += [name] * len(categories)
    return tuple(names[column] for column in drop.kept_)


def check_columns(rows: pd.DataFrame, columns: Iterable[str]) -> None:
    """Check that a table has what a feature set asks for.

    Raises
    ------
    TableError
        If a column is absent.
    """
    absent = [name for name in columns if name not in rows.columns]
    if absent:
        raise TableError(
            "patients table",
            [f"column {name!r} is absent; fill it, or take another feature set" for name in absent],
        )


def _typed(rows: pd.DataFrame, features: FeatureSet) -> pd.DataFrame:
    """The columns of the set with numbers as float, categories as text.

    Raises
    ------
    TableError
        If a column is absent.
    """
    check_columns(rows, features.columns)
    numbers = {name: rows[name].astype(np.float64) for name in features.continuous}
    texts = {
        name: rows[name].astype(object).where(rows[name].notna(), UNKNOWN).astype(str)
        for name in features.categorical
    }
    return pd.DataFrame(numbers | texts, index=rows.index)
