"""What each encoder of the ablation is good for, on development phantoms: many, and to tune on.

The 20 patients of an external set cannot tell encoders apart. Here halves of the development
phantoms take turns as in `learning`, so every patient is scored by models that have not seen
it, and all encoders by the same patients in the same halves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.encoder.tokens import Tokens
from psp_core.errors import PSPError
from psp_core.evaluation.classes import is_true_progression
from psp_core.explain.grey_values import lesion_percentiles
from psp_core.explain.lesion_figures import FIGURES, lesion_figures
from psp_core.explain.pooling import POOLINGS, Pooling, mean_token
from psp_core.explain.probes import probe, ridge_predictions
from psp_core.params.ablation import VariantName
from psp_core.preprocessing.learnable import check_learned_from
from psp_core.preprocessing.pipeline import volume_store
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import Run, digest_of, digest_of_code
from psp_core.study.ablation import small_volumes
from psp_core.study.ablation_source import tokens_of_encoders
from psp_core.study.ablation_variants import UNTRAINED, VARIANTS
from psp_core.study.entry import build_estimator
from psp_core.study.learning import DEVELOPMENT, splits
from psp_core.study.patients import LEARNING, patient_keys, study_patients
from psp_core.study.rows_ablation import ROWS
from psp_core.study.units import table_of_units

GREY_VALUES = "grey values"
RIDGES = {"all": "ridge_all", "lesion": "ridge_lesion"}
NETWORK = "network_lesion"
CODE = (
    *("psp_core.study.ablation_scores", "psp_core.study.learning", "psp_core.study.rows_ablation"),
    *("psp_core.classifiers", "psp_core.explain", "psp_core.training", "psp_core.encoder"),
)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ScoredCohort:
    """Who is scored, and where their scans lie.

    Attributes
    ----------
    patients : DataFrame
        Rows of the patients table: `LEARNING` and `DEVELOPMENT`.
    store, small : VolumeStore
        Prepared scans, and those of the ablation's side.
    voxel_mm : float
        Side of a voxel of `store`.
    """

    patients: pd.DataFrame
    store: VolumeStore
    small: VolumeStore
    voxel_mm: float


def score_encoders(run: Run) -> pd.DataFrame:
    """Score every patient out of its half by every encoder, and probe what the tokens hold.

    Returns
    -------
    DataFrame
        ``kind`` is ``score`` (one row per patient, ``model`` and ``draw``: ``half``, ``key``,
        ``is_positive``, ``score``) or ``probe`` (``target``, ``pooling``, ``value``, ``lower``,
        ``upper``, ``n``); ``variant`` is the encoder, or `GREY_VALUES`: percentiles in and
        around the lesion of the same small volumes. Empty without development phantoms.

    Raises
    ------
    StageError, MissingInputError, OverlapError, CheckpointError
        See `ablation_source.tokens_of_encoders`.
    """
    table = study_patients(run, with_learning=True).table
    table = table[table["has_image"] & table["dataset"].isin([LEARNING, DEVELOPMENT])]
    table = table.reset_index(drop=True)
    if table.empty:
        return pd.DataFrame(columns=["kind", "variant"])
    keys = patient_keys(table)
    check_learned_from(run, "ablation", keys)
    cohort = ScoredCohort(
        table, volume_store(run), small_volumes(run, keys), run.params.volume.spacing_mm
    )
    tokens = tokens_of_encoders(run, run.params.ablation.variants)
    seed = int(run.seed_sequence("ablation scores").generate_state(1)[0] % 2**30)
    units: dict[str, VariantName | None] = {VARIANTS[name].slug: name for name in tokens}
    units["grey_values"] = None
    settings = asdict(run.params.classification.network)
    options = run.params.ablation
    work = partial(
        measure_encoder, cohort=cohort, tokens=tokens, seed=seed, settings=settings,
        draws=options.draws, network_draws=options.network_draws, folds=run.params.probing.folds,
    )  # fmt: skip
    depends_on = {
        "tokens": {name: some.digest for name, some in tokens.items()},
        "patients": digest_of(table.to_csv(index=False)),
        "scans": [cohort.store.record(key)["digest"] for key in keys],
        "settings": [settings, options.draws, options.network_draws, run.params.probing.folds],
        "seed": seed,
        "code": digest_of_code(*CODE),
    }
    return table_of_units(run, "ablation_scores", units, work, depends_on=depends_on)


def measure_encoder(
    name: VariantName | None,
    *,
    cohort: ScoredCohort,
    tokens: Mapping[VariantName, Tokens],
    seed: int,
    settings: Mapping[str, Any],
    draws: int,
    network_draws: int,
    folds: int,
) -> pd.DataFrame:
    """Rows of one encoder, or of grey values (None); see `score_encoders`."""
    of_encoder = None if name is None else tokens[name]
    pooled = _pooled(cohort, of_encoder)
    rows = [
        row
        for pooling, features in pooled.items()
        for row in _ridge_scores(RIDGES[pooling], features, cohort.patients, seed, draws)
    ]
    rows += _probes(pooled, cohort, seed, folds)
    if of_encoder is not None:
        rows += _network_scores(of_encoder, cohort.patients, seed, network_draws, settings)
    return pd.DataFrame(rows).assign(variant=GREY_VALUES if name is None else name)


def _pooled(cohort: ScoredCohort, tokens: Tokens | None) -> dict[Pooling, Floats]:
    """One row per patient for each pooling."""
    if tokens is not None:
        values, shares = tokens.of(cohort.patients), tokens.lesion_of(cohort.patients)
        return {one: mean_token(values, shares, one).astype(np.float64) for one in POOLINGS}
    rows = []
    for key in patient_keys(cohort.patients):
        volume = cohort.small.read(key).astype(np.float32)
        brain = (volume != 0).any(axis=0)
        lesion = brain & False
        if cohort.small.has(key, "lesion"):
            lesion = cohort.small.read(key, "lesion") > 0  # as a token that holds lesion
        shrunk = cohort.store.open(key).shape[-1] / volume.shape[-1]
        rows.append(lesion_percentiles(volume, brain, lesion, cohort.voxel_mm * shrunk))
    return {"lesion": np.stack(rows).astype(np.float64)}


def _ridge_scores(
    model: str, features: Floats, patients: pd.DataFrame, seed: int, draws: int
) -> list[dict[str, Any]]:
    aim = 2 * is_true_progression(patients["label"]).astype(np.float64) - 1
    rows = []
    for draw in range(draws):
        for half, (train, test) in enumerate(splits(patients, seed + draw)):
            scores = ridge_predictions(features[train], aim[train], features[test])
            rows += _scored(model, draw, half, patients.iloc[test], scores)
    return rows


def _network_scores(
    tokens: Tokens, patients: pd.DataFrame, seed: int, draws: int, settings: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Scores of the catalogue's network; a draw that cannot be fitted has none."""
    entry = ROWS[f"ssl_{VARIANTS[UNTRAINED].slug}"]  # all have one estimator, and other tokens
    given = dict.fromkeys(entry.sources.values(), tokens)
    y = is_true_progression(patients["label"])
    rows = []
    for draw in range(draws):
        for half, (train, test) in enumerate(splits(patients, seed + draw)):
            network = build_estimator(
                entry, sources=given, random_state=seed + draw, defaults=settings
            )
            try:
                network.fit(patients.iloc[train], y[train])
            except PSPError:
                continue
            scores = network.predict_proba(patients.iloc[test])[:, 1]
            rows += _scored(NETWORK, draw, half, patients.iloc[test], scores)
    return rows


def _scored(
    model: str, draw: int, half: int, patients: pd.DataFrame, scores: Floats
) -> list[dict[str, Any]]:
    truth = is_true_progression(patients["label"])
    return [
        {"kind": "score", "model": model, "draw": draw, "half": half, "key": key,
         "is_positive": bool(is_positive), "score": float(score)}
        for key, is_positive, score in zip(patient_keys(patients), truth, scores, strict=True)
    ]  # fmt: skip


def _probes(
    pooled: Mapping[Pooling, Floats], cohort: ScoredCohort, seed: int, folds: int
) -> list[dict[str, Any]]:
    """R² of the lesion's figures; a target that too few patients have is left out."""
    figures = []
    for key in patient_keys(cohort.patients):
        nothing = dict.fromkeys(FIGURES, float("nan"))
        known = (cohort.store.record(key).get("lesion") or {}).get("known", ())
        has_labels = cohort.store.has(key, "labels")
        figures.append(
            lesion_figures(cohort.store.read(key, "labels"), known, cohort.voxel_mm)
            if has_labels
            else nothing
        )
    targets = pd.DataFrame(figures)
    rows = []
    for pooling, features in pooled.items():
        for target in FIGURES:
            try:
                found = probe(features, targets[target], metric="r2", seed=seed, folds=folds)
            except PSPError:
                continue
            about = {"kind": "probe", "target": target, "pooling": pooling}
            rows.append({**about, **asdict(found)})
    return rows
