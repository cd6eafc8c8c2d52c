"""What an arm may see of a patient: named sets of columns, with or without the image."""

from __future__ import annotations

from dataclasses import dataclass

from psp_core.errors import EstimatorError

DOSES = ("mean_dose_gy", "min_dose_gy", "median_dose_gy", "d98_gy")
STATUS = ("sex", "idh_status", "mgmt_status")


@dataclass(frozen=True)
class FeatureSet:
    """Columns of the patients table that an arm sees.

    Attributes
    ----------
    continuous, categorical : tuple of str
        Columns; a missing value is NaN in the first, ``unknown`` in the second.
    uses_image : bool
        Whether the tokens of the scan are seen too.
    """

    continuous: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    uses_image: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, the continuous ones first."""
        return (*self.continuous, *self.categorical)


FEATURE_SETS: dict[str, FeatureSet] = {
    "full": FeatureSet(("days_since_rt", "age_years", *DOSES), STATUS, uses_image=True),
    "no_dose": FeatureSet(("days_since_rt", "age_years"), STATUS, uses_image=True),
    "no_dose_no_time": FeatureSet(("age_years",), STATUS, uses_image=True),
    "clinical_only": FeatureSet(("days_since_rt", "age_years", *DOSES), STATUS),
    "image_only": FeatureSet(uses_image=True),
    "time_only": FeatureSet(("days_since_rt",)),
    "none": FeatureSet(),
}


def feature_set_of(name: str) -> FeatureSet:
    """The feature set of a name.

    Raises
    ------
    EstimatorError
        If there is none of that name.
    """
    if name not in FEATURE_SETS:
        raise EstimatorError(
            f"there is no feature set {name!r}; expected one of {', '.join(FEATURE_SETS)}"
        )
    return FEATURE_SETS[name]
