"""The truth table of a phantom study: latents, what the files show, Bayes scores.

Read by evaluation, explanation and report; by nothing that fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from psp_core.phantom.latents import IMAGE_LATENTS, CausalModel, Centre
from psp_core.phantom.measure import calibrate
from psp_core.phantom.oracle import ARMS, best_possible_aucs, log_likelihood_ratio


def truth_table(
    rows: Iterable[Mapping[str, Any]], model: CausalModel
) -> tuple[pd.DataFrame, dict[str, dict[str, float]]]:
    """One row per labelled phantom, with the Bayes score of every arm.

    Returns
    -------
    DataFrame, empty without labelled phantoms
        ``dataset, subject_id, reason, true_label, written_label``, latents, the figures
        seen in the files, ``bayes_<arm>`` (latent oracle) and ``bayes_<arm>_observable``;
        scores are log likelihood ratios, true progression against pseudoprogression.
    dict
        Per dataset the standard deviation of each measurement's error on the latent scale.
    """
    truth = pd.DataFrame(list(rows))
    if truth.empty:
        return truth, {}
    truth = truth.sort_values(["dataset", "subject_id"], ignore_index=True)
    parts, errors = [], {}
    for dataset, part in truth.groupby("dataset", sort=True):
        centre: Centre = "external" if dataset == "external" else "training"
        measured, errors[str(dataset)] = calibrate(part)
        observable = part.assign(**{name: measured[name] for name in IMAGE_LATENTS})
        scores = {}
        for arm in ARMS:
            scores[f"bayes_{arm}"] = log_likelihood_ratio(part, arm, model, centre=centre)
            scores[f"bayes_{arm}_observable"] = log_likelihood_ratio(
                observable, arm, model, centre=centre, error_sd=errors[str(dataset)]
            )
        parts.append(part.assign(**scores))
    return pd.concat(parts, ignore_index=True), errors


def truth_summary(
    model: CausalModel, errors: Mapping[str, Mapping[str, float]], *, n: int
) -> dict[str, Any]:
    """Settings, what each arm may see, and the best possible AUC of each arm.

    Parameters
    ----------
    n : int
        Patients simulated per arm for the best possible AUC.
    """
    return {
        "model": asdict(model),
        "arms": {arm: list(columns) for arm, columns in ARMS.items()},
        "measurement_error_sd": {
            dataset: {name: None if np.isnan(sd) else sd for name, sd in values.items()}
            for dataset, values in errors.items()
        },
        "best_possible_auc": best_possible_aucs(model, n=n),
        "best_possible_auc_strong": best_possible_aucs(model.strong(), n=n),
        "simulated_patients": n,
    }
