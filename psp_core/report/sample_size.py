"""How many patients a prediction model needs, by its number of parameters."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from psp_core.audit.riley import development_size, expected_shrinkage
from psp_core.report.formatting import count

LINES = {
    "shrinkage": ("shrinkage", "#0072b2", "-"),
    "optimism": ("optimism of R²", "#009e73", "--"),
    "intercept": ("intercept", "#d55e00", ":"),
}


def sample_size_table(area: float, training: tuple[int, int], most_parameters: int) -> pd.DataFrame:
    """Patients for a development with 1 to `most_parameters` parameters.

    Parameters
    ----------
    area : float
        Expected AUC, above 0.5.
    training : (int, int)
        Patients of each class at hand; their share of positives is used.
    most_parameters : int

    Returns
    -------
    DataFrame
        ``n_parameters, shrinkage, optimism, intercept, needed``, and ``expected_shrinkage`` with
        the patients at hand.
    """
    share = training[0] / sum(training)
    rows = []
    for number in range(1, most_parameters + 1):
        size = development_size(area, share, n_parameters=number)
        expected = expected_shrinkage(area, share, n_parameters=number, n_patients=sum(training))
        rows.append(
            {
                "n_parameters": number,
                **vars(size),
                "needed": size.needed,
                "expected_shrinkage": expected,
            }
        )
    return pd.DataFrame(rows)


def format_sample_size(table: pd.DataFrame, n: int) -> pd.DataFrame:
    """Write `sample_size_table` as text, `n` being the patients at hand."""
    rows = table.to_dict("records")
    return pd.DataFrame(
        {
            "parameters": table["n_parameters"],
            "shrinkage at least 0.9": table["shrinkage"],
            "optimism at most 0.05": table["optimism"],
            "intercept within 0.05": table["intercept"],
            "patients needed": table["needed"],
            f"expected shrinkage with {n}": [_factor(row["expected_shrinkage"]) for row in rows],
        }
    )


def tell_sample_size(table: pd.DataFrame, area: float, n: int) -> str:
    """Say what a model of the fewest parameters needs, and which criterion asks for it.

    Parameters
    ----------
    table : DataFrame
        See `sample_size_table`.
    area : float
        The expected AUC it was made for.
    n : int
        Patients at hand.
    """
    first = table.sort_values("n_parameters").iloc[0]
    largest = [LINES[name][0] for name in LINES if first[name] == first["needed"]]
    number = int(first["n_parameters"])
    return (
        f"A model of {number} {'parameter' if number == 1 else 'parameters'} and an AUC of "
        f"{area:g} needs {count(float(first['needed']))} patients, most of all for its "
        f"{' and its '.join(largest)}; {n} are at hand."
    )


def plot_sample_size(table: pd.DataFrame, n: int, *, ax: Axes | None = None) -> Axes:
    """Draw the patients that each criterion asks for, and the `n` at hand."""
    if ax is None:
        _, ax = plt.subplots(figsize=(6.0, 3.4), layout="constrained")
    for name, (label, colour, line) in LINES.items():
        ax.plot(table["n_parameters"], table[name], line, color=colour, label=label)
    ax.axhline(n, color="0.3", linewidth=0.9, label=f"at hand: {n}")
    ax.set(xlabel="Parameters", ylabel="Patients", ylim=(0, None))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _factor(value: float) -> str:
    return f"{value:.2f}" if value > 0 else "none is left"
