"""Counts of the rules that could give 592 survival samples."""

import numpy as np
import pandas as pd

from psp_core.cohorts.schema import make_cohort
from psp_core.cohorts.survival_rules import count_survival_rules

ROW = {
    "timepoint": 0, "sex": "F", "idh_status": "wildtype", "mgmt_status": "methylated",
    "age_years": 50, "survival_days": 400, "survival_event": 1, "resection": "subtotal",
}  # fmt: skip


def cohort(dataset: str, *changes: dict[str, object]) -> pd.DataFrame:
    rows = [
        {"subject_id": f"{dataset[0]}-{n}", "dataset": dataset, **ROW, **one}
        for n, one in enumerate(changes)
    ]
    return make_cohort(rows, source=dataset)


UPENN = cohort(
    "upenn_gbm", {}, {"survival_event": 0}, {"survival_days": np.nan}, {"idh_status": "mutant"},
    {"timepoint": 1}, {"survival_event": np.nan, "resection": "gross_total"},
)  # fmt: skip
UCSF = cohort("ucsf_pdgm", {"mgmt_status": "unknown"}, {"resection": "biopsy"})


def test_each_rule_counts_patients_of_both_collections() -> None:
    counts = count_survival_rules(UPENN, UCSF).set_index("rule")
    told = counts[["n_upenn_gbm", "n_ucsf_pdgm"]].T.to_dict("list")
    assert told == {
        "survival time known": [4, 2],
        "time and event known": [3, 2],
        "died": [2, 2],
        "survival time known, IDH wildtype": [3, 2],
        "died, IDH wildtype": [1, 2],
        "survival time known, IDH not mutant": [3, 2],
        "survival time known, resected": [4, 1],
        "survival time known, gross total": [1, 0],
        "survival time, age, sex, IDH and MGMT known": [4, 1],
    }
    assert (counts["difference_to_592"] == counts["n_together"] - 592).all()


def test_with_the_crosswalk_brats_cases_can_be_left_out() -> None:
    crosswalk = pd.DataFrame(
        [("BraTS2021_00001", "upenn_gbm", "u-0"), ("BraTS2021_00002", "ucsf_pdgm", "u-1")],
        columns=["brats_id", "dataset", "subject_id"],
    )
    brats = pd.Series(["brats2021/BraTS2021_00001"])
    counts = count_survival_rules(UPENN, UCSF, brats_patients=brats, crosswalk=crosswalk)
    last = counts.set_index("rule").loc["survival time known, not in BraTS 2021"]
    assert last[["n_upenn_gbm", "n_ucsf_pdgm"]].tolist() == [3, 2]
