"""Cuts of the PsP/TP score."""

import pandas as pd
import pytest

from psp_core.cohorts.upenn_gbm_cuts import CUTS, apply_cut, cut_counts
from psp_core.errors import ConfigError

# Published distribution over the 60 follow-ups.
PUBLISHED = [1] * 3 + [2] * 5 + [3] * 9 + [4] * 9 + [5] * 14 + [6] * 20
SCORES = pd.DataFrame(
    {
        "subject_id": [f"U-{n}" for n in range(60)],
        "timepoint": 1,
        "psp_tp_score": PUBLISHED,
    }
)


def test_the_published_scores_give_the_published_classes() -> None:
    counts = cut_counts(SCORES).set_index(["last_pseudoprogression", "first_true_progression"])
    assert counts.loc[(2, 5)].tolist() == [8, 18, 34]
    assert counts.loc[(3, 4)].tolist() == [17, 0, 43]
    assert (counts.sum(axis=1) == 60).all()
    assert len(counts) == len(CUTS)


def test_mixed_and_unscored_rows_leave_and_the_others_are_labelled_anew() -> None:
    table = SCORES[["subject_id", "timepoint"]].assign(y_true=False, score=0.5)
    table.loc[60] = ["U-0", 0, False, 0.5]
    cut = apply_cut(table, SCORES, (2, 5))
    assert len(cut) == 42
    assert int(cut["y_true"].sum()) == 34
    assert cut["y_true"].dtype == bool
    assert set(cut.loc[~cut["y_true"], "label"]) == {"pseudoprogression"}
    assert (cut["timepoint"] == 1).all()
    assert list(table.columns) == ["subject_id", "timepoint", "y_true", "score"]


@pytest.mark.parametrize("cut", [(3, 3), (5, 2), (0, 4), (3, 7)])
def test_a_cut_that_does_not_part_the_scores_raises(cut: tuple[int, int]) -> None:
    with pytest.raises(ConfigError, match="does not part the scores 1 to 6"):
        apply_cut(SCORES, SCORES, cut)
    with pytest.raises(ConfigError, match="does not part the scores 1 to 6"):
        cut_counts(SCORES, [cut])
