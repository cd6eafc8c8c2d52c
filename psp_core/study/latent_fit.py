"""Models of the catalogue on one draw of patients who bring their true latents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from psp_core.errors import PSPError
from psp_core.evaluation.classes import is_true_progression
from psp_core.evaluation.comparison import delong_test
from psp_core.evaluation.metrics import auc
from psp_core.phantom.latents import CausalModel
from psp_core.study.catalogue import CATALOGUE, find_entries
from psp_core.study.entry import Entry, build_estimator
from psp_core.study.latent_cohort import ceiling, draw_latent_cohort
from psp_core.study.latent_inputs import latent_sources
from psp_core.study.rows_proposed import FUSIONS

GUIDED = "proposed"
COMPARED = ("difference", "lower", "upper", "p_value")


@dataclass(frozen=True)
class LatentFit:
    """Models of the catalogue on one draw of patients.

    Attributes
    ----------
    control : str
        What it is for.
    models : tuple of str
    story : str
        What a reader calls `causes`.
    causes : CausalModel
    sizes : tuple of int
        Patients to fit on, rising; the smaller are part of the larger.
    n_test : int
        Patients to score.
    seed : int
        Of the draw and of each fit.
    reference : str
        Model that all others are compared with; none: each fusion with the guided one.
    """

    control: str
    models: tuple[str, ...]
    story: str
    causes: CausalModel
    sizes: tuple[int, ...]
    n_test: int
    seed: int
    reference: str = ""


def fit_on_latents(
    unit: LatentFit,
    *,
    defaults: Mapping[str, Mapping[str, Any]],
    catalogue: Mapping[str, Entry] = CATALOGUE,
) -> pd.DataFrame:
    """Fit and score the models of one unit.

    Parameters
    ----------
    defaults : mapping of str to mapping
        By section of the params, see `experiments.settings_of`.

    Returns
    -------
    DataFrame
        ``control, model, title, feature_set, story, seed, n_train, n_test, auc, ceiling,
        note``; a model that cannot be fitted has no AUC, and says why. Other models have
        `COMPARED` against the unit's reference, else other fusions against the guided one that
        uses the same tokens, if the unit holds it: reference minus other on the scored patients
        (paired DeLong).
    """
    cohort = draw_latent_cohort(unit.causes, (max(unit.sizes), unit.n_test), seed=unit.seed)
    patients, test = cohort.parts
    y_test = is_true_progression(test["label"])
    rows: list[dict[str, Any]] = []
    scores: dict[tuple[str | None, int], Any] = {}
    for model, entry in find_entries(unit.models, catalogue).items():
        for size in unit.sizes:
            train = patients.iloc[:size]
            area, note = float("nan"), ""
            try:
                estimator = build_estimator(
                    entry,
                    sources=latent_sources(cohort, entry.sources.values()),
                    random_state=unit.seed,
                    defaults=defaults.get(entry.params),
                )
                estimator.fit(train, is_true_progression(train["label"]))
                scored = estimator.predict_proba(test)[:, 1]
                area = auc(y_test, scored)
                scores[model, size] = scored
            except PSPError as error:
                note = f"{type(error).__name__}: {error}"
            rows.append(
                {
                    "control": unit.control,
                    "model": model,
                    "title": entry.title,
                    "feature_set": entry.feature_set,
                    "story": unit.story,
                    "seed": unit.seed,
                    "n_train": size,
                    "n_test": unit.n_test,
                    "auc": area,
                    "ceiling": ceiling(unit.causes, entry.feature_set),
                    "note": note,
                    **dict.fromkeys(COMPARED, float("nan")),
                }
            )
    for row in rows:
        reference = unit.reference or guided_of(row["model"])
        pair = [(name, row["n_train"]) for name in (reference, row["model"])]
        if pair[0] != pair[1] and all(one in scores for one in pair):
            found = asdict(delong_test(y_test, *(scores[one] for one in pair)))
            row |= {name: found[name] for name in COMPARED}
    return pd.DataFrame(rows)


def guided_of(model: str) -> str | None:
    """The guided arm that uses the same tokens as a fusion; None for what is no fusion."""
    fusion = model.removesuffix("_lesion")
    return GUIDED + model[len(fusion) :] if fusion in FUSIONS else None
