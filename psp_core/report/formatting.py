"""The one place where a number becomes text for a page."""

from __future__ import annotations

import math
import re

import pandas as pd

NOT_ESTIMABLE = "not estimable"
NOT_KNOWN = "–"
CODE_NAME = re.compile(r"\b[a-z]\w*_\w+\b")
NAMES = {
    "idh_status": "IDH",
    "mgmt_status": "MGMT",
    "age_years": "age, years",
    "days_since_rt": "days since radiotherapy",
    "total_dose_gy": "prescribed dose, Gy",
    "visit_number": "follow-up number",
    "n_dropped": "left out",
    "n_remaining": "remaining",
    "mean_dose_gy": "mean dose, Gy",
    "min_dose_gy": "minimum dose, Gy",
    "median_dose_gy": "median dose, Gy",
    "d98_gy": "D98, Gy",
    "d2_gy": "D2, Gy",
    "d98_percent": "D98, % of prescription",
    "d98_eqd2_gy": "D98, EQD2 in Gy",
    "v95_percent": "V95 %, % of the lesion",
    "volume_cm3": "lesion volume, cm³",
    "centroid_to_95_mm": "centre to 95 % isodose, mm",
    "farthest_to_95_mm": "farthest voxel to 95 % isodose, mm",
    "centroid_to_80_mm": "centre to 80 % isodose, mm",
    "farthest_to_80_mm": "farthest voxel to 80 % isodose, mm",
    "field_call": "place in the field",
    "in_field": "in-field",
    "outside_grid": "outside the dose grid",
    "n_true_progression": "true progression",
    "n_pseudoprogression": "pseudoprogression",
    "n_mixed": "mixed, left out",
    "last_pseudoprogression": "pseudoprogression up to score",
    "first_true_progression": "true progression from score",
    "n_upenn_gbm": "UPENN-GBM, n",
    "n_ucsf_pdgm": "UCSF-PDGM, n",
    "n_together": "together, n",
    "difference_to_592": "difference to 592",
    "survival_days": "survival, days",
    "prescription_source": "prescription told by",
    "brats2021": "BraTS 2021",
    "upenn_gbm": "UPENN-GBM",
    "ucsf_pdgm": "UCSF-PDGM",
    "ucsd_ptgbm": "UCSD-PTGBM",
    "lumiere": "LUMIERE",
    "mu_glioma_post": "MU-Glioma-Post",
    "cfb_gbm": "CFB-GBM",
}


def count(value: float) -> str:
    """Write a count, a dash when it is missing."""
    return NOT_KNOWN if math.isnan(value) else f"{value:.0f}"


def count_percent(value: float, total: float) -> str:
    """Write a count with its share of a total in percent; the total stands beside it."""
    if math.isnan(value) or math.isnan(total) or total == 0:
        return count(value)
    return f"{value:.0f} ({100 * value / total:.1f})"


def decimal(value: float, digits: int = 3) -> str:
    """Write a number with a fixed count of decimals."""
    return NOT_ESTIMABLE if math.isnan(value) else f"{value:.{digits}f}"


def p_value(value: float) -> str:
    """Write a p value, a dash when there is none."""
    return NOT_KNOWN if math.isnan(value) else "< 0.001" if value < 0.001 else decimal(value)


def with_interval(value: float, lower: float, upper: float, digits: int = 3) -> str:
    """Write an estimate with its interval."""
    if math.isnan(value):
        return NOT_ESTIMABLE
    if math.isnan(lower) or math.isnan(upper):
        return f"{value:.{digits}f} (interval {NOT_ESTIMABLE})"
    return f"{value:.{digits}f} ({lower:.{digits}f} to {upper:.{digits}f})"


def plain_number(value: float) -> str:
    """Write a median, minimum or maximum without trailing zeros, a dash when missing."""
    return NOT_KNOWN if math.isnan(value) else f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def spread(median: float, low: float, high: float) -> str:
    """Write a median with its range."""
    if math.isnan(median):
        return NOT_KNOWN
    return f"{plain_number(median)} ({plain_number(low)} to {plain_number(high)})"


def described(root: str | None) -> str:
    """Say whose data a collection holds: without a folder of its own it is this run's phantoms."""
    return "phantoms" if root is None else "real patients"


def words(text: str) -> str:
    """Write a name of the code as a reader says it, also that of a set under a cut of a score."""
    name, comma, rest = text.partition(", ")
    if comma and name in NAMES:
        return f"{NAMES[name]}{comma}{rest}"
    return NAMES.get(text, text.replace("_", " "))


def in_words(texts: pd.Series) -> pd.Series:
    """Sentences with every name of the code that is in them as a reader says it."""
    return texts.str.replace(CODE_NAME, lambda one: words(one[0]), regex=True)
