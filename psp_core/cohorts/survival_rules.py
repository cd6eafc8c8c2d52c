"""Which rule could give the paper's 592 survival samples: every plausible one, counted.

Gomaa 2025 transfers from 592 survival samples of UCSF-PDGM and UPENN-GBM and does not say
how they were chosen. The group's earlier survival study divided 378 patients of UPENN-GBM
(264 / 57 / 57), which leaves 214 for UCSF-PDGM if the same were used.
"""

from __future__ import annotations

import pandas as pd

from psp_core.cohorts.overlap import without_overlap

PUBLISHED = 592
PUBLISHED_UPENN = 378


def count_survival_rules(
    upenn: pd.DataFrame,
    ucsf: pd.DataFrame,
    *,
    brats_patients: pd.Series[str] | None = None,
    crosswalk: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count the patients that each rule leaves.

    Parameters
    ----------
    upenn, ucsf : DataFrame
        Cohort tables of the two collections; every row has T1CE and FLAIR. Only time
        point 0, the scan before the first surgery, is counted.
    brats_patients : Series of str, optional
        ``brats2021/<case>`` of the BraTS 2021 cases at hand; with `crosswalk` the rules also
        tell how many patients are left without them.
    crosswalk : DataFrame, optional
        From `brats_crosswalk.read_crosswalk`.

    Returns
    -------
    DataFrame
        ``rule``, ``n_upenn_gbm``, ``n_ucsf_pdgm``, ``n_together``, ``difference_to_592``.
    """
    rows = []
    counted = {"upenn_gbm": _rules(upenn), "ucsf_pdgm": _rules(ucsf)}
    if brats_patients is not None and crosswalk is not None:
        for dataset, rules in counted.items():
            own = dataset + "/" + rules["survival time known"]
            kept, _ = without_overlap(own, brats_patients, crosswalk)
            rules["survival time known, not in BraTS 2021"] = pd.Series(kept, dtype=object)
    for rule in counted["upenn_gbm"]:
        upenn_n, ucsf_n = (len(rules[rule]) for rules in counted.values())
        together = upenn_n + ucsf_n
        rows.append((rule, upenn_n, ucsf_n, together, together - PUBLISHED))
    columns = ["rule", "n_upenn_gbm", "n_ucsf_pdgm", "n_together", "difference_to_592"]
    return pd.DataFrame(rows, columns=columns)


def _rules(cohort: pd.DataFrame) -> dict[str, pd.Series[str]]:
    """Patients that each rule keeps."""
    baseline = cohort[cohort["timepoint"] == 0]
    timed = baseline["survival_days"].notna()
    died = timed & (baseline["survival_event"] == 1)
    wildtype = baseline["idh_status"] == "wildtype"
    complete = (baseline[["idh_status", "mgmt_status", "sex"]] != "unknown").all(axis=1)
    rules = {
        "survival time known": timed,
        "time and event known": timed & baseline["survival_event"].notna(),
        "died": died,
        "survival time known, IDH wildtype": timed & wildtype,
        "died, IDH wildtype": died & wildtype,
        "survival time known, IDH not mutant": timed & (baseline["idh_status"] != "mutant"),
        "survival time known, resected": timed
        & baseline["resection"].isin(["gross_total", "subtotal"]),
        "survival time known, gross total": timed & (baseline["resection"] == "gross_total"),
        "survival time, age, sex, IDH and MGMT known": timed
        & complete
        & baseline["age_years"].notna(),
    }
    return {rule: baseline.loc[mask, "subject_id"] for rule, mask in rules.items()}
