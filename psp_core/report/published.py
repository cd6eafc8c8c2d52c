"""Table 1 of both papers as printed: counts, medians and ranges.

Percentages are computed from the counts when a table is written, so that they agree
with them; `GOMAA_NOTE` says where the print differs. A value that a paper does not print is NaN.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

GOMAA_SOURCE = "Gomaa 2025, Table 1"
JANG_SOURCE = "Jang 2018, Table 1"
GOMAA_NOTE = (
    "Percentages are computed from the printed counts. One differs from the print: Gomaa 2025 "
    "gives 40.0 % for 23 of 59 patients with unmethylated MGMT (Burdenko); 23/59 is 39.0 %."
)

_Rows = Mapping[tuple[str, str], tuple[float, ...]]

_GOMAA_COLUMNS = ("Burdenko", "GlioCMV")
_GOMAA: _Rows = {
    ("patients", "n"): (59, 20),
    ("label", "true_progression"): (34, 11),
    ("label", "pseudoprogression"): (25, 9),
    ("sex", "F"): (28, 11),
    ("sex", "M"): (31, 9),
    ("idh_status", "mutant"): (8, 1),
    ("idh_status", "wildtype"): (36, 19),
    ("idh_status", "unknown"): (15, 0),
    ("mgmt_status", "methylated"): (14, 9),
    ("mgmt_status", "unmethylated"): (23, 3),
    ("mgmt_status", "unknown"): (22, 8),
    ("age_years", "median"): (57, 58.5),
    ("age_years", "minimum"): (18, 45),
    ("age_years", "maximum"): (82, 75),
}

_JANG_COLUMNS = ("PD", "PsPD", "SNUH", "SNUBH")
_JANG: _Rows = {
    ("patients", "n"): (48, 30, 59, 19),
    ("label", "true_progression"): (48, 0, 37, 11),
    ("label", "pseudoprogression"): (0, 30, 22, 8),
    ("sex", "F"): (21, 6, 18, 9),
    ("sex", "M"): (27, 24, 41, 10),
    ("idh_status", "mutant"): (1, 2, 3, 0),
    ("idh_status", "wildtype"): (43, 26, 54, 15),
    ("idh_status", "unknown"): (4, 2, 2, 4),
    ("mgmt_status", "methylated"): (18, 15, 24, 9),
    ("mgmt_status", "unmethylated"): (30, 15, 35, 10),
    ("age_years", "median"): (55.5, 55.5, 56, 53),
    ("age_years", "minimum"): (28, 22, 22, 28),
    ("age_years", "maximum"): (77, 75, 77, 75),
    ("days_since_rt", "median"): (123.5, 82, 111, 80),
    ("days_since_rt", "minimum"): (18, 26, 22, 18),
    ("days_since_rt", "maximum"): (1251, 516, 1251, 464),
}


def gomaa_table_1() -> pd.DataFrame:
    """Patient characteristics of Gomaa 2025: columns variable, category and one per cohort."""
    return _table(_GOMAA, _GOMAA_COLUMNS)


def jang_table_1() -> pd.DataFrame:
    """Patient characteristics of Jang 2018: columns variable, category and one per group.

    PD is progressive disease (true progression), PsPD pseudoprogression; SNUH was the
    training, SNUBH the testing institution. ``days_since_rt`` is the printed "days to
    appear of CE lesion".
    """
    return _table(_JANG, _JANG_COLUMNS)


def _table(rows: _Rows, columns: tuple[str, ...]) -> pd.DataFrame:
    """One row per printed line."""
    table = pd.DataFrame.from_dict(dict(rows), orient="index", columns=list(columns), dtype=float)
    table.index = pd.MultiIndex.from_tuples(rows, names=["variable", "category"])
    return table.reset_index()
