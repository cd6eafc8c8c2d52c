"""Who would have entered an earlier study: its inclusion criteria on our columns.

Jang et al. (Sci Rep 2018;8:12516) took patients after gross total resection with a single
measurable enhancing lesion within the 80 % isodose line, and excluded those with an
enhancing lesion before chemoradiation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

LEAST_INSIDE = 0.95  # of the volume "within" an isodose; ours: a drawn rim has a voxel to spare
COLUMNS = ("resection", "n_lesions", "v80_percent", "fraction_outside", "lesion_growth_cm3",
           "lesion_growth_ratio")  # fmt: skip
"""What the rules read, beside ``dataset`` and ``subject_id``."""
RULES = ("dataset", "rule", "applied", "n_failing", "n_unknown", "why_not")


@dataclass(frozen=True)
class _Rule:
    """A criterion: its name, what a patient who fails is told, and how to judge patients.

    ``judge`` gives two boolean series: whether the criterion is known, and whether it is met.
    """

    name: str
    fails: str
    judge: Callable[[pd.DataFrame], tuple[pd.Series, pd.Series]]


def _resection(patients: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    values = patients["resection"].fillna("unknown")
    return values != "unknown", values == "gross_total"


def _single(patients: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    values = patients["n_lesions"].astype(float)
    return values.notna(), values == 1


def _inside(patients: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    covered = 1 - patients["fraction_outside"].astype(float)
    share = patients["v80_percent"].astype(float) / 100 * covered
    return share.notna(), share >= LEAST_INSIDE


def _is_new(patients: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    # Growth is known where there was a visit before, relative growth only where it had a lesion.
    return patients["lesion_growth_cm3"].notna(), patients["lesion_growth_ratio"].isna()


JANG = (
    _Rule("gross total resection", "no gross total resection", _resection),
    _Rule("single lesion", "not a single lesion", _single),
    _Rule("inside the 80 % isodose", "not inside the 80 % isodose", _inside),
    _Rule("no earlier enhancement", "a lesion there at the visit before", _is_new),
)


def jang_reasons(patients: pd.DataFrame) -> tuple[dict[str, str], pd.DataFrame]:
    """Apply the criteria of Jang 2018, each where a collection tells it.

    A criterion that is known of nobody in a collection is not applied to it; where it is
    known of some, a patient of whom it is not leaves. The lesion before is that of
    the visit before, which need not be the one before radiotherapy.

    Parameters
    ----------
    patients : DataFrame
        One row per patient: ``dataset``, ``subject_id`` and those of `COLUMNS` that there are.

    Returns
    -------
    reasons : dict of str to str
        By ``dataset/subject_id``: every criterion that a patient fails, of those who leave.
    rules : DataFrame
        `RULES`, one row per collection and criterion.
    """
    table = patients.reindex(columns=["dataset", "subject_id", *COLUMNS])
    reasons: dict[str, list[str]] = {}
    rows = []
    for dataset, group in table.groupby("dataset", sort=True):
        for rule in JANG:
            known, met = rule.judge(group)
            applied = bool(known.any())
            why_not = "" if applied else "not applicable here: known of nobody in this collection"
            failing = int((known & ~met).sum())
            rows.append((dataset, rule.name, applied, failing, int((~known).sum()), why_not))
            for position in group.index[~(known & met)] if applied else ():
                told = rule.fails if known[position] else f"{rule.name}: unknown"
                key = f"{dataset}/{group.loc[position, 'subject_id']}"
                reasons.setdefault(key, []).append(told)
    told_once = {key: "; ".join(told) for key, told in reasons.items()}
    return told_once, pd.DataFrame(rows, columns=list(RULES))
