"""What each player is worth on phantoms, where the likelihoods are known."""

from __future__ import annotations

import pandas as pd

from psp_core.classifiers.feature_sets import DOSES
from psp_core.explain.players import IMAGE
from psp_core.phantom.latents import CausalModel, Centre
from psp_core.phantom.oracle import log_likelihood_ratio

DOSE = "dose"
STATUS_ARM, MGMT_ARM = "clinical_no_dose_no_time", "age_mgmt"


def known_contributions(
    truth: pd.DataFrame, model: CausalModel, *, centre: Centre = "training"
) -> pd.DataFrame:
    """Log likelihood ratio of the label that each player's written value carries.

    The parts add up in the causal story, so the Bayes score's own Shapley values are these, less
    their mean over the background. Two parts overlap: doses show the place in field, and so does
    the image; each is given what it carries alone. The interaction, where it is switched on, is
    part of the image.

    Parameters
    ----------
    truth : DataFrame, m rows
        Of a phantom study's truth table.
    model : CausalModel
        Of its phantoms.
    centre : {"training", "external"}
        Where they were drawn.

    Returns
    -------
    DataFrame, m rows
        One column per player: the image, every variable, and the doses together as `DOSE`.
    """
    status = log_likelihood_ratio(truth, STATUS_ARM, model, centre=centre)
    without_idh = truth.assign(idh_status="unknown")
    idh = status - log_likelihood_ratio(without_idh, STATUS_ARM, model, centre=centre)
    mgmt = log_likelihood_ratio(truth, MGMT_ARM, model, centre=centre)
    place = truth["bayes_dose_only_observable"]
    return pd.DataFrame(
        {
            IMAGE: truth["bayes_image_only_observable"],
            "days_since_rt": truth["bayes_time_only_observable"],
            "age_years": 0.0,
            **dict.fromkeys((*DOSES, DOSE), place),
            "sex": status - idh - mgmt,
            "idh_status": idh,
            "mgmt_status": mgmt,
        },
        index=truth.index,
    )
