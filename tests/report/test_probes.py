"""Probe curves and their table."""

import numpy as np
import pandas as pd

from psp_core.report.probes import beside_grey_values, patch_table, plot_probes, probe_table


def probes() -> pd.DataFrame:
    rows = []
    for step in (-1, 0, 10, 20):
        for pooling in ("all", "lesion"):
            for target, metric in (("size", "r2"), ("label", "auc")):
                value = 0.5 + 0.01 * step
                rows.append(
                    {
                        "dataset": "development",
                        "representation": "tokens" if step >= 0 else "grey values",
                        "step": step,
                        "pooling": pooling,
                        "target": target,
                        "metric": metric,
                        "value": value,
                        "lower": value - 0.1,
                        "upper": value + 0.1,
                        "n": 200,
                        "note": "",
                    }
                )
    return pd.DataFrame(rows)


def test_each_target_has_a_panel_with_both_poolings_and_their_baselines() -> None:
    figure = plot_probes(probes())
    assert [ax.get_title() for ax in figure.axes] == ["size", "label"]
    assert [ax.get_ylabel() for ax in figure.axes] == ["R²", "AUC"]
    lines = figure.axes[0].get_lines()
    assert np.allclose(np.asarray(lines[0].get_ydata()), [0.5, 0.6, 0.7])
    assert np.allclose(np.asarray(lines[1].get_ydata()), 0.49)
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["0", "10", "20"]


def test_what_lies_below_an_axis_is_drawn_or_marked_at_its_edge() -> None:
    told = probes()
    is_first = (told["step"] <= 0) & (told["pooling"] == "all")
    told.loc[is_first, ["value", "lower"]] = [-5.0, -9.0]
    told.loc[is_first & (told["metric"] == "auc"), ["value", "lower"]] = [0.2, 0.1]
    r2, auc = plot_probes(told).axes
    assert len(r2.collections) == 2 + 2  # bands; the untrained encoder and the grey values
    tokens, grey = (np.asarray(mark.get_offsets()) for mark in r2.collections[-2:])
    assert not np.array_equal(tokens, grey)
    assert len(auc.collections) == 2
    assert auc.get_ylim()[0] < 0.1


def test_the_table_puts_grey_values_untrained_and_trained_side_by_side() -> None:
    told = probes()
    told.loc[told["step"] == 0, "note"] = "too few"
    table = probe_table(told)
    assert table.columns[-3:].tolist() == ["grey values", "untrained", "after 20 steps"]
    assert len(table) == 4
    assert table["after 20 steps"].iloc[0] == "0.70 (0.60 to 0.80)"
    assert table["untrained"].iloc[0] == "not estimable (200 scans)"


def test_random_patches_have_a_table_of_their_own_and_no_other() -> None:
    told = probes()
    patches = told[told["step"] == -1].assign(representation="random patches of side 4")
    both = pd.concat([told, patches], ignore_index=True)
    pd.testing.assert_frame_equal(probe_table(both), probe_table(told))
    table = patch_table(both, voxel_mm=2.5)
    assert table["patch"].tolist() == ["4 voxels, 10 mm"] * 2
    assert table["tokens"].tolist() == ["all", "lesion"]
    assert table["label (AUC)"].tolist() == ["0.49 (0.39 to 0.59)"] * 2


def test_the_gap_to_grey_values_is_told_by_metric_and_with_its_sign() -> None:
    told = probes()
    told.loc[(told["step"] == 20) & (told["metric"] == "r2"), "value"] = 0.19
    sentence = beside_grey_values(told)
    assert "R² of tokens minus that of grey values: median -0.30 over 2 probes" in sentence
    assert "(tokens tell less) in 2 of them" in sentence
    assert "AUC of tokens minus that of grey values: median +0.21 over 2 probes" in sentence
    assert "(tokens tell less) in 0 of them" in sentence
    assert beside_grey_values(told.assign(value=float("nan"))) == "Too few scans for any probe."
