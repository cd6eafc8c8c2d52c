"""How well the transfer's encoder tells survival, loss by loss."""

from __future__ import annotations

import pandas as pd

from psp_core.report.formatting import count, decimal

NAMES = {
    "deephit": "DeepHit-type: likelihood and ranking",
    "cox": "Cox partial likelihood",
    "logistic_hazard": "logistic hazard",
}


def concordance_table(found: pd.DataFrame) -> pd.DataFrame:
    """Concordance of each loss on the held-out patients, in words.

    Parameters
    ----------
    found : DataFrame
        See `survival_transfer.SurvivalTransfer.concordance`.
    """
    limits = zip(found["lower"], found["upper"], strict=True)
    interval = [f"{decimal(low, 2)} to {decimal(high, 2)}" for low, high in limits]
    return pd.DataFrame(
        {
            "loss": found["loss"].map(NAMES),
            "trained on": found["n_train"],
            "held out": found["n_held_out"],
            "of whom died": found["died"],
            "pairs": found["pairs"],
            "concordance": found["concordance"].map(lambda value: decimal(value, 3)),
            "interval": interval,
            "its encoder is used": found["is_used"].map({True: "yes", False: "no"}),
        }
    )


def tell_survival(found: pd.DataFrame | None) -> str:
    """What the transfer can be expected to bring, in a sentence or two."""
    if found is None:
        return (
            "This run has no patients with a known survival to learn from, so there is no transfer."
        )
    used = found[found["is_used"]].iloc[0]
    told = (
        f"On {count(used['n_held_out'])} held-out patients ({int(used['pairs'])} comparable "
        f"pairs) the encoder that is transferred reaches a concordance of "
        f"{decimal(used['concordance'], 2)} ({decimal(used['lower'], 2)} to "
        f"{decimal(used['upper'], 2)}); 0.5 is chance."
    )
    if used["lower"] <= 0.5 <= used["upper"]:
        told += (
            " That it has learned anything of survival is not shown, and a transfer from it starts "
            "from what may be as good as random weights."
        )
    return told
