"""Optimism as a table of paired differences, and a curve."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd

from psp_core.report.optimism import optimism_table, plot_curve


def table() -> pd.DataFrame:
    rows = []
    for seed in (1, 2, 3):
        for arm, inside in (("closed", 0.6), ("published: both", 0.7 + 0.01 * seed)):
            rows += [(arm, 2.0, "validation", inside, seed), (arm, 2.0, "fresh", 0.6, seed)]
        rows += [("", size, "validation", 0.6, seed) for size in (1.0, 2.0)]
    found = pd.DataFrame(rows, columns=["arm", "n_features", "dataset", "auc", "seed"])
    return found.assign(story="as set", curve="watched")


def test_differences_are_paired_by_cohort_with_students_interval() -> None:
    shown = optimism_table(table(), "as set", fresh="fresh").set_index("arm")
    assert shown["validation minus closed"]["published: both"] == "+0.120 (+0.095 to +0.145)"
    assert shown["validation minus closed"]["closed"] == "+0.000 (+0.000 to +0.000)"
    assert shown["cohorts"].tolist() == [3, 3]


def test_one_cohort_has_no_interval() -> None:
    one = table()[lambda rows: rows["seed"] == 1]
    shown = optimism_table(one, "as set", fresh="fresh").set_index("arm")
    assert shown["validation minus fresh"]["published: both"] == "+0.110"


def test_the_curve_has_a_line_for_each_set_that_is_there() -> None:
    ax = plot_curve(table(), "as set", fresh="fresh")
    assert str(ax.lines[0].get_label()).startswith("stopped on the validation fold")
    plt.close(ax.figure)  # type: ignore[arg-type]
