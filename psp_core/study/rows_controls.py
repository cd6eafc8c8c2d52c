"""Controls: one figure alone, a part of the values, what is missing, an untrained encoder."""

from __future__ import annotations

from typing import Any

from psp_core.study.entry import Entry

LOGISTIC = "psp_core.classifiers.clinical:ClinicalLogistic"
NETWORK = "psp_core.classifiers.network:NetworkClassifier"
UNTRAINED: dict[str, Any] = {"sources": {"tokens": "untrained_tokens"}}
LOGISTIC_ON = {
    "volume_only": "lesion volume only",
    "dose_only": "dose only",
    "visit_only": "number of the visit only",
    "age_mgmt": "age and MGMT only",
    "clinical_no_time": "clinical without time",
    "clinical_no_dose_no_time": "clinical without dose and time",
}
ROWS: dict[str, Entry] = {
    "majority": Entry("psp_core.classifiers.controls:Majority", "none", "majority"),
    "days_only": Entry(
        "psp_core.classifiers.controls:DaysOnly", "time_only", "days since radiotherapy only"
    ),
    **{
        name: Entry(LOGISTIC, name, title, {"feature_set": name})
        for name, title in LOGISTIC_ON.items()
    },
    "missingness_only": Entry(
        "psp_core.classifiers.controls:MissingnessOnly", "missingness", "what is missing only"
    ),
    "mri_only_untrained": Entry(
        *(NETWORK, "image_only", "MRI only, untrained encoder"),
        {"architecture": "mri_only", "feature_set": "image_only"},
        **UNTRAINED,
    ),
    "mri_only_untrained_lesion": Entry(
        *(NETWORK, "image_only", "MRI only, untrained encoder, lesion tokens"),
        {"architecture": "mri_only", "feature_set": "image_only", "tokens_used": "lesion"},
        **UNTRAINED,
    ),
    "proposed_untrained_lesion": Entry(
        *(NETWORK, "full", "proposed, untrained encoder, lesion tokens"),
        {"architecture": "proposed", "feature_set": "full", "tokens_used": "lesion"},
        **UNTRAINED,
    ),
}
