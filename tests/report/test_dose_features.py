"""Dose by class: every patient is counted once, whether a dose is known or not."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS
from psp_core.preprocessing.dosimetry.field_call import FIELD_CALLS
from psp_core.report.characteristics import beside, format_characteristics
from psp_core.report.dose_features import (
    MEASURED,
    default_lesions,
    dose_table,
    field_call_counts,
    plot_field_calls,
)


@pytest.fixture
def features() -> pd.DataFrame:
    """Twelve patients, two lesion definitions each, the last two outside the dose grid."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(12):
        for region in ("enhancing", "whole"):
            is_outside = number >= 10
            figures = {name: np.nan if is_outside else rng.uniform(20, 60) for name in MEASURED}
            rows.append(
                {
                    "dataset": "phantom",
                    "subject_id": f"P{number}",
                    "timepoint": 1,
                    "label": NEGATIVE_CLASS if number < 4 else POSITIVE_CLASS,
                    "region": region,
                    "component": "all",
                    "is_default": region == "enhancing",
                    "field_call": "outside_grid" if is_outside else FIELD_CALLS[number % 3],
                    **figures,
                }
            )
    return pd.DataFrame(rows)


def test_only_labelled_patients_count_and_each_once(features: pd.DataFrame) -> None:
    later = features.assign(timepoint=2)
    unlabelled = features.assign(subject_id="Q", label="unlabelled")
    rows = default_lesions(pd.concat([features, later, unlabelled]))
    assert rows["subject_id"].tolist() == [f"P{number}" for number in range(12)]
    assert set(rows["region"]) == {"enhancing"}


def test_a_lesion_outside_the_grid_is_counted_and_has_no_dose(features: pd.DataFrame) -> None:
    table = dose_table(features).set_index(["variable", "category"])
    assert table.loc[("patients", "n"), "all"] == 12
    assert table.loc[("field_call", "outside_grid"), "all"] == 2
    assert table.loc[("d98_gy", "known"), "all"] == 10
    own = features[features["is_default"] & (features["label"] == POSITIVE_CLASS)]
    for name in MEASURED:
        assert table.loc[(name, "median"), POSITIVE_CLASS] == pytest.approx(own[name].median())
        assert table.loc[(name, "maximum"), POSITIVE_CLASS] == pytest.approx(own[name].max())


def test_the_table_is_written_with_units(features: pd.DataFrame) -> None:
    text = format_characteristics(beside({"phantoms": dose_table(features)}))
    assert ("D98, Gy", "median (range)") in text.index
    outside = text.loc[("place in the field", "outside the dose grid")].tolist()
    assert outside == ["2 (25.0)", "0 (0.0)", "2 (16.7)"]


def test_every_patient_has_one_place(features: pd.DataFrame) -> None:
    counts = field_call_counts(features)
    assert counts.index.tolist() == [POSITIVE_CLASS, NEGATIVE_CLASS]
    assert counts.columns.tolist() == list(FIELD_CALLS)
    assert counts.to_numpy().sum() == 12
    assert counts["outside_grid"].sum() == 2


def test_a_lesion_that_was_not_found_is_in_an_unknown_place(features: pd.DataFrame) -> None:
    figures = ["field_call", *MEASURED]
    lost = features.astype(dict.fromkeys(figures, object))
    lost.loc[lost["subject_id"] == "P1", figures] = None
    counts = field_call_counts(lost)
    assert counts["unknown"].sum() == 1
    assert counts.to_numpy().sum() == 12
    table = dose_table(lost).set_index(["variable", "category"])
    assert table.loc[("d98_gy", "known"), "all"] == 9


def test_bars_are_as_long_as_the_counts(features: pd.DataFrame) -> None:
    counts = field_call_counts(features)
    _, ax = plt.subplots()
    assert plot_field_calls(counts, ax=ax) is ax
    widths = [bar.get_width() for bar in ax.patches]
    assert sum(widths) == 12
    used = counts.columns[counts.sum() > 0]
    assert widths == counts[used].to_numpy().T.ravel().tolist()
    legend = ax.get_legend()
    assert legend is not None
    assert "outside the dose grid" in [text.get_text() for text in legend.get_texts()]


def test_counts_without_patients_are_an_empty_picture(features: pd.DataFrame) -> None:
    assert plot_field_calls(field_call_counts(features[:2])).get_xlabel() == "Patients"


def test_all_five_places_leave_room_for_the_bars() -> None:
    counts = pd.DataFrame(
        [[20.0, 10, 5, 4, 3], [18.0, 5, 1, 1, 0]],
        index=[POSITIVE_CLASS, NEGATIVE_CLASS],
        columns=list(FIELD_CALLS),
    )
    ax = plot_field_calls(counts)
    ax.figure.canvas.draw()
    legend = ax.get_legend()
    assert legend is not None
    assert legend.get_window_extent().x1 <= ax.figure.bbox.x1
    assert ax.get_position().width > 0.7
