"""Learning curves on images: what the encoder's tokens give as labelled patients are added.

Patients are those of a registered phantom cohort, since no real collection has enough of
them. With a cohort `learning` the models are fitted on it and scored on `development`;
without one, on halves of `development` in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from psp_core.encoder.embeddings import encode_all
from psp_core.encoder.tokens import Tokens
from psp_core.errors import PSPError, StageError
from psp_core.evaluation.classes import is_true_progression
from psp_core.evaluation.metrics import auc
from psp_core.explain.grey_values import lesion_percentiles
from psp_core.explain.pooling import POOLINGS, Pooling, mean_token
from psp_core.explain.probes import ridge_predictions
from psp_core.preprocessing.learnable import check_learned_from
from psp_core.preprocessing.pipeline import volume_store
from psp_core.preprocessing.store import VolumeStore
from psp_core.pretraining.study_pretraining import snapshots_of
from psp_core.runs import Run, digest_of, digest_of_code, digest_of_file
from psp_core.study.catalogue import find_entries
from psp_core.study.entry import build_estimator
from psp_core.study.patients import LEARNING, patient_keys, study_patients
from psp_core.study.units import table_of_units

DEVELOPMENT = "development"
TRAINED, UNTRAINED, GREY_VALUES = "trained", "untrained", "grey values"
IMAGE_ONLY, TOKENS = "image_only", "tokens"
CODE = (
    *("psp_core.study", "psp_core.classifiers", "psp_core.explain", "psp_core.training"),
    *("psp_core.encoder", "psp_core.evaluation"),
)
COLUMNS = ("representation", "model", "title", "seed", "half", "n_train", "n_test", "auc", "note")


@dataclass(frozen=True)
class ImageFit:
    """One model on one representation.

    Attributes
    ----------
    representation : str
        `TRAINED` or `UNTRAINED` tokens, or `GREY_VALUES`.
    model : str
        Of the catalogue, or a ridge on the mean token (``ridge_all``, ``ridge_lesion``).
    tokens : Tokens or None
        None for grey values.
    seeds : tuple of int
        Of the draws of patients.
    """

    representation: str
    model: str
    tokens: Tokens | None
    seeds: tuple[int, ...]


def learning_on_images(run: Run) -> pd.DataFrame:
    """Fit every image-only model on rising numbers of patients.

    Returns
    -------
    DataFrame
        `COLUMNS`; empty without a registered phantom cohort. ``half`` is 0 or 1 where halves
        of `development` take turns, else 0. Without a pre-trained encoder grey values alone.

    Raises
    ------
    StageError, MissingInputError
        If an earlier page was not run; see `units.table_of_units` and `encode_all`.
    """
    patients = study_patients(run, with_learning=True).table
    patients = patients[patients["has_image"] & patients["dataset"].isin([LEARNING, DEVELOPMENT])]
    patients = patients.reset_index(drop=True)
    if patients.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    params, store, keys = run.params.truth, volume_store(run), patient_keys(patients)
    check_learned_from(run, "learning curves", keys)
    snapshots = _snapshots(run)
    seeds = _seeds(run, params.learning_seeds)
    units = {"grey": ImageFit(GREY_VALUES, "ridge_lesion", None, seeds)}
    for representation, encoder in snapshots.items():
        tokens = encode_all(
            encoder,
            store,
            keys,
            cache=VolumeStore(run.folder / f"tokens_{representation}"),
            log=run.private / "errors",
            workers=run.params.study.workers,
        )
        for pooling in POOLINGS:
            model = f"ridge_{pooling}"
            units[f"{representation}_{model}"] = ImageFit(representation, model, tokens, seeds)
        for model, entry in find_entries(run.params.classification.models).items():
            if entry.feature_set == IMAGE_ONLY and set(entry.sources.values()) == {TOKENS}:
                for seed in _seeds(run, params.learning_network_seeds):
                    fit = ImageFit(representation, model, tokens, (seed,))
                    units[f"{representation}_{model}_{seed}"] = fit
    defaults = asdict(run.params.classification.network)
    work = partial(
        fit_on_images,
        patients=patients,
        sizes=params.learning_patients,
        store=store,
        voxel_mm=run.params.volume.spacing_mm,
        defaults=defaults,
    )
    depends_on = {
        "snapshots": {name: digest_of_file(encoder) for name, encoder in snapshots.items()},
        "scans": [store.record(key)["digest"] for key in keys],
        "patients": digest_of(patients.to_csv(index=False)),
        "units": {name: (fit.model, fit.seeds) for name, fit in units.items()},
        "sizes": params.learning_patients,
        "defaults": defaults,
        "code": digest_of_code(*CODE),
    }
    return table_of_units(run, "learning_on_images", units, work, depends_on=depends_on)


def _snapshots(run: Run) -> dict[str, Path]:
    """The encoder after and before its training; none if the run has none."""
    try:
        found = snapshots_of(run.finished("pretraining").folder)
    except StageError:
        return {}
    return {TRAINED: found[max(found)], UNTRAINED: found[0]}


def fit_on_images(
    unit: ImageFit,
    *,
    patients: pd.DataFrame,
    sizes: tuple[int, ...],
    store: VolumeStore,
    voxel_mm: float,
    defaults: Mapping[str, Any],
) -> pd.DataFrame:
    """Fit and score one model; see `learning_on_images`.

    Sizes beyond the patients at hand are left out.
    """
    features = None
    if unit.model.startswith("ridge_"):
        features = _features(unit, patients, store, voxel_mm)
    rows = []
    for seed in unit.seeds:
        for half, (train, test) in enumerate(splits(patients, seed)):
            for size in (size for size in sizes if size <= len(train)):
                area, note = float("nan"), ""
                try:
                    scores = _scores(unit, features, patients, train[:size], test, seed, defaults)
                    area = auc(is_true_progression(patients["label"].iloc[test]), scores)
                except PSPError as error:
                    note = f"{type(error).__name__}: {error}"
                rows.append((seed, half, size, len(test), area, note))
    about = {"representation": unit.representation, "model": unit.model, "title": _title(unit)}
    found = pd.DataFrame(rows, columns=["seed", "half", "n_train", "n_test", "auc", "note"])
    return found.assign(**about)[list(COLUMNS)]


def splits(
    patients: pd.DataFrame, seed: int
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Places of the patients to fit on, in random order, and of those to score.

    The first n of the former hold nearly the same share of both classes for every n.
    """
    is_positive = is_true_progression(patients["label"])
    rng = np.random.default_rng([seed, 0x1EA2])
    learning = np.flatnonzero(patients["dataset"] == LEARNING)
    development = np.flatnonzero(patients["dataset"] == DEVELOPMENT)
    if len(learning):
        yield _mixed(learning, is_positive, rng), development
        return
    halves = StratifiedKFold(2, shuffle=True, random_state=seed)
    for one, other in halves.split(development, is_positive[development]):
        yield _mixed(development[one], is_positive, rng), development[other]


def _mixed(
    places: npt.NDArray[np.int64], is_positive: npt.NDArray[np.bool_], rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Shuffle within the classes, and spread both evenly over the order."""
    order = np.empty(len(places))
    for of_class in (True, False):
        members = np.flatnonzero(is_positive[places] == of_class)
        order[rng.permutation(members)] = (np.arange(len(members)) + 0.5) / max(len(members), 1)
    return np.asarray(places[np.argsort(order, kind="stable")])


def _features(
    unit: ImageFit, patients: pd.DataFrame, store: VolumeStore, voxel_mm: float
) -> npt.NDArray[np.float64]:
    if unit.tokens is not None:
        pooling: Pooling = "lesion" if unit.model == "ridge_lesion" else "all"
        pooled = mean_token(unit.tokens.of(patients), unit.tokens.lesion_of(patients), pooling)
        return pooled.astype(np.float64)
    rows = []
    for key in patient_keys(patients):
        volume, brain = store.read(key).astype(np.float32), store.read(key, "brain") > 0
        lesion = store.read(key, "lesion") > 0 if store.has(key, "lesion") else brain & False
        rows.append(lesion_percentiles(volume, brain, lesion, voxel_mm))
    return np.stack(rows)


def _scores(
    unit: ImageFit,
    features: npt.NDArray[np.float64] | None,
    patients: pd.DataFrame,
    train: npt.NDArray[np.int64],
    test: npt.NDArray[np.int64],
    seed: int,
    defaults: Mapping[str, Any],
) -> npt.NDArray[np.float64]:
    y_train = is_true_progression(patients["label"].iloc[train])
    if features is not None:
        aim = 2 * y_train.astype(np.float64) - 1
        return ridge_predictions(features[train], aim, features[test])
    entry = find_entries((unit.model,))[unit.model]
    estimator = build_estimator(
        entry, sources={"tokens": unit.tokens}, random_state=seed, defaults=defaults
    )
    estimator.fit(patients.iloc[train], y_train)
    return np.asarray(estimator.predict_proba(patients.iloc[test])[:, 1])


def _title(unit: ImageFit) -> str:
    if unit.representation == GREY_VALUES:
        return "ridge, percentiles in and around the lesion"
    titles = {"ridge_all": "ridge, mean of all tokens", "ridge_lesion": "ridge, mean lesion token"}
    return titles.get(unit.model) or find_entries((unit.model,))[unit.model].title


def _seeds(run: Run, count: int) -> tuple[int, ...]:
    """Seeds of the draws, counted up from the run's own."""
    first = int(run.seed_sequence("learning").generate_state(1)[0] % 2**30)
    return tuple(range(first, first + count))
