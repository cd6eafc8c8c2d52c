"""The cohort table: one row per patient and time point, checked on every read.

Unknown is a category, never 0; a missing number is NaN. Files are named relative
to the collection's data root (NIfTI) or as ``series:<SeriesInstanceUID>`` (DICOM).
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from psp_core.cohorts.cleaning import column_faults
from psp_core.errors import MissingInputError, TableError
from psp_core.evaluation.classes import LABELS, UNLABELLED

SUBJECT_ID_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_.-]*"
_FILE_PATTERN = r"(|series:[0-9.]+|(?!/)(?!.*(\\|:|(^|/)\.\.(/|$))).+)"

CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "label": LABELS,
    "reference_standard": ("histology", "follow_up", "unknown"),
    "sex": ("F", "M", "unknown"),
    "idh_status": ("mutant", "wildtype", "unknown"),
    "mgmt_status": ("methylated", "unmethylated", "unknown"),
    "resection": ("gross_total", "subtotal", "biopsy", "unknown"),
    "prescription_source": ("stated", "beams", "target_dose", "unknown"),
}
# Smallest and largest possible value; whole numbers where `True`.
RANGES: Mapping[str, tuple[float, float, bool]] = {
    "days_since_rt": (-3650, 14600, True),
    "visit_number": (0, 100, True),
    "age_years": (0, 120, False),
    "total_dose_gy": (1, 150, False),
    "fractions": (1, 100, True),
    "n_lesions": (0, 100, True),
    "survival_days": (0, 36500, True),
    "survival_event": (0, 1, True),
}
# Datasets whose days count from the last of several courses of radiation before each scan:
# two scans of one patient have no common clock.
RESTARTED_CLOCK = frozenset({"ucsd_ptgbm"})
FILE_COLUMNS = (
    "t1_file", "t1ce_file", "t2_file", "flair_file", "lesion_mask_file", "brain_mask_file",
    "dose_file", "structures_file", "plan_file", "ct_file",
)  # fmt: skip
COLUMNS = (
    "subject_id", "timepoint", "dataset", "label", "label_rule", "reference_standard",
    "days_since_rt", "visit_number", "age_years", "sex", "idh_status", "mgmt_status",
    "total_dose_gy", "fractions", "prescription_source", "resection", "n_lesions",
    "survival_days", "survival_event",
    *FILE_COLUMNS,
)  # fmt: skip


def make_cohort(rows: Iterable[Mapping[str, Any]], *, source: str) -> pd.DataFrame:
    """Build a checked cohort table from rows that name only what is known.

    Parameters
    ----------
    rows : iterable of mappings
        Keys are columns of the table; a missing key, None or NaN is unknown.
    source : str
        What the rows were read from, for the error.

    Returns
    -------
    DataFrame
        All columns, in order, sorted by subject and time point.

    Raises
    ------
    TableError
        With every fault of every row.
    """
    table = pd.DataFrame(list(rows))
    for name in COLUMNS:
        if name in RANGES:
            values = table[name] if name in table else pd.Series(math.nan, index=table.index)
            table[name] = values.astype(float)
        elif name != "timepoint":
            default = UNLABELLED if name == "label" else "unknown" if name in CATEGORIES else ""
            values = table[name] if name in table else pd.Series(default, index=table.index)
            table[name] = values.astype(object).where(values.notna(), default)
    if "timepoint" not in table or table.empty:
        table["timepoint"] = pd.Series(0, index=table.index, dtype="int64")
    named = [*COLUMNS, *(name for name in table if name not in COLUMNS)]
    return check_cohort(
        table[named].sort_values(["subject_id", "timepoint"]).reset_index(drop=True), source=source
    )


def read_cohort(path: Path) -> pd.DataFrame:
    """Read a cohort table (Parquet) and check it.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        With every fault of the table.
    """
    if not path.is_file():
        raise MissingInputError(f"no cohort table {path.name}; run the notebook 01_cohort first")
    return check_cohort(pd.read_parquet(path), source=path.name)


def check_cohort(table: pd.DataFrame, *, source: str) -> pd.DataFrame:
    """Return the table unchanged, or raise with every fault at once.

    Raises
    ------
    TableError
        Columns that miss or are unexpected, unknown categories, impossible values,
        repeated rows, one ID for different patients. `source` names the table.
    """
    faults = column_faults(list(table.columns), COLUMNS)
    present = table.loc[:, ~table.columns.duplicated()]
    faults += _value_faults(present)
    faults += cross_row_faults(present, rows=range(1, len(table) + 1))
    if faults:
        raise TableError(source, faults)
    return table


def cross_row_faults(table: pd.DataFrame, *, rows: Sequence[int]) -> list[str]:
    """Faults that only two rows together show; `rows` says how a message calls each row."""
    if "subject_id" not in table:
        return []
    faults = []
    numbered = table.assign(_row=list(rows))
    if "timepoint" in table:
        for key, group in numbered.groupby(["subject_id", "timepoint"], sort=False):
            if len(group) > 1:
                faults.append(
                    f"rows {_join(group['_row'])}: subject {key[0]} has time point {key[1]:g} "
                    "more than once; two patients with one ID, or one scan entered twice?"
                )
    for subject, group in numbered.groupby("subject_id", sort=False):
        if "sex" in group:
            sexes = sorted(set(group["sex"]) & {"F", "M"})
            if len(sexes) > 1:
                faults.append(
                    f"rows {_join(group['_row'])}: subject {subject} is both F and M; "
                    "two patients with one ID?"
                )
        faults += _ageing_faults(str(subject), group)
    return faults


def _ageing_faults(subject: str, group: pd.DataFrame) -> list[str]:
    """Check that an age grows with time, give or take the rounding of whole years."""
    if not {"age_years", "days_since_rt"} <= set(group.columns):
        return []
    if "dataset" in group and not RESTARTED_CLOCK.isdisjoint(group["dataset"]):
        return []
    ages = group[["_row", "age_years", "days_since_rt"]].dropna().sort_values("days_since_rt")
    if len(ages) < 2:
        return []
    first, last = ages.iloc[0], ages.iloc[-1]
    years = (last["days_since_rt"] - first["days_since_rt"]) / 365.25
    spread = ages["age_years"].max() - ages["age_years"].min()
    if spread <= years + 1.5:
        return []
    return [
        f"rows {_join(ages['_row'].sort_values())}: the ages of subject {subject} differ by "
        f"{spread:g} years within {years:.1f} years; two patients with one ID?"
    ]


def subject_in_brackets(subject: str) -> str:
    """Name a subject in a message, unless it is no study ID and so might be a name."""
    return f" ({subject})" if re.fullmatch(SUBJECT_ID_PATTERN, subject) else ""


def _join(rows: Iterable[int]) -> str:
    return " and ".join(str(row) for row in rows)


def _columns() -> dict[str, pa.Column]:
    """Build the pandera columns: one sentence per check, used in the message."""
    columns = {}
    for name in COLUMNS:
        kind: Any = str
        checks: list[pa.Check] = []
        if name in CATEGORIES:
            allowed = CATEGORIES[name]
            checks = [pa.Check.isin(allowed, error=f"expected one of {', '.join(allowed)}")]
        elif name in RANGES:
            kind = float
            low, high, whole = RANGES[name]
            checks = [pa.Check.in_range(low, high, error=f"expected {low:g} to {high:g}")]
            if whole:
                checks.append(pa.Check(lambda v: v == v.round(), error="expected a whole number"))
        elif name == "timepoint":
            kind = "int64"
            checks = [pa.Check.in_range(0, 100, error="expected a whole number from 0 to 100")]
        elif name == "subject_id":
            error = "expected letters, digits, '-', '_' and '.', without spaces"
            checks = [pa.Check.str_matches(f"^{SUBJECT_ID_PATTERN}$", error=error)]
        elif name in FILE_COLUMNS:
            error = "expected a path relative to the data root, series:<UID> or nothing"
            checks = [pa.Check.str_matches(f"^{_FILE_PATTERN}$", error=error)]
        columns[name] = pa.Column(kind, checks, nullable=name in RANGES, required=False)
    return columns


_SCHEMA = pa.DataFrameSchema(_columns())


def _value_faults(table: pd.DataFrame) -> list[str]:
    """Faults of single cells, named by row and subject."""
    plain = table.reset_index(drop=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of pandas, raised inside pandera
        try:
            _SCHEMA.validate(plain, lazy=True)
        except pa.errors.SchemaErrors as error:
            cases = error.failure_cases
        else:
            return []
    # A column of the wrong type also fails every range check with a TypeError: say it once.
    told = cases["index"].notna() | cases["check"].astype(str).str.startswith(("dtype", "not_null"))
    return [_sentence(case, plain) for _, case in cases[told].iterrows()]


def _sentence(case: pd.Series[Any], table: pd.DataFrame) -> str:
    """One failure case of pandera as a sentence."""
    if pd.isna(case["index"]):
        found = "empty" if case["check"] == "not_nullable" else f"type {case['failure_case']}"
        return f"column {case['column']!r}: {found}; expected {_expected_type(case['column'])}"
    position = int(case["index"])
    subject = str(table["subject_id"].iloc[position]) if "subject_id" in table else ""
    where = f"row {position + 1}{subject_in_brackets(subject)}, {case['column']}"
    if case["column"] == "subject_id":
        return f"{where}: no study ID; {case['check']}"
    if case["check"] == "not_nullable":
        return f"{where}: empty; unknown is the category 'unknown' or an empty string"
    expected = case["check"]
    if not str(expected).startswith("expected"):
        expected = f"expected {_expected_type(case['column'])}"
    return f"{where}: {case['failure_case']!r}; {expected}"


def _expected_type(column: str) -> str:
    if column == "timepoint":
        return "whole numbers (int64)"
    return "numbers (float64, NaN when missing)" if column in RANGES else "text"
