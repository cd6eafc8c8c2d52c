"""The predictions table: one row per model, member and patient, from which every result comes.

Whoever fits writes it, `evaluation` reads it, and a user can fill it from any program.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from psp_core.errors import MissingInputError, TableError
from psp_core.runs import write_table

COLUMNS: Mapping[str, str] = {
    "experiment": "str",
    "model": "str",
    "preset": "str",
    "feature_set": "str",
    "seed": "int",
    "permutation": "int",
    "fold": "int",
    "member": "str",
    "split": "str",
    "dataset": "str",
    "subject_id": "str",
    "timepoint": "int",
    "n_train": "int",
    "y_true": "bool",
    "y_score": "float",
    "threshold": "float",
}
KEY = tuple(COLUMNS)[: list(COLUMNS).index("n_train")]
PATIENT = ("dataset", "subject_id", "timepoint")
ARM = ("experiment", "model", "preset", "feature_set")
SET = (*ARM, "split", "dataset")

SOFT_VOTE = "soft_vote"
NO_FOLD = -1  # `fold` of a soft vote, which is of no single fold
VALIDATION, TEST = "validation", "test"
SPLITS = (VALIDATION, TEST)
"""Held-out fold of the training cohort; set of which no patient was trained on."""

_TYPES: Mapping[str, tuple[type, ...]] = {"str": (str,), "bool": (bool, np.bool_)}


def check_predictions(table: pd.DataFrame, *, source: str = "predictions") -> pd.DataFrame:
    """Return the table unchanged, or raise with every fault at once.

    Parameters
    ----------
    table : DataFrame
        With the columns of `COLUMNS`; `permutation` 0 is the labels as they are; `member`
        is the number of the fold, or `SOFT_VOTE` with `fold` `NO_FOLD`; `y_score` is a
        probability of true progression; `threshold` the frozen one of this member, from
        which on a score counts as positive.
    source : str
        What the table is called in the error.

    Raises
    ------
    TableError
        Columns that miss or are unexpected, wrong types, impossible values, a repeated
        primary key, one patient with two truths, twice in one set, or held out twice.
    """
    missing = [name for name in COLUMNS if name not in table]
    unknown = [str(name) for name in table if name not in COLUMNS]
    faults = [f"column {name!r} misses" for name in missing]
    faults += [f"column {name!r} is unknown; expected {', '.join(COLUMNS)}" for name in unknown]
    wrong = [
        f"column {name!r} holds other values than {kind}"
        for name, kind in COLUMNS.items()
        if name in table and not _is_kind(table[name], kind)
    ]
    faults += wrong
    if not missing and not wrong:
        faults += _value_faults(table)
    if faults:
        raise TableError(source, faults)
    return table


def first_repetition(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of each arm's first repetition under the labels as they are.

    Its first is its smallest `seed`: of an arm that failed in one repetition, the next.
    """
    own = table[table["permutation"] == 0]
    first: pd.DataFrame = own[own["seed"] == own.groupby(list(ARM))["seed"].transform("min")]
    return first


def judged(table: pd.DataFrame) -> pd.DataFrame:
    """Rows that speak for each arm: held-out folds in the training cohort, elsewhere the vote.

    Labels as they are, every repetition; of the first alone, take `first_repetition` before.
    """
    is_vote = table["member"] == SOFT_VOTE
    speaks = is_vote != (table["split"] == VALIDATION)
    chosen: pd.DataFrame = table[speaks & (table["permutation"] == 0)]
    return chosen


def read_predictions(path: Path) -> pd.DataFrame:
    """Read a predictions table (Parquet, or CSV by its suffix) and check it.

    In a CSV ``y_true`` is true or false, or 1 or 0.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        See `check_predictions`.
    """
    if not path.is_file():
        raise MissingInputError(
            f"no predictions table {path.name}; run the notebook 05_classification first"
        )
    table = _read_csv(path) if path.suffix.lower() == ".csv" else pd.read_parquet(path)
    return check_predictions(table, source=path.name)


def write_predictions(path: Path, table: pd.DataFrame) -> None:
    """Check a predictions table and write it as Parquet, whole or not at all.

    Rows are sorted by their key, so that equal predictions are equal bytes.

    Raises
    ------
    TableError
        See `check_predictions`.
    """
    checked = check_predictions(table, source=path.name)
    write_table(path, checked[list(COLUMNS)].sort_values(list(KEY), ignore_index=True))


def _read_csv(path: Path) -> pd.DataFrame:
    """Read text into the types of `COLUMNS`; what cannot be turned stays, and is a fault."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    truths = {"true": True, "1": True, "false": False, "0": False}
    for name in table.columns.intersection(list(COLUMNS)):
        kind, text = COLUMNS[name], table[name].str.strip()
        if kind == "bool" and text.str.lower().isin(list(truths)).all():
            table[name] = text.str.lower().map(truths).astype(bool)
        elif kind in {"int", "float"}:
            numbers = pd.to_numeric(text, errors="coerce").astype(float)
            is_whole = kind == "int" and bool((numbers % 1 == 0).all())
            table[name] = numbers.astype("int64") if is_whole else numbers
    return table


def _is_kind(column: pd.Series, kind: str) -> bool:
    if column.empty:
        return True
    if kind == "float":
        return pd.api.types.is_float_dtype(column)
    if kind == "int":
        return pd.api.types.is_integer_dtype(column)
    return all(isinstance(value, _TYPES[kind]) for value in column)


def _value_faults(table: pd.DataFrame) -> list[str]:
    """Faults of values in a table whose columns are all there, of the right kind."""
    faults = []
    if others := sorted(set(table["split"]) - set(SPLITS)):
        faults.append(f"split {others} is unknown; expected {' or '.join(SPLITS)}")
    outside = ~table["y_score"].between(0, 1)
    if outside.any():
        faults.append(
            f"{int(outside.sum())} values of y_score are missing or outside 0 to 1; "
            "expected calibrated probabilities"
        )
    if table["threshold"].isna().any():
        faults.append(f"{int(table['threshold'].isna().sum())} rows have no threshold")
    expected = table["fold"].astype(str).where(table["member"] != SOFT_VOTE, SOFT_VOTE)
    folds_fit = (table["member"] == SOFT_VOTE) == (table["fold"] == NO_FOLD)
    strays = (table["member"] != expected) | ~folds_fit
    if strays.any():
        faults.append(
            f"{int(strays.sum())} rows have a member that is not their fold; expected the number "
            f"of the fold, or {SOFT_VOTE!r} with fold {NO_FOLD}"
        )
    if (repeated := int(table.duplicated(list(KEY)).sum())) > 0:
        faults.append(f"{repeated} rows repeat the key {', '.join(KEY)}")
    truths = table.groupby(["permutation", *PATIENT])["y_true"].nunique()
    if (truths > 1).any():
        *_, subject, _ = truths.index[truths.to_numpy() > 1][0]
        faults.append(f"patient {subject} has two values of y_true under one permutation")
    return faults + _repeated_patients(table.drop_duplicates(list(KEY)))


def _repeated_patients(table: pd.DataFrame) -> list[str]:
    """Faults of patients who count more than once: the unit of every result is the patient."""
    faults = []
    once = [name for name in KEY if name != "timepoint"]
    twice = table.duplicated(once)
    if twice.any():
        faults.append(
            f"patient {table.loc[twice, 'subject_id'].iloc[0]} stands with several time points "
            f"in one set of one member ({int(twice.sum())} rows too many); keep one"
        )
    held_out = table[table["split"] == VALIDATION]
    by_patient = [*ARM, "seed", "permutation", "dataset", "subject_id"]
    folds = held_out.groupby(by_patient)["fold"].nunique()
    if (folds > 1).any():
        faults.append(
            f"patient {folds.index[folds.to_numpy() > 1][0][-1]} is held out by "
            f"{int(folds.max())} folds of one repetition; expected one"
        )
    return faults
