"""Made-up predictions of two models, for the result tables and figures."""

from __future__ import annotations

import numpy as np
import pandas as pd

from psp_core.evaluation.predictions import NO_FOLD, SOFT_VOTE

TITLES = {"proposed": "proposed", "clinical_network": "clinical"}


def make_predictions() -> pd.DataFrame:
    """20 held-out patients in two folds and 15 external ones, the first model the better."""
    rng = np.random.default_rng(0)
    rows = []
    for model, effect in (("proposed", 0.3), ("clinical_network", 0.1)):
        for i in range(35):
            is_own, truth = i < 20, i % 2 == 0
            fold = (i // 2) % 2
            scores = np.clip(rng.normal(0.4 + effect * truth, 0.15, size=2), 0, 1)
            members = [
                (0, "0", scores[0]),
                (1, "1", scores[1]),
                (NO_FOLD, SOFT_VOTE, scores.mean()),
            ]
            for number, member, score in [(fold, str(fold), scores[fold])] if is_own else members:
                rows.append(
                    {
                        "experiment": "e", "model": model, "preset": "", "feature_set": "full",
                        "seed": 0, "permutation": 0, "fold": number, "member": member,
                        "split": "validation" if is_own else "test",
                        "dataset": "burdenko" if is_own else "external",
                        "subject_id": f"p{i:02d}", "timepoint": 1, "n_train": 10,
                        "y_true": truth, "y_score": float(score), "threshold": 0.5,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)
