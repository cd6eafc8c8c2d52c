"""Claims about networks themselves: their gradients, and what they cost to compute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from psp_core.classifiers.cnn_lstm_network import CnnLstmNetwork
from psp_core.classifiers.cost import fusion_cost
from psp_core.classifiers.feature_sets import FEATURE_SETS
from psp_core.classifiers.image_input import image_input
from psp_core.classifiers.network import NetworkClassifier
from psp_core.classifiers.structured import encoded
from psp_core.encoder.tokens import Tokens
from psp_core.evaluation.classes import is_true_progression
from psp_core.preprocessing.learnable import check_learned_from
from psp_core.runs import Run, digest_of, digest_of_code, write_table
from psp_core.study.claims import (
    FAILS,
    HOLDS,
    Effect,
    Evidence,
    Test,
    Verdict,
    decide,
    mean_interval,
    not_testable,
    of_mean,
)
from psp_core.study.cross_validation import CODE as FITTING
from psp_core.study.patients import TRAINING, patient_keys
from psp_core.study.token_sources import trained_tokens

PRINTED_FUSION = {"n_tokens": 512, "width": 768, "clinical_tokens": 4}  # N, M: paper; width: ours
PRINTED_CNN_LSTM: dict[str, Any] = {
    "side": 256,
    "filters": (64, 128, 256),
    "cells": 24,
    "n_clinical": 7,
}
SLICES = 9
SMALL_CNN_LSTM: dict[str, Any] = {"side": 16, "filters": (4, 8, 16), "cells": 6, "n_clinical": 7}
SMALL_STEP = 0.05  # of a perturbation, in standard deviations of a value; ours
DRAWN = 64  # patients of noise
PERTURBATION = "perturbation"
CODE = (*FITTING, "psp_core.study.claims_networks")

PATIENTS, EPOCHS, FOLDS = 59, 25, 10  # Jang 2018
PRINTED_MINUTES = {"10-fold validation": 15, "final model": 2}
GPU_TERAFLOPS = 11.3  # GeForce GTX 1080 Ti at 32 bit, as its maker gives it
FORWARD_AND_BACKWARD = 3  # a step costs about three forwards
SECONDS_PER_MINUTE = 60


def perturbation_cannot_be_calculated(evidence: Evidence) -> tuple[Verdict, ...]:
    """Whether a step along the gradient's sign moves the score farther than one of random signs.

    Once through the CNN-LSTM of the claim with both of its inputs, of reduced size and with first
    weights; once through the proposed model, fitted on the run's training cohort. The claim fails
    if the gradient exists and moves the logit farther than steps of the same size and random
    signs.
    """
    return (_of_cnn_lstm(), *_of_proposed(evidence))


def gradient_sign_effect(
    logit_of: Callable[[Tensor], Tensor], image: Tensor, *, step: float, seed: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """How far each patient's logit moves to the other class by a step of the fast gradient sign.

    Parameters
    ----------
    logit_of : callable
        Image (n, ...) to logits (n,).
    image : float tensor, shape (n, ...)
    step : float
        Size of the change of every value.
    seed : int
        Of the random signs.

    Returns
    -------
    by_gradient, by_chance : float array, shape (n,)
        Towards the other class counts as positive.

    References
    ----------
    Goodfellow, Shlens and Szegedy, ICLR 2015: the fast gradient sign method.
    """
    given = image.detach().clone().requires_grad_(True)
    logits = logit_of(given)
    (gradient,) = torch.autograd.grad(logits.sum(), given)
    away = -torch.sign(logits.detach())
    shape = (-1, *[1] * (image.ndim - 1))
    generator = torch.Generator().manual_seed(seed)
    chance = torch.randint(0, 2, image.shape, generator=generator) * 2.0 - 1
    moved = []
    with torch.no_grad():
        for signs in (torch.sign(gradient) * away.reshape(shape), chance):
            moved.append(((logit_of(image + step * signs) - logits) * away).double().numpy())
    return moved[0], moved[1]


def fewer_tokens_save_computation(evidence: Evidence) -> tuple[Verdict, ...]:  # noqa: ARG001
    """Operations and memory of guided attention and of full self-attention at the printed N, M."""
    width, tokens = PRINTED_FUSION["width"], PRINTED_FUSION["n_tokens"]
    costs: dict[int, Any] = {
        n: fusion_cost(
            n,
            width,
            n_columns=len(FEATURE_SETS["full"].columns),
            width=width,
            clinical_tokens=PRINTED_FUSION["clinical_tokens"],
            heads=1,
        ).set_index("architecture")
        for n in (tokens // 2, tokens)
    }
    proposed, full = (costs[tokens].loc[name] for name in ("proposed", "full_self_attention"))
    half = costs[tokens // 2].loc["full_self_attention"]
    growth = float(full["peak_mib"]) / float(half["peak_mib"])
    saves = proposed["megaflops"] < full["megaflops"] and proposed["peak_mib"] < full["peak_mib"]
    figures = (
        f"{proposed['megaflops']:,.0f} against {full['megaflops']:,.0f} million operations, "
        f"{proposed['peak_mib']:.1f} against {full['peak_mib']:.1f} MiB for one patient at "
        f"N = {tokens}, M = {PRINTED_FUSION['clinical_tokens']}, d = {width}; from N / 2 to N full "
        f"self-attention takes {growth:.1f} times the memory. The encoder comes before either "
        "and is not counted"
    )
    return (Verdict(HOLDS if saves else FAILS, figures, "counted, no patients"),)


def training_time_is_possible(evidence: Evidence) -> tuple[Verdict, ...]:  # noqa: ARG001
    """Operations of the published training at paper size against what the named GPU can do.

    The claim holds if neither duration asks for more than the card's greatest speed. It is an
    upper limit on speed: the duration itself cannot be repeated on other hardware.
    """
    with FlopCounterMode(display=False) as counted, torch.device("meta"):
        network = CnnLstmNetwork(**PRINTED_CNN_LSTM)
        side = PRINTED_CNN_LSTM["side"]
        network(torch.empty(1, SLICES, side, side), torch.empty(1, 7))
    one = counted.get_total_flops() * FORWARD_AND_BACKWARD * EPOCHS
    patients = {"10-fold validation": PATIENTS * (FOLDS - 1), "final model": PATIENTS}
    asked = {
        name: one * patients[name] / (minutes * SECONDS_PER_MINUTE) / 1e12
        for name, minutes in PRINTED_MINUTES.items()
    }
    text = ", ".join(
        f"{PRINTED_MINUTES[name]} min for the {name}: {rate:.2f} Tflop/s"
        for name, rate in asked.items()
    )
    possible = max(asked.values()) <= GPU_TERAFLOPS
    figures = (
        f"{counted.get_total_flops() / 1e9:.1f} Gflop a patient and forward; {text}, of "
        f"{GPU_TERAFLOPS} that the GTX 1080 Ti can do at most"
    )
    return (Verdict(HOLDS if possible else FAILS, figures, "counted, no patients"),)


def _of_cnn_lstm() -> Verdict:
    generator = torch.Generator().manual_seed(0)
    side = SMALL_CNN_LSTM["side"]
    slices = torch.randn((DRAWN, SLICES, side, side), generator=generator)
    clinical = torch.rand((DRAWN, 7), generator=generator)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = CnnLstmNetwork(**SMALL_CNN_LSTM).eval()
    moved = gradient_sign_effect(
        lambda image: network(image, clinical), slices, step=SMALL_STEP, seed=0
    )
    data = f"CNN-LSTM of {side} pixels (reduced), first weights, {DRAWN} images of noise"
    return _verdict(*moved, data)


def _of_proposed(evidence: Evidence) -> tuple[Verdict, ...]:
    patients = evidence.patients
    if patients.empty:
        return not_testable("this run has no patients table yet", "proposed model")
    rows = patients[(patients["dataset"] == TRAINING) & patients["has_image"]]
    tokens = trained_tokens(evidence.run, patients)
    if tokens is None or rows["label"].nunique() < 2:
        return not_testable("this run has no encoded scans of both classes", "proposed model")
    check_learned_from(evidence.run, PERTURBATION, patient_keys(rows))
    moved = _moves_of_run(evidence.run, rows, tokens)
    data = f"proposed model fitted on the training cohort, its {len(rows)} patients"
    return (_verdict(*moved, data + evidence.size_of(["proposed"])),)


def _moves_of_run(
    run: Run, rows: pd.DataFrame, tokens: Tokens
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """`proposed_moves` of the training cohort, fitted once for a run."""
    settings = asdict(run.params.classification.network)
    depends_on = {
        "tokens": tokens.digest,
        "patients": digest_of(rows.to_csv(index=False)),
        "settings": settings,
        "code": digest_of_code(*CODE),
    }
    with run.stage(PERTURBATION, depends_on=depends_on) as stage:
        path = stage.folder / f"{PERTURBATION}.parquet"
        if not stage.is_done:
            model = NetworkClassifier(tokens=tokens, **settings)
            model.fit(rows, is_true_progression(rows["label"]))
            by_gradient, by_chance = proposed_moves(model, rows)
            table = pd.DataFrame({"by_gradient": by_gradient, "by_chance": by_chance})
            write_table(path, table)
            stage.finish()
    table = pd.read_parquet(path)
    return table["by_gradient"].to_numpy(), table["by_chance"].to_numpy()


def proposed_moves(
    model: NetworkClassifier, rows: pd.DataFrame
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """`gradient_sign_effect` on the scaled tokens that a fitted network sees of some patients."""
    seen: Any = model.scale_
    image = seen.apply(image_input(model.tokens, rows, model.tokens_used))
    clinical, tokens = (
        torch.from_numpy(encoded(model.encoder_, rows)),
        torch.from_numpy(image.values),
    )
    mask = None if image.mask is None else torch.from_numpy(image.mask)
    return gradient_sign_effect(
        lambda values: model.network_(clinical, values, mask), tokens, step=SMALL_STEP, seed=0
    )


def _verdict(
    by_gradient: npt.NDArray[np.float64], by_chance: npt.NDArray[np.float64], data: str
) -> Verdict:
    """The claim is that the first is no larger than the second."""
    level = 0.95
    mean, lower, upper = mean_interval(by_gradient - by_chance, confidence_level=level)
    figures = (
        f"a step of {SMALL_STEP} along the gradient's sign moves the logit by "
        f"{by_gradient.mean():.3g} towards the other class, one of random signs by "
        f"{by_chance.mean():.3g}; difference {mean:.3g} ({lower:.3g} to {upper:.3g})"
    )
    effect = Effect(of_mean(by_chance - by_gradient), figures)
    return decide([effect], data, confidence_level=level)


TESTS: dict[str, Test] = {
    "perturbation_cannot_be_calculated": perturbation_cannot_be_calculated,
    "fewer_tokens_save_computation": fewer_tokens_save_computation,
    "training_time_is_possible": training_time_is_possible,
}
