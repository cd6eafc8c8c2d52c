"""Nothing leaks, nothing depends on how many workers there are, and one failure stops nobody."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import psp_core.study.cross_validation as module
from psp_core.classifiers.snapshots import training_curve
from psp_core.encoder.tokens import Tokens
from psp_core.errors import EstimatorError
from psp_core.inputs import radiomics
from psp_core.inputs.arrays import keys_of
from psp_core.preprocessing.batch import EXCLUDED
from psp_core.preprocessing.store import VolumeStore
from psp_core.study import (
    ablation,
    cnn_feature_source,
    explained,
    heavy_plumbing,
    jang_folds,
    latent_controls,
    null_folds,
    optimism,
    radiomics_source,
    scramble,
    slice_source,
    survival_transfer,
    sweeps,
)
from psp_core.study.catalogue import CATALOGUE, Entry
from psp_core.study.cross_validation import (
    Plan,
    Unit,
    cross_validate,
    fit_unit,
    plan_digest,
    units_of,
)
from psp_core.study.folds import draw_folds

CHEAP = ("clinical_logistic", "days_only", "majority")
SHORT = {"steps": 3, "width": 8, "batch_size": 8}
SECTION = "classification.network"
INNER = {"light": 2, "heavy": 2}


@pytest.fixture
def plan(patients: pd.DataFrame, tokens: Tokens) -> Plan:
    folds = draw_folds(patients[patients["dataset"] == "burdenko"], n_folds=3, seeds=1, entropy=0)
    return Plan(patients, "burdenko", folds, INNER, 0, {"tokens": tokens}, {SECTION: SHORT})


def unit_of(model: str, fold: int = 0) -> Unit:
    return Unit(model, CATALOGUE[model], 0, fold)


def digests(plan: Plan, model: str = "proposed") -> tuple[str, str]:
    return plan_digest(plan), units_of({model: CATALOGUE[model]}, plan)[0].digest


def perturbed(plan: Plan, chosen: np.ndarray) -> Plan:
    """The same plan with every value of the chosen patients changed, tokens and labels too."""
    patients = plan.patients.copy()
    for name in patients.select_dtypes("number").columns.drop("timepoint"):
        patients.loc[chosen, name] = 1000.0
    patients.loc[chosen, ["sex", "idh_status", "mgmt_status"]] = ["F", "mutant", "methylated"]
    other = {"true_progression": "pseudoprogression", "pseudoprogression": "true_progression"}
    patients.loc[chosen, "label"] = patients.loc[chosen, "label"].map(other)
    tokens = plan.sources["tokens"]
    assert isinstance(tokens, Tokens)
    values, share = tokens.values.copy(), tokens.lesion_share.copy()
    values[chosen], share[chosen] = 77.0, 0.0
    changed = Tokens(tokens.keys, values, share)
    return replace(plan, patients=patients, sources={"tokens": changed})


def held_out_rows(plan: Plan, fold: int) -> np.ndarray:
    held_out = plan.folds.loc[plan.folds["fold"] == fold, "subject_id"]
    return plan.patients["subject_id"].isin(held_out).to_numpy()


@pytest.mark.parametrize("model", ["proposed_lesion", "clinical_network", "clinical_logistic"])
def test_held_out_patients_change_neither_the_model_nor_the_others_scores(
    model: str, plan: Plan
) -> None:
    chosen = held_out_rows(plan, 0)
    chosen[np.flatnonzero(chosen)[0]] = False  # one held-out patient stays, to be compared
    one = fit_unit(unit_of(model), plan)
    two = fit_unit(unit_of(model), perturbed(plan, chosen))
    kept = ~chosen[one.arrays["rows"]]
    assert kept.sum() == 13
    np.testing.assert_array_equal(one.arrays["scores"][kept], two.arrays["scores"][kept])
    fitted = ("threshold", "slope", "intercept", "n_train")
    assert [one.record[name] for name in fitted] == [two.record[name] for name in fitted]


@pytest.mark.parametrize("model", ["mri_only", "clinical_logistic"])
def test_external_patients_change_nothing_internal(model: str, plan: Plan) -> None:
    chosen = (plan.patients["dataset"] == "external").to_numpy()
    one, two = (fit_unit(unit_of(model), each) for each in (plan, perturbed(plan, chosen)))
    internal = ~chosen[one.arrays["rows"]]
    assert internal.sum() == 10
    np.testing.assert_array_equal(one.arrays["scores"][internal], two.arrays["scores"][internal])
    assert one.record["threshold"] == two.record["threshold"]


@pytest.mark.parametrize("model", ["mri_only", "clinical_logistic"])
def test_training_patients_do_change_the_model(model: str, plan: Plan) -> None:
    """Or the tests above would prove nothing."""
    chosen = held_out_rows(plan, 1)
    one, two = (fit_unit(unit_of(model), each) for each in (plan, perturbed(plan, chosen)))
    assert (one.arrays["scores"] != two.arrays["scores"]).any()


def stored(store: VolumeStore, units: list[Unit]) -> list[bytes]:
    return [store.path(unit.key, "scores").read_bytes() for unit in units]


def test_workers_and_their_order_change_no_byte(plan: Plan, tmp_path: Path) -> None:
    units = units_of({"clinical_logistic": CATALOGUE["clinical_logistic"]}, plan)
    plan = replace(plan, sources={})
    one, two = (VolumeStore(tmp_path / name / "fits") for name in ("one", "two"))
    cross_validate(units, plan, one, workers=1, log=tmp_path / "log")
    cross_validate(units[::-1], plan, two, workers=2, log=tmp_path / "log")
    assert stored(one, units) == stored(two, units)


def test_what_is_there_is_not_fitted_again(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted: list[str] = []

    def counting(unit: Unit, plan: Plan) -> Any:
        fitted.append(unit.key)
        if len(fitted) == 3:
            raise KeyboardInterrupt
        return fit_unit(unit, plan)

    monkeypatch.setattr(module, "fit_unit", counting)
    units = units_of({name: CATALOGUE[name] for name in CHEAP}, plan)
    store = VolumeStore(tmp_path / "fits")
    with pytest.raises(KeyboardInterrupt):
        cross_validate(units, plan, store, workers=1, log=tmp_path / "log")
    cross_validate(units, plan, store, workers=1, log=tmp_path / "log")
    assert len(fitted) == len(units) + 1
    cross_validate(units, plan, store, workers=1, log=tmp_path / "log")
    assert len(fitted) == len(units) + 1


def test_everything_a_fit_depends_on_is_in_its_digest(plan: Plan) -> None:
    nobody = np.zeros(len(plan.patients), dtype=bool)
    assert plan_digest(perturbed(plan, nobody)) == plan_digest(plan)
    one = nobody.copy()
    one[-1] = True
    changed = [
        perturbed(plan, one),
        replace(plan, sources=perturbed(plan, one).sources),
        replace(plan, inner_folds={"light": 3, "heavy": 2}),
        replace(plan, entropy=1),
        replace(plan, defaults={}),
        replace(plan, sources={}),
    ]
    assert len({digests(each) for each in [plan, *changed]}) == 7
    clinical = "clinical_logistic"
    assert digests(replace(plan, sources={}), clinical) == digests(plan, clinical)
    other = replace(unit_of("proposed"), entry=CATALOGUE["proposed_lesion"])
    assert other.digest != unit_of("proposed").digest


def test_a_failing_model_is_recorded_and_the_others_go_on(plan: Plan, tmp_path: Path) -> None:
    entries = {"proposed": CATALOGUE["proposed"], "majority": CATALOGUE["majority"]}
    units = units_of(entries, plan)
    store = VolumeStore(tmp_path / "fits")
    cross_validate(units, replace(plan, sources={}), store, workers=1, log=tmp_path / "log")
    records = [store.record(unit.key) for unit in units]
    assert [record["status"] for record in records[:3]] == [EXCLUDED] * 3
    assert "and this run has none" in records[0]["reason"]
    assert all(record["reason"] == "" for record in records[3:])


def test_a_training_cohort_without_the_features_cannot_be_fitted(plan: Plan) -> None:
    own = plan.patients["dataset"] == "burdenko"
    without = plan.patients["days_since_rt"].mask(own)
    plan = replace(plan, patients=plan.patients.assign(days_since_rt=without))
    with pytest.raises(EstimatorError, match=r"'time_only'.*days_since_rt is known"):
        fit_unit(unit_of("days_only"), plan)


def test_an_external_set_without_the_features_is_left_out_with_its_reason(plan: Plan) -> None:
    external = plan.patients["dataset"] == "external"
    days = plan.patients["days_since_rt"].mask(external)
    fitted = fit_unit(
        unit_of("days_only"), replace(plan, patients=plan.patients.assign(days_since_rt=days))
    )
    assert len(fitted.arrays["rows"]) == 10
    assert fitted.record["left_out"] == {"external": ["days_since_rt is known of nobody"]}


def test_a_patient_without_image_is_neither_trained_on_nor_scored(plan: Plan) -> None:
    has_image = np.arange(len(plan.patients)) % 6 > 0
    fitted = fit_unit(
        unit_of("mri_only"), replace(plan, patients=plan.patients.assign(has_image=has_image))
    )
    assert has_image[fitted.arrays["rows"]].all()
    assert fitted.record["n_train"] < 20
    assert isinstance(unit_of("mri_only").entry, Entry)


def test_a_training_curve_has_the_mean_loss_since_the_snapshot_before() -> None:
    fitted = SimpleNamespace(
        history_=pd.DataFrame({"loss": [4.0, 2.0, 1.0, 0.0, 8.0]}),
        watched_=[(2, 0.75, 0.5), (5, 0.25, 0.625)],
    )
    np.testing.assert_array_equal(
        training_curve(fitted), [[2, 3.0, 0.5, 0.75], [5, 3.0, 0.625, 0.25]]
    )
    assert training_curve(SimpleNamespace()).shape == (0, 4)


ROOMS = ("classifiers", "encoder", "evaluation", "explain", "inputs", "pretraining", "training")
"""Where numbers of fits are made. Of the other rooms `errors`, `params` and `runs` decide none, the
stores of `preprocessing` carry arrays, and what the rest makes comes in as data with a digest."""


def imported(module: str) -> set[str]:
    """Modules of `ROOMS` that one module names in its imports, wherever they stand in it."""
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    names: set[str] = set()
    for node in ast.walk(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    inside = {name for name in names if name.startswith(tuple(f"psp_core.{one}." for one in ROOMS))}
    return {name for name in inside if _is_module(name)}


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # a class of a module
        return False


def reached(modules: Iterable[str]) -> set[str]:
    """These modules, and all of `ROOMS` that they import, however far."""
    found: set[str] = set()
    waiting = set(modules)
    while waiting:
        found |= waiting
        waiting = set().union(*map(imported, waiting)) - found
    return found


ESTIMATORS = {entry.module for entry in CATALOGUE.values()}
TOLD = {
    "cross_validation": (module.CODE, ESTIMATORS),
    "explained": (explained.CODE, ESTIMATORS),
    "heavy_plumbing": (heavy_plumbing.CODE, ESTIMATORS),
    "latent_controls": (latent_controls.CODE, ESTIMATORS),
    "null_folds": (null_folds.CODE, ESTIMATORS),
    "optimism": (optimism.CODE, ESTIMATORS),
    "scramble": (scramble.CODE, ESTIMATORS),
    "sweeps": (sweeps.CODE, ESTIMATORS),
    "jang_folds": (jang_folds.CODE, ESTIMATORS),
    "ablation": (ablation.CODE, set()),
    "survival_transfer": (survival_transfer.CODE, set()),
    "cnn_feature_source": (cnn_feature_source.CODE, set()),
    "radiomics_source": (radiomics_source.CODE, set()),
    "slice_source": (slice_source.CODE, set()),
}


@pytest.mark.parametrize("stage", TOLD)
def test_a_changed_line_in_what_a_fit_imports_makes_it_anew(stage: str) -> None:
    code, estimators = TOLD[stage]
    needed = reached({f"psp_core.study.{stage}", *estimators})
    missing = {
        name
        for name in needed
        if not any(name == one or name.startswith(f"{one}.") for one in code)
    }
    assert missing == set()
    assert len(needed) > 1


def test_what_an_estimator_selected_is_recorded(plan: Plan) -> None:
    positive = (plan.patients["label"] == "true_progression").to_numpy(dtype=float)
    rng = np.random.default_rng(0)
    figures = np.column_stack([positive + rng.normal(0, 0.1, 42), rng.normal(size=(42, 2))])
    source = radiomics.carrying(keys_of(plan.patients), figures)
    plan = replace(plan, sources={"radiomics": source}, defaults={"radiomics": {"trees": 10}})
    assert fit_unit(unit_of("radiomics_forest"), plan).record["selected"] == [source.columns[0]]
    assert fit_unit(unit_of("majority"), plan).record["selected"] == []
