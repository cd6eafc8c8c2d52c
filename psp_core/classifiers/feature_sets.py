"""What an arm may see of a patient: named sets of columns, with or without the image."""

from __future__ import annotations

from dataclasses import dataclass

from psp_core.errors import EstimatorError

DOSES = ("mean_dose_gy", "min_dose_gy", "median_dose_gy", "d98_gy")
STATUS = ("sex", "idh_status", "mgmt_status")
JANG = ("age_years", "total_dose_gy", "fractions", "days_since_rt")


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
    "clinical_no_time": FeatureSet(("age_years", *DOSES), STATUS),
    "clinical_no_dose_no_time": FeatureSet(("age_years",), STATUS),
    "age_mgmt": FeatureSet(("age_years",), ("mgmt_status",)),
    "time_only": FeatureSet(("days_since_rt",)),
    "dose_only": FeatureSet(DOSES),
    "volume_only": FeatureSet(("lesion_volume_cm3",)),
    "visit_only": FeatureSet(("visit_number",)),
    "missingness": FeatureSet(("days_since_rt", "age_years", *DOSES, "lesion_volume_cm3"), STATUS),
    "jang": FeatureSet(JANG, STATUS, uses_image=True),
    "jang_clinical": FeatureSet(JANG, STATUS),
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
