"""Repetitions side by side: ranges, and orders that change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from psp_core.errors import TableError
from psp_core.evaluation.internal import internal_auc
from psp_core.evaluation.metrics import auc
from psp_core.report import instability as module
from psp_core.report.instability import (
    ORDERS,
    REPEATED,
    format_orders,
    format_repeated,
    order_changes,
    plot_repeated,
    repeated_aucs,
)
from psp_core.report.over_seeds import differences_over_seeds
from tests.report.results import TITLES, make_predictions


def repetitions(n: int = 3) -> pd.DataFrame:
    """The made-up predictions, the two models changing places in the last repetition."""
    made = make_predictions()
    changed = {"proposed": "clinical_network", "clinical_network": "proposed"}
    last = made.assign(model=made["model"].map(changed), seed=n - 1)
    return pd.concat([*(made.assign(seed=number) for number in range(n - 1)), last])


TABLE = repetitions()
AUCS = repeated_aucs(TABLE)


def test_every_repetition_has_the_auc_of_the_summary() -> None:
    assert list(AUCS) == list(REPEATED)
    assert len(AUCS) == 2 * 2 * 3
    for row in AUCS.to_dict("records"):
        part = TABLE[(TABLE["model"] == row["model"]) & (TABLE["seed"] == row["seed"])]
        own, vote = part[part["split"] == "validation"], part[part["member"] == "soft_vote"]
        expected = (
            internal_auc(own["y_true"], own["y_score"], own["fold"]).auc
            if row["split"] == "validation"
            else auc(vote["y_true"], vote["y_score"])
        )
        assert row["auc"] == expected


def test_the_range_is_told_with_the_number_of_repetitions() -> None:
    text = format_repeated(AUCS, TITLES)
    assert text["patients"].tolist() == ["burdenko, held-out folds"] * 2 + ["external"] * 2
    values = AUCS.query("split == 'test' and model == 'proposed'")["auc"]
    row = text.query("patients == 'external' and model == 'proposed'").iloc[0]
    assert row["repetitions"] == 3
    assert [row["least AUC"], row["median"], row["greatest"]] == [
        f"{value:.3f}" for value in (values.min(), values.median(), values.max())
    ]


def test_orders_are_counted_over_the_repetitions() -> None:
    orders = order_changes(TABLE)
    assert list(orders) == list(ORDERS)
    assert orders["split"].tolist() == ["validation", "test"]
    assert orders["n"].tolist() == [3, 3]
    assert sorted(orders.iloc[1][["n_first_better", "n_second_better"]]) == [1, 2]
    assert format_orders(orders, TITLES)["order changes"].tolist() == ["1 of 3", "1 of 3"]


def test_equal_models_are_neither_better() -> None:
    same = make_predictions().query("model == 'proposed'")
    both = pd.concat([same, same.assign(model="clinical_network")])
    orders = order_changes(both)
    assert (orders[["n_first_better", "n_second_better"]] == 0).all(axis=None)


def test_rounding_is_no_better_order_and_permuted_labels_are_not_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scrambled = TABLE.assign(permutation=1, seed=TABLE["seed"] + 10)
    both = pd.concat([TABLE, scrambled])
    pd.testing.assert_frame_equal(order_changes(both), order_changes(TABLE))
    monkeypatch.setattr(
        module,
        "differences_over_seeds",
        lambda rows, pairs: differences_over_seeds(rows, pairs).assign(difference=1e-16),
    )
    assert (order_changes(TABLE)[["n_first_better", "n_second_better"]] == 0).all(axis=None)


def test_each_set_is_a_panel_with_a_point_per_repetition() -> None:
    axes = plot_repeated(AUCS, TITLES)
    assert [ax.get_title() for ax in axes] == ["burdenko\nheld-out folds", "external"]
    drawn = np.concatenate(
        [line.get_xdata() for line in axes[1].lines if len(line.get_xdata()) == 3]
    )
    expected = AUCS.loc[AUCS["split"] == "test", "auc"]
    assert sorted(drawn) == sorted(expected)
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["proposed", "clinical"]


def test_one_class_is_not_estimable_and_cannot_be_drawn() -> None:
    aucs = repeated_aucs(TABLE[TABLE["y_true"]])
    assert aucs["auc"].isna().all()
    assert set(format_repeated(aucs, TITLES)["median"]) == {"not estimable"}
    with pytest.raises(TableError, match="no set has an AUC"):
        plot_repeated(aucs, TITLES)
    assert repeated_aucs(TABLE[:0]).empty
    assert order_changes(TABLE[:0]).empty
    assert format_orders(order_changes(TABLE[:0]), TITLES).empty
