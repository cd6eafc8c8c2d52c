"""Subgroups of a result that a reviewer asks for: markers, age, place in the field."""

from __future__ import annotations

from collections.abc import Mapping

from psp_core.cohorts.subsets import UNKNOWN, Subset

OLDER_YEARS = 60.0
"""Declared before any result, not a median of this cohort; an assumption of ours."""

FIELD = {"in_field": "in-field", "marginal": "marginal", "outside": "out of field"}
MARKERS = {
    "idh_status": ("IDH", ("wildtype", "mutant", UNKNOWN)),
    "mgmt_status": ("MGMT", ("methylated", "unmethylated", UNKNOWN)),
}


def _equal_to(title: str, column: str, value: str) -> Subset:
    return Subset(title, column, lambda values: values == value)


SUBGROUPS: Mapping[str, Subset] = {
    **{
        f"{column.removesuffix('_status')}_{value}": _equal_to(f"{marker} {value}", column, value)
        for column, (marker, values) in MARKERS.items()
        for value in values
    },
    "younger": Subset(
        f"younger than {OLDER_YEARS:g} years", "age_years", lambda values: values < OLDER_YEARS
    ),
    "older": Subset(
        f"{OLDER_YEARS:g} years and older", "age_years", lambda values: values >= OLDER_YEARS
    ),
    **{place: _equal_to(f"lesion {title}", "field_call", place) for place, title in FIELD.items()},
}
"""By name; a patient of whom age or place is not known is in none of them, while an unknown
marker is a category of its own."""
