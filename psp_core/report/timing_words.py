"""What the words of the timing page mean: label rules, resamples, splits and folds."""

from __future__ import annotations

import pandas as pd

from psp_core.cohorts.timing_selections import EARLY, RULES
from psp_core.report.formatting import count

OF_EVENT = {
    "first_non_distant": "the first follow-up with progression or pseudoprogression, distant "
    "progression left aside",
    "first": "the first follow-up with an event of any kind; who has distant progression there "
    "has no class",
    "ever_pseudoprogression": "the first pseudoprogression, also where progression came before "
    "it; without one the first progression of any kind, which counts as true",
}
"""By the event rules of `labels.first_event`."""


def tell_rules(early_days: float) -> str:
    """Say what each label rule of `timing_selections.RULES` takes for the event.

    Parameters
    ----------
    early_days : float
        Last day of an event under the rule `EARLY`.

    Returns
    -------
    str
        A Markdown list.
    """
    lines = []
    for rule, asked in RULES.items():
        text = OF_EVENT[asked["event"]]
        if rule == EARLY:
            text += f", if it lies within {count(early_days)} days of the end of radiotherapy"
        lines.append(f"- *{rule}*: {text}.")
    return "\n".join(lines)


def tell_resampling(fits: pd.DataFrame, *, folds: float, confidence_level: float) -> str:
    """Say over how many splits is averaged, how often patients are resampled, and to which bounds.

    Parameters
    ----------
    fits : DataFrame
        See `timing_question.real_fits`.
    folds : float
        Of each split.
    confidence_level : float
    """
    fitted = fits[fits["auc"].notna()]
    if fitted.empty:
        return "No analysis has enough patients of both classes for a fit."
    told = f"{_range(fitted['splits'])} splits into {count(folds)} folds"
    drawn = fitted[fitted["resamples"] > 0]
    if drawn.empty:
        return f"{told}; patients are not resampled."
    told += f"; patients resampled {_range(drawn['resamples'])} times"
    if drawn["bootstrap_lower"].isna().all():
        return f"{told}, too few for percentiles."
    outside = 50 * (1 - confidence_level)
    return f"{told}, bounds at the percentiles {outside:g} and {100 - outside:g}."


def _range(values: pd.Series) -> str:
    low, high = count(float(values.min())), count(float(values.max()))
    return low if low == high else f"{low} to {high}"
