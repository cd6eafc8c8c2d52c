"""The table of selected figures, by hand."""

from __future__ import annotations

import pandas as pd

from psp_core.report.selected_figures import selected_table, tell_agreement

NAMES = {
    0: ["log_3:glcm:joint_entropy", "shape:flatness"],
    1: ["shape:flatness", "t1ce:histogram:4"],
    2: ["log_3:glcm:joint_entropy", "shape:flatness", "cnn:17"],
}
SELECTED = pd.DataFrame(
    [
        {"seed": 0, "fold": fold, "rank": rank, "name": name}
        for fold, names in NAMES.items()
        for rank, name in enumerate(names, start=1)
    ]
)


def test_the_most_frequent_stand_first_with_their_mean_rank() -> None:
    table = selected_table(SELECTED)
    assert table.to_numpy().tolist() == [
        ["lesion", "shape", "flatness", 3, 5 / 3],
        ["log_3", "glcm", "joint entropy", 2, 1.0],
        ["t1ce", "histogram", "4", 1, 2.0],
        ["both", "network", "fc2 number 17", 1, 3.0],
    ]
    assert len(selected_table(SELECTED, rows=2)) == 2


def test_agreement_is_told_in_counts() -> None:
    assert tell_agreement(SELECTED) == (
        "3 fold models selected 2 to 3 figures each, 4 different ones together; 1 of them are in "
        "every fold model."
    )
    assert tell_agreement(SELECTED[:2]).startswith("1 fold models selected 2 figures each")
    assert "nothing was selected" in tell_agreement(SELECTED[:0])
    assert selected_table(SELECTED[:0]).empty
