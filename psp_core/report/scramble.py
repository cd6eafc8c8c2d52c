"""The label scramble as a table, a figure, and where a single permutation would have lain."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.permutations import permutation_null
from psp_core.report.formatting import NOT_ESTIMABLE, decimal, with_interval
from psp_core.study.scramble import OBSERVED, SINGLE

COLOUR, SINGLE_COLOUR = "#3f6fb2", "#b2573f"
SIGN_ONLY = "only the sign is tested"
STATISTICS = {"external": "soft vote, other centre", "internal": "mean within-fold, own centre"}


def scramble_table(fits: pd.DataFrame, *, confidence_level: float) -> pd.DataFrame:
    """Observed AUC beside those under permuted training labels, with p = (b + 1) / (m + 1).

    Parameters
    ----------
    fits : DataFrame
        Of `study.scramble.scramble_labels`.
    confidence_level : float
        Of the interval of the null's mean, and the null's central share.

    Returns
    -------
    DataFrame
        Two rows per model; the last column says whether chance lies in the mean's interval. In
        place of p stands `SIGN_ONLY` where the null has two values at most: a score that follows
        one variable has an AUC of a or 1 - a whatever the labels, and p is near 0.5 or 1.
    """
    rows = []
    for title, part in fits.groupby("title", sort=False):
        for statistic, name in STATISTICS.items():
            row = {"model": title, "AUC": name}
            observed = _of(part, OBSERVED, statistic)
            drawn = part.loc[part["permutation"] > 0, statistic]
            try:
                null = permutation_null(observed, drawn, confidence_level=confidence_level)
            except UndefinedMetricError as error:
                rows.append({**row, "observed": NOT_ESTIMABLE, "note": str(error)})
                continue
            rows.append(
                {
                    **row,
                    "observed": decimal(observed),
                    "mean under permutation": with_interval(null.mean, null.lower, null.upper),
                    f"central {100 * confidence_level:.0f} %": f"{null.low:.3f} to {null.high:.3f}",
                    "as large": f"{null.n_as_large}/{null.n_permutations}",
                    "p": SIGN_ONLY if _has_two_values(drawn) else f"{null.p_value:.3f}",
                    "0.5": _centred(null.lower, null.is_centred()),
                }
            )
    return pd.DataFrame(rows).fillna("")


def single_permutation(fits: pd.DataFrame) -> pd.DataFrame:
    """Where one permutation by a fixed seed lies among many, and what it could have been.

    Jang 2018 shuffles images and clinical values with one common seed, which permutes the
    labels once; a single draw says nothing of how far such draws spread.

    Parameters
    ----------
    fits : DataFrame
        Of `study.scramble.scramble_labels`.

    Returns
    -------
    DataFrame
        ``model``, ``one permutation`` (its AUC on the other centre), ``others below``, and the
        smallest and largest AUC among the ``others``.
    """
    rows = []
    for title, part in fits.groupby("title", sort=False):
        single = _of(part, SINGLE, "external")
        drawn = part.loc[part["permutation"] > 0, "external"].dropna().to_numpy()
        if np.isnan(single) or not len(drawn):
            continue
        below = int((drawn < single).sum())
        rows.append(
            {
                "model": title,
                "one permutation": decimal(single),
                "others below": f"{below}/{len(drawn)}",
                "others": f"{drawn.min():.3f} to {drawn.max():.3f}",
            }
        )
    return pd.DataFrame(rows, columns=["model", "one permutation", "others below", "others"])


def plot_scramble(fits: pd.DataFrame) -> list[Axes]:
    """Draw AUCs on the other centre under permuted labels, one panel per model.

    Parameters
    ----------
    fits : DataFrame
        Of `study.scramble.scramble_labels`; a model without any such AUC has no panel.
    """
    there = fits[fits["external"].notna()]
    titles = list(dict.fromkeys(there["title"]))
    if not titles:
        return []
    figure, panels = plt.subplots(
        *(len(titles), 1), figsize=(6.4, 1.7 * len(titles) + 0.6), sharex=True, squeeze=False,
        layout="constrained",
    )  # fmt: skip
    bins = np.linspace(0, 1, 41)
    for ax, title in zip(panels[:, 0], titles, strict=True):
        part = there[there["title"] == title]
        ax.hist(part.loc[part["permutation"] > 0, "external"], bins=bins, color="0.75")
        for number, colour, name in (
            (OBSERVED, COLOUR, "labels as they are"),
            (SINGLE, SINGLE_COLOUR, "one permutation by a fixed seed"),
        ):
            ax.axvline(_of(part, number, "external"), color=colour, linewidth=2, label=name)
        ax.axvline(0.5, color="0.3", linewidth=0.8, linestyle="--")
        ax.set_title(title, fontsize="medium", loc="left")
        ax.set(ylabel="permutations", xlim=(0, 1))
        ax.spines[["top", "right"]].set_visible(False)
    panels[0, 0].legend(frameon=False, fontsize="small", loc="upper left")
    panels[-1, 0].set_xlabel("AUC of the soft vote on the other centre")
    figure.align_ylabels()
    return list(panels[:, 0])


def _of(part: pd.DataFrame, number: int, statistic: str) -> float:
    """A statistic of one permutation; NaN where it is not there."""
    found = part.loc[part["permutation"] == number, statistic]
    return float(found.iloc[0]) if len(found) else float("nan")


def _has_two_values(drawn: pd.Series) -> bool:
    """Whether more than two permutations give no more than two results."""
    known = drawn.dropna()
    return len(known) > 2 and known.round(9).nunique() <= 2


def _centred(lower: float, is_centred: bool) -> str:
    if np.isnan(lower):
        return NOT_ESTIMABLE
    return "inside" if is_centred else "outside"
