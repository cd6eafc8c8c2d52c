"""Label of a time point of UCSD-PTGBM: treatment effect if listed, else true progression."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from psp_core.cohorts.plugins.ucsd_negatives import EFFECTS
from psp_core.errors import ConfigError
from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS, UNLABELLED


@dataclass(frozen=True, kw_only=True)
class Rule:
    """When a time point has a class."""

    effects: tuple[str, ...]  # that count as pseudoprogression
    earliest: int | None  # days after the last radiation
    latest: int | None

    @property
    def name(self) -> str:
        """Name of the rule in the cohort table."""
        first, last = ("any" if day is None else day for day in (self.earliest, self.latest))
        return f"listed_{'_'.join(self.effects)}+days_{first}_to_{last}"


def check_rule(rule: Rule) -> None:
    """Refuse a rule that cannot be.

    Raises
    ------
    ConfigError
        If an effect is unknown, there is none, or the window ends before it begins.
    """
    unknown = [name for name in rule.effects if name not in EFFECTS]
    faults = [
        f"treatment_effect has {name!r}; expected one of {', '.join(EFFECTS)}" for name in unknown
    ]
    if not rule.effects:
        faults.append(f"treatment_effect is empty; expected some of {', '.join(EFFECTS)}")
    earliest, latest = rule.earliest, rule.latest
    if earliest is not None and latest is not None and earliest > latest:
        faults.append(
            f"earliest_days_since_rt is {earliest}, after latest_days_since_rt, {latest}; "
            "exchange them"
        )
    if faults:
        raise ConfigError("ucsd_ptgbm", faults)


def label_of(
    scan_id: str,
    clinical: Mapping[Any, Any] | None,
    negatives: pd.DataFrame | None,
    rule: Rule,
) -> tuple[str, str, str]:
    """Label one time point.

    Parameters
    ----------
    clinical : mapping or None
        Its row of `read_clinical`, None if it has none.
    negatives : DataFrame or None
        From `read_negatives`; without it nothing has a label.

    Returns
    -------
    label, reference_standard, reason : str
        ``reason`` says why there is no label, else it is empty.
    """
    listed = negatives is not None and scan_id in negatives.index
    case = negatives.loc[scan_id] if negatives is not None and listed else None
    standard = "unknown" if case is None else str(case["reference_standard"])
    days = math.nan if clinical is None else float(clinical["days_since_rt"])
    reason = ""
    if negatives is None:
        reason = "no workbook of negative cases"
    elif clinical is None:
        reason = "not in the clinical workbook"
    elif case is not None and not case["effects"]:
        reason = "listed without a diagnosis that is understood"
    elif case is not None and not set(case["effects"].split("+")) <= set(rule.effects):
        reason = f"listed as {case['effects']}, which the rule does not count"
    elif math.isnan(days):
        reason = "no day of the last radiation"
    elif rule.earliest is not None and days < rule.earliest:
        reason = f"less than {rule.earliest} days after the last radiation"
    elif rule.latest is not None and days > rule.latest:
        reason = f"more than {rule.latest} days after the last radiation"
    if reason:
        return UNLABELLED, "unknown", reason
    return (NEGATIVE_CLASS if listed else POSITIVE_CLASS), standard, ""
