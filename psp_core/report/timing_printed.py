"""The printed clinical-only and multimodal rows of Gomaa 2025, as counts of patients."""

from __future__ import annotations

import pandas as pd

from psp_core.audit.power import implied_interval
from psp_core.evaluation.predictions import TEST
from psp_core.params.published_counts import PUBLISHED_COUNTS, TEST_SET
from psp_core.report.formatting import with_interval
from psp_core.report.published_results import gomaa_results

ROWS = {"clinical": "clinical data only", "multimodal": "multimodal"}
QUOTES = (
    "the time between the last treatment and the first progression has the greatest influence on "
    "the model's prediction",
    "the time between the treatment termination and the time point at which progression was "
    "observed",
)
"""Gomaa 2025, Results and Discussion: the interval that the model sees, in the paper's words."""


def printed_aucs() -> dict[str, float]:
    """AUC of the soft vote on the external test by row of Table 3."""
    return {arm: _figures(arm)["auc"] for arm in ROWS}


def printed_rows(*, confidence_level: float = 0.95) -> pd.DataFrame:
    """Both rows as printed, the patients they count, and the intervals that n implies.

    Returns
    -------
    DataFrame
        ``row``, ``n_true_progression``, ``n_pseudoprogression``, ``auc``, ``lower`` and
        ``upper`` (Hanley and McNeil, on the logit scale), ``right`` (patients called rightly: the
        printed accuracy of all), ``found`` (true progressions called so: the printed
        sensitivity), ``pairs`` (the printed AUC of all pairs of both classes).
    """
    n_positive, n_negative = PUBLISHED_COUNTS[TEST_SET]
    rows = []
    for arm, title in ROWS.items():
        printed = _figures(arm)
        implied = implied_interval(
            printed["auc"],
            n_positive=n_positive,
            n_negative=n_negative,
            confidence_level=confidence_level,
        )
        rows.append(
            {
                "row": title,
                "n_true_progression": n_positive,
                "n_pseudoprogression": n_negative,
                "auc": printed["auc"],
                "lower": implied.logit_lower,
                "upper": implied.logit_upper,
                "right": round(printed["accuracy"] * (n_positive + n_negative)),
                "found": round(printed["sensitivity"] * n_positive),
                "pairs": printed["auc"] * n_positive * n_negative,
            }
        )
    return pd.DataFrame(rows)


def format_printed_rows(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Write both rows as text, and a sentence on what lies between them."""
    total = table["n_true_progression"] + table["n_pseudoprogression"]
    rows = table.to_dict("records")
    text = pd.DataFrame(
        {
            "row as printed": table["row"],
            "true progression": table["n_true_progression"],
            "pseudoprogression": table["n_pseudoprogression"],
            "AUC (interval that n implies)": [
                with_interval(row["auc"], row["lower"], row["upper"]) for row in rows
            ],
            "called rightly": [f"{k}/{n}" for k, n in zip(table["right"], total, strict=True)],
            "true progressions found": [
                f"{row['found']}/{row['n_true_progression']}" for row in rows
            ],
        }
    )
    apart = int(table["right"].iloc[1] - table["right"].iloc[0])
    pairs = float(table["pairs"].iloc[1] - table["pairs"].iloc[0])
    all_pairs = int(table["n_true_progression"].iloc[0] * table["n_pseudoprogression"].iloc[0])
    patients = "patient" if abs(apart) == 1 else "patients"
    sentence = (
        f"The multimodal row calls {abs(apart)} {patients} of {int(total.iloc[0])} "
        f"{'more' if apart >= 0 else 'fewer'} rightly than clinical data only, and orders "
        f"{abs(pairs):.1f} of {all_pairs} pairs {'more' if pairs >= 0 else 'fewer'} rightly; a "
        "printed AUC is rounded, and a fraction of a pair is a tie, rounding or an interpolated "
        "curve."
    )
    return text, sentence


def _figures(arm: str) -> dict[str, float]:
    printed = gomaa_results()
    own = printed[(printed["split"] == TEST) & (printed["table"] == "3") & (printed["arm"] == arm)]
    return dict(zip(own["figure"], own["soft_vote"].astype(float), strict=True))
