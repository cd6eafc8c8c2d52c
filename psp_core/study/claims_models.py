"""Claims that one model is better than another, judged on the largest set that both scored."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.evaluation.comparison import delong_test
from psp_core.evaluation.intervals import logit_delong_interval, normal_quantile
from psp_core.evaluation.rates import proportion
from psp_core.study.catalogue import CATALOGUE
from psp_core.study.claims import (
    PATIENT,
    Effect,
    Evidence,
    Test,
    Verdict,
    above_half,
    as_given,
    decide,
    not_testable,
    signed,
)
from psp_core.study.claims_built import BuiltIn, add_up, in_the_lesion, nothing_told, set_apart

Pairs = Sequence[tuple[str, str]]
PRESETS = ("code", "fixed", "paper")  # the first that was fitted is judged
WITH_BOTH = tuple(f"cnn_lstm_{preset}" for preset in PRESETS)
IMAGES_ALONE = tuple(f"cnn_lstm_image_{preset}" for preset in PRESETS)
CLINICAL_FOREST = ("jang_forest_code", "jang_forest_paper")
SELF_SUPERVISED = "self_supervised_small"  # the arm that differs in its first weights alone


def better(*questions: Pairs, built_in: BuiltIn = nothing_told) -> Test:
    """A test of the claim that the first of every pair has the larger AUC.

    Parameters
    ----------
    questions : sequence of pairs
        Of each, the first pair that the run has fitted is judged; the others are other forms of
        the same question.
    built_in : callable, optional
        What phantoms were built with that bears on the claim.
    """

    def judge(evidence: Evidence) -> tuple[Verdict, ...]:
        pairs = []
        for question in questions:
            there = [pair for pair in question if set(pair) <= set(evidence.votes)]
            if not there:
                return (_not_fitted(evidence, question[0]),)
            pairs.append(there[0])
        names = list(dict.fromkeys(name for pair in pairs for name in pair))
        dataset, rows = largest_set(evidence, names)
        if rows.empty:
            return not_testable("no set has enough patients of both classes with these scores")
        effects = [auc_difference(evidence, rows, *pair) for pair in pairs]
        return (_decided(effects, evidence, dataset, rows, names, built_in),)

    return judge


def above_chance(*models: str) -> Test:
    """A test of the claim that a model orders patients better than a coin does."""

    def judge(evidence: Evidence) -> tuple[Verdict, ...]:
        there = [name for name in models if name in evidence.votes]
        if not there:
            return (_not_fitted(evidence, models[:1]),)
        dataset, rows = largest_set(evidence, there[:1])
        if rows.empty:
            return not_testable("no set has enough patients of both classes with these scores")
        found = logit_delong_interval(
            rows["y_true"],
            rows[there[0]],
            confidence_level=evidence.confidence_level,
        )
        title = evidence.title_of(there[0])
        text = f"{title}: AUC {found.auc:.2f} ({found.lower:.2f} to {found.upper:.2f})"
        effect = Effect(above_half(rows["y_true"], rows[there[0]]), text)
        return (_decided([effect], evidence, dataset, rows, there[:1], set_apart),)

    return judge


def clinical_beats_imaging_but_specificity(evidence: Evidence) -> tuple[Verdict, ...]:
    """AUC, accuracy and sensitivity larger, specificity smaller, at the frozen thresholds."""
    clinical, imaging = "clinical_network", "mri_only"
    if not {clinical, imaging} <= set(evidence.votes):
        return (_not_fitted(evidence, (clinical, imaging)),)
    dataset, rows = largest_set(evidence, [clinical, imaging])
    if rows.empty:
        return not_testable("no set has enough patients of both classes with these scores")
    y_true = rows["y_true"].to_numpy(dtype=bool)
    right = {name: called(rows, name) == y_true for name in (clinical, imaging)}
    everyone = np.ones_like(y_true)
    level = evidence.confidence_level
    effects = [auc_difference(evidence, rows, clinical, imaging)]
    for rate, among, sign in (
        ("accuracy", everyone, 1),
        ("sensitivity", y_true, 1),
        ("specificity", ~y_true, -1),
    ):
        one, two = right[clinical][among], right[imaging][among]
        value, lower, upper = paired_difference(one, two, confidence_level=level)
        text = (
            f"{rate} {int(one.sum())}/{one.size} against {int(two.sum())}/{two.size}, "
            f"difference {signed(value, lower, upper)}"
        )
        claimed = (one, two) if sign > 0 else (two, one)
        effects.append(Effect(partial(_bounds_of_difference, *claimed), text))
    return (_decided(effects, evidence, dataset, rows, [clinical, imaging], set_apart),)


def forest_is_lopsided(evidence: Evidence) -> tuple[Verdict, ...]:
    """The radiomics forest calls nearly everybody true progression, at a threshold of 0.5."""
    model = "radiomics_forest"
    if model not in evidence.votes:
        return (_not_fitted(evidence, (model,)),)
    dataset, rows = largest_set(evidence, [model])
    if rows.empty:
        return not_testable("no set has enough patients of both classes with these scores")
    y_true = rows["y_true"].to_numpy(dtype=bool)
    calls = rows[model].to_numpy() >= 0.5
    level = evidence.confidence_level
    sensitivity = proportion(int(calls[y_true].sum()), int(y_true.sum()), confidence_level=level)
    specificity = proportion(
        int((~calls[~y_true]).sum()), int((~y_true).sum()), confidence_level=level
    )
    text = (
        f"sensitivity {sensitivity.k}/{sensitivity.n}, specificity {specificity.k}/{specificity.n}"
        f" ({specificity.exact_lower:.2f} to {specificity.exact_upper:.2f})"
    )
    bounds = as_given(
        sensitivity.exact_lower - specificity.exact_upper,
        sensitivity.exact_upper - specificity.exact_lower,
    )
    return (_decided([Effect(bounds, text)], evidence, dataset, rows, [model], nothing_told),)


def largest_set(evidence: Evidence, models: Sequence[str]) -> tuple[str, pd.DataFrame]:
    """The test set with the most patients whom all these models scored, of both classes.

    Returns
    -------
    str, DataFrame
        Its name and rows; empty if none has `timing.minimum_per_class` of each class.
    """
    scored = evidence.votes.dropna(subset=list(models))
    minimum = evidence.run.params.timing.minimum_per_class
    best: tuple[str, pd.DataFrame] = ("", scored.iloc[:0])
    for name, rows in scored.groupby("dataset", sort=True):
        smaller = min(int(rows["y_true"].sum()), int((~rows["y_true"].astype(bool)).sum()))
        if smaller >= minimum and len(rows) > len(best[1]):
            best = (str(name), rows.sort_values(PATIENT))
    return best


def auc_difference(evidence: Evidence, rows: pd.DataFrame, first: str, second: str) -> Effect:
    """AUC of the first model less that of the second, by the paired test of DeLong."""
    compared = partial(delong_test, rows["y_true"], rows[first], rows[second])
    found = compared(confidence_level=evidence.confidence_level)
    text = (
        f"{evidence.title_of(first)} against {evidence.title_of(second)}: AUC {found.first:.2f} "
        f"and {found.second:.2f}, difference {signed(found.difference, found.lower, found.upper)}"
    )

    def bounds(level: float) -> tuple[float, float]:
        at_level = compared(confidence_level=level)
        return at_level.lower, at_level.upper

    return Effect(bounds, text)


def called(rows: pd.DataFrame, model: str) -> npt.NDArray[np.bool_]:
    """Whom a model calls true progression at its frozen threshold."""
    return np.asarray(rows[model].to_numpy() >= rows[f"{model}@"].to_numpy())


def paired_difference(
    first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_], *, confidence_level: float
) -> tuple[float, float, float]:
    """Difference of two proportions of the same patients, with its interval.

    References
    ----------
    Agresti and Min, Statistics in Medicine 2005;24:729-740: half a patient added to each cell.
    """
    n = first.size
    gained, lost = int((first & ~second).sum()), int((~first & second).sum())
    b, c, total = gained + 0.5, lost + 0.5, n + 2.0
    centre = (b - c) / total
    half = normal_quantile(confidence_level) * math.sqrt(b + c - (b - c) ** 2 / total) / total
    return (gained - lost) / n, centre - half, centre + half


def _bounds_of_difference(
    first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_], level: float
) -> tuple[float, float]:
    return paired_difference(first, second, confidence_level=level)[1:]


def _decided(
    effects: Sequence[Effect],
    evidence: Evidence,
    dataset: str,
    rows: pd.DataFrame,
    models: Sequence[str],
    built_in: BuiltIn,
) -> Verdict:
    told = "" if evidence.built is None else built_in(evidence.built)
    return decide(
        effects,
        evidence.described(dataset, rows, models),
        confidence_level=evidence.confidence_level,
        built_in=evidence.built_with(dataset, told),
    )


def _not_fitted(evidence: Evidence, names: Sequence[str]) -> Verdict:
    missing = [CATALOGUE[name].title for name in names if name not in evidence.votes]
    return not_testable(f"this run has no scores of {' and '.join(missing)} on a test set")[0]


def _against(first: str, others: Sequence[str]) -> Pairs:
    return [(first, other) for other in others]


def _presets(first: Sequence[str], second: Sequence[str]) -> Pairs:
    """Pairs of the same preset where both have it, and of any other second otherwise."""
    same = [(one, two) for one in first for two in second if one.split("_")[-1] in two]
    return [*same, *[(one, two) for one in first for two in second]]


TESTS: dict[str, Test] = {
    "proposed_beats_the_state_of_the_art": better(
        _against("proposed", WITH_BOTH),
        _against("proposed", ("cnn_svm",)),
        _against("proposed", ("radiomics_forest_clinical", "radiomics_forest")),
    ),
    "proposed_is_above_chance": above_chance("proposed", "proposed_lesion"),
    "multimodal_beats_one_modality": better(
        [("proposed", "mri_only")], [("proposed", "clinical_network")], built_in=set_apart
    ),
    "clinical_beats_imaging_but_specificity": clinical_beats_imaging_but_specificity,
    "forest_is_lopsided": forest_is_lopsided,
    "guided_attention_beats_concatenation": better(
        [("proposed_lesion", "concatenation_lesion"), ("proposed", "concatenation")],
        built_in=add_up,
    ),
    "whole_brain_beats_lesion": better([("proposed", "proposed_lesion")], built_in=in_the_lesion),
    "whole_volume_beats_nine_slices": better([("mri_only", name) for name in IMAGES_ALONE]),
    "transformer_beats_cnn": better([("scratch_mri", "densenet")]),
    "self_supervised_beats_scratch": better([(SELF_SUPERVISED, "scratch")]),
    "self_supervised_beats_transfer": better([(SELF_SUPERVISED, "transfer")]),
    "transfer_beats_scratch": better([("transfer", "scratch")]),
    "pretraining_teaches_the_encoder": better(
        [("mri_only_lesion", "mri_only_untrained_lesion"), ("mri_only", "mri_only_untrained")]
    ),
    "model_1_beats_models_2_and_3": better(
        _presets(WITH_BOTH, IMAGES_ALONE),
        _presets(WITH_BOTH, CLINICAL_FOREST),
        built_in=set_apart,
    ),
    "cnn_lstm_is_above_chance": above_chance(*WITH_BOTH),
    "plain_images_tell_something": above_chance(*IMAGES_ALONE, "mri_only"),
    "small_cnn_beats_deep_cnn": better([(name, "densenet") for name in IMAGES_ALONE]),
    "nine_slices_beat_the_volume": better([(name, "scratch_mri") for name in IMAGES_ALONE]),
}
