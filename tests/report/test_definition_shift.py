"""Differences between lesion definitions: paired, patient by patient."""

from __future__ import annotations

import itertools
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from pandas.errors import MergeError

from psp_core.evaluation.classes import POSITIVE_CLASS
from psp_core.report.definition_shift import (
    definition_differences,
    definition_table,
    format_definition_table,
    plot_definition_shift,
)

SHIFTS = {"enhancing": 0.0, "core": -2.0, "whole": -5.0}


@pytest.fixture
def features() -> pd.DataFrame:
    """D98 falls by SHIFTS with the region and by nothing with the component."""
    rng = np.random.default_rng(0)
    base = rng.uniform(30, 60, 6)
    rows = [
        {
            "dataset": "phantom",
            "subject_id": f"P{number}",
            "timepoint": 1,
            "label": POSITIVE_CLASS,
            "region": region,
            "component": component,
            "is_default": (region, component) == ("enhancing", "all"),
            "d98_gy": base[number] + SHIFTS[region],
            "volume_cm3": 10.0 + list(SHIFTS).index(region),
        }
        for number, region, component in itertools.product(
            range(6), SHIFTS, ("all", "largest", "growing")
        )
    ]
    return pd.DataFrame(rows)


def test_differences_are_paired(features: pd.DataFrame) -> None:
    found = definition_differences(features, ["d98_gy", "volume_cm3"])
    assert len(found) == 6 * 8 * 2
    d98 = found[found["feature"] == "d98_gy"]
    np.testing.assert_allclose(d98["difference"], d98["region"].map(SHIFTS), atol=1e-9)


def test_the_order_of_rows_does_not_matter(features: pd.DataFrame) -> None:
    order = ["subject_id", "region", "component"]
    found, shuffled = (
        definition_differences(rows, ["d98_gy"]).sort_values(order, ignore_index=True)
        for rows in (features, features.sample(frac=1, random_state=0))
    )
    pd.testing.assert_frame_equal(found, shuffled)


def test_a_dose_that_is_not_known_is_not_a_difference(features: pd.DataFrame) -> None:
    features.loc[features["subject_id"] == "P0", "d98_gy"] = np.nan
    table = definition_table(definition_differences(features, ["d98_gy"]))
    assert set(table["n"]) == {5}
    whole = table[(table["region"] == "whole") & (table["component"] == "all")].iloc[0]
    assert (whole["median"], whole["median_absolute"]) == pytest.approx((-5.0, 5.0))


def test_two_own_definitions_of_one_patient_are_refused(features: pd.DataFrame) -> None:
    doubled = pd.concat([features, features[features["is_default"]]])
    with pytest.raises(MergeError, match="not a many-to-one merge"):
        definition_differences(doubled, ["d98_gy"])


def test_the_table_is_written_one_row_per_definition(features: pd.DataFrame) -> None:
    features.loc[features["component"] == "growing", "d98_gy"] = np.nan
    found = definition_table(definition_differences(features, ["d98_gy", "volume_cm3"]))
    text = format_definition_table(found)
    assert text.shape == (8, 2)
    assert text.loc["whole, all components", "D98, Gy"] == "-5 (-5 to -5); n = 6"
    assert text.loc["core, growing component", "D98, Gy"] == "–"


def test_every_patient_is_a_dot_and_labels_do_not_overlap(features: pd.DataFrame) -> None:
    differences = definition_differences(features, ["d98_gy"])
    ax = plot_definition_shift(differences)
    ax.figure.canvas.draw()
    assert len(ax.get_yticklabels()) == 8
    boxes = sorted(
        (label.get_window_extent() for label in ax.get_yticklabels()), key=lambda b: b.y0
    )
    assert all(lower.y1 <= upper.y0 for lower, upper in pairwise(boxes))
    dots = [points for points in ax.collections if hasattr(points, "get_sizes")]
    assert sum(len(np.asarray(one.get_offsets())) for one in dots) == 6 * 8 + 8


def test_a_definition_without_figures_keeps_its_line(features: pd.DataFrame) -> None:
    features.loc[features["component"] == "growing", "d98_gy"] = np.nan
    _, ax = plt.subplots()
    drawn = plot_definition_shift(definition_differences(features, ["d98_gy"]), ax=ax)
    assert drawn is ax
    assert len(ax.get_yticks()) == 8
