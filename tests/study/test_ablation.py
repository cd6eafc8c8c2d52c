"""The ablation of a run: what is taught, on whom, from where, and tokens that follow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from psp_core.encoder.weights import ENCODER, load_encoder, save_encoder, write_card
from psp_core.errors import CheckpointError, EstimatorError, MissingInputError, OverlapError
from psp_core.preprocessing.batch import DONE
from psp_core.preprocessing.cases import Case
from psp_core.preprocessing.pipeline import volume_store
from psp_core.runs import Run, open_run
from psp_core.study import ablation, ablation_scores, ablation_source
from psp_core.study.ablation import (
    ablation_encoder,
    ablation_encoders,
    ablation_seed,
    small_architecture,
    unlabelled_scans,
)
from psp_core.study.ablation_scores import GREY_VALUES, score_encoders
from psp_core.study.ablation_source import ablation_tokens, encode_scans, tokens_of_encoders
from psp_core.study.ablation_variants import VARIANTS
from psp_core.study.patients import Patients, patient_keys
from psp_core.training import weights_of
from tests.cohorts.made import made_crosswalk, store_cohorts
from tests.study.conftest import make_patients

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
OVERRIDES: dict[str, Any] = {
    "study.workers": 1,
    "volume.side": 16,
    "ablation.side": 8,
    "ablation.patch": 4,
    "ablation.width": 12,
    "ablation.heads": 2,
    "ablation.steps": 2,
    "ablation.batch_size": 3,
    "ablation.decoder_width": 6,
    "ablation.network_draws": 1,
    "pretraining.precision": "float32",
    "classification.network.steps": 2,
    "probing.folds": 2,
}
SCANS = 24
PATIENTS = make_patients({"burdenko": 4, "development": 24})


def opened(folder: Path, **changed: Any) -> Run:
    run = open_run(PARAMS, folder, OVERRIDES | changed)
    store_cohorts(run, {"burdenko": {"burdenko-001": "true_progression"}})
    return run


@pytest.fixture(autouse=True)
def cases(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Case]]:
    """Unlabelled cases of every run, and its patients, in place of a whole preprocessing."""
    listed = [Case("brats2021", f"B-{n:02d}", 0, "unlabelled", True, {}) for n in range(SCANS)]
    found = {"brats2021": listed}
    monkeypatch.setattr(ablation, "study_cases", lambda _: found)
    monkeypatch.setattr(ablation, "fit_scale", lambda *_: None)
    for module in (ablation_source, ablation_scores):
        monkeypatch.setattr(
            module, "study_patients", lambda *_, **__: Patients(PATIENTS, pd.DataFrame())
        )
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with prepared scans."""
    place = tmp_path_factory.mktemp("ablation") / "run"
    store = volume_store(opened(place))
    rng = np.random.default_rng(0)
    keys = [f"brats2021/B-{n:02d}/000" for n in range(SCANS)]
    for key in [*keys, *patient_keys(PATIENTS)]:
        arrays: dict[str, Any] = {"volume": rng.normal(size=(2, 16, 16, 16)).astype(np.float16)}
        if not key.startswith("brats"):
            arrays["lesion"] = np.zeros((16, 16, 16), np.uint8)
            arrays["lesion"][5:9, 5:9, 5:9] = 1
        store.write(key, arrays, {"status": DONE}, digest=key)
    return place


def first_weights(run: Run) -> dict[str, torch.Tensor]:
    return weights_of(load_encoder(ablation_encoder(run, "untrained")))


def test_every_encoder_is_taught_once_and_all_start_alike(folder: Path) -> None:
    run = opened(folder)
    found = ablation_encoders(run)
    assert list(found) == list(VARIANTS)
    scans = {name: len(one.card.keys) for name, one in found.items()}
    assert scans == dict.fromkeys(VARIANTS, 24) | {"10 %": 2, "1 %": 2, "untrained": 0}
    steps = {len(one.history) for name, one in found.items() if name != "untrained"}
    assert steps == {2}
    assert found["untrained"].history.empty
    untrained = first_weights(run)
    for name, one in found.items():
        encoder = load_encoder(one.path, expected=small_architecture(run))
        is_same = torch.equal(encoder.position, untrained["position"])
        assert is_same == (name == "untrained"), name
    written = {name: one.path.stat().st_mtime_ns for name, one in found.items()}
    again = ablation_encoders(run)
    assert {name: one.path.stat().st_mtime_ns for name, one in again.items()} == written
    left = {path.name for path in found["mae"].path.parent.iterdir()}
    assert left == {"encoder.safetensors", "card.json", "history.parquet", "collapse.json"}
    assert all(one.collapse["spread"] > 0 and one.collapse["rank"] >= 1 for one in found.values())


def test_all_are_taught_from_the_untrained_encoder(folder: Path, tmp_path: Path) -> None:
    run = opened(folder)
    untrained = first_weights(run)
    slow = opened(tmp_path / "slow", **{"pretraining.learning_rate": 1e-12})
    (slow.folder / "volumes").symlink_to(folder / "volumes")
    for name in ("r + c", "mae", "1 %"):
        for part, value in weights_of(load_encoder(ablation_encoder(slow, name))).items():
            torch.testing.assert_close(value, untrained[part], rtol=0, atol=1e-9)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(
    folder: Path, tmp_path: Path
) -> None:
    encoders = [ablation_encoder(opened(folder), "mae").read_bytes()]
    for name, seed in (("same", 20251), ("other", 7)):
        run = opened(tmp_path / name, **{"study.seed": seed})
        (run.folder / "volumes").symlink_to(folder / "volumes")
        encoders.append(ablation_encoder(run, "mae").read_bytes())
    assert encoders[0] == encoders[1]
    assert encoders[0] != encoders[2]


def test_what_another_encoder_is_asked_for_teaches_none_anew(folder: Path) -> None:
    before = ablation_encoder(opened(folder), "r").stat().st_mtime_ns
    changed = opened(folder, **{"ablation.draws": 2, "pretraining.steps": 5})
    assert ablation_encoder(changed, "r").stat().st_mtime_ns == before
    assert ablation_seed(changed) == ablation_seed(opened(folder))


def test_a_scan_of_a_patient_with_a_label_raises(folder: Path) -> None:
    run = opened(folder)
    crosswalk = made_crosswalk([("B-03", "upenn_gbm", "UPENN-GBM-00007")])
    store_cohorts(run, {"upenn_gbm": {"UPENN-GBM-00007": "pseudoprogression"}}, crosswalk)
    with pytest.raises(OverlapError, match=r"B-03 is upenn_gbm/UPENN-GBM-00007"):
        ablation_encoder(run, "r")


def test_an_encoder_that_has_seen_a_patient_is_not_used(folder: Path, tmp_path: Path) -> None:
    run = opened(tmp_path / "seen")
    (run.folder / "volumes").symlink_to(folder / "volumes")
    path = ablation_encoder(run, "r")
    keys = ["development/development-003/001"]
    write_card(path.parent, load_encoder(path), landmarks="", keys=keys)
    with pytest.raises(OverlapError, match="trained on 1 of the patients to be predicted"):
        tokens_of_encoders(run, ["r"])


def test_an_encoder_of_another_shape_is_not_used(folder: Path, tmp_path: Path) -> None:
    run = opened(tmp_path / "shape")
    (run.folder / "volumes").symlink_to(folder / "volumes")
    path = ablation_encoder(run, "r")
    other = {**small_architecture(run), "depth": 2}
    encoder = type(load_encoder(path))(**other)
    save_encoder(path.parent / ENCODER, encoder)
    write_card(path.parent, encoder, landmarks="", keys=[])
    with pytest.raises(CheckpointError, match="the encoder has depth 2, the parameters ask for 1"):
        tokens_of_encoders(run, ["r"])


def test_an_unknown_encoder_raises(folder: Path) -> None:
    with pytest.raises(EstimatorError, match=r"the ablation has no encoder 'r \* c'; it has r \+"):
        ablation_encoder(opened(folder), "r * c")  # type: ignore[arg-type]


def test_without_unlabelled_scans_there_is_no_encoder_and_no_token(
    folder: Path, cases: dict[str, list[Case]]
) -> None:
    run = opened(folder)
    del cases["brats2021"][1:]
    with pytest.raises(MissingInputError, match="fewer than two unlabelled scans"):
        ablation_encoder(run, "r")
    assert ablation_tokens(run, PATIENTS, "r") is None


def test_tokens_are_those_of_the_encoder_on_the_pooled_scan(folder: Path) -> None:
    run = opened(folder)
    assert ablation_tokens(run, PATIENTS.assign(has_image=False), "r") is None
    tokens = ablation_tokens(run, PATIENTS, "c")
    assert tokens is not None
    assert tokens.has(PATIENTS).all()
    encoder = load_encoder(ablation_encoder(run, "c"))
    key = patient_keys(PATIENTS)[5]
    small = volume_store(run).read(key).astype(np.float32)
    small = small.reshape(2, 8, 2, 8, 2, 8, 2).mean(axis=(2, 4, 6)).astype(np.float16)
    with torch.inference_mode():
        expected = encoder(torch.from_numpy(small.astype(np.float32))[None])[0].numpy()
    np.testing.assert_allclose(tokens.of(PATIENTS.iloc[[5]])[0], expected, atol=5e-3)
    share = tokens.lesion_of(PATIENTS.iloc[[5]])[0].reshape(2, 2, 2)
    assert share[0, 0, 0] == pytest.approx(27 / 512, rel=1e-3)  # 3 of 4 lesion voxels a side
    assert share.sum() == pytest.approx(64 / 512, rel=1e-3)
    again = ablation_tokens(run, PATIENTS, "c")
    assert again is not None
    assert again.digest == tokens.digest


def test_a_scan_without_lesion_has_no_share_of_it(folder: Path) -> None:
    run = opened(folder)
    path, scans = ablation_encoder(run, "untrained"), unlabelled_scans(run)
    assert scans is not None
    assert not encode_scans(path, scans.store, scans.keys[:2]).lesion_share.any()


def test_every_patient_is_scored_by_every_encoder_out_of_its_half(folder: Path) -> None:
    run = opened(folder, **{"ablation.variants": ["c", "untrained"], "ablation.draws": 2})
    measured = score_encoders(run)
    scores = measured[measured["kind"] == "score"]
    counts = scores.groupby(["variant", "model"], sort=False).size().to_dict()
    assert counts == {
        **{(name, model): 48 for name in ("c", "untrained")
           for model in ("ridge_all", "ridge_lesion")},
        **{(name, "network_lesion"): 24 for name in ("c", "untrained")},
        (GREY_VALUES, "ridge_lesion"): 48,
    }  # fmt: skip
    one = scores[(scores["draw"] == 0) & (scores["model"] == "ridge_lesion")]
    halves = one.pivot_table(index="key", columns="variant", values="half")
    assert halves["c"].equals(halves["untrained"])
    assert halves["c"].sum() == 12
    pd.testing.assert_frame_equal(score_encoders(run), measured)


def test_labels_of_the_scored_patients_change_no_score(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = PATIENTS.index[(PATIENTS["dataset"] == "development")][12:]
    turned = PATIENTS.copy()
    turned.loc[held, "label"] = PATIENTS.loc[held, "label"].to_numpy()[::-1]
    assert not turned["label"].equals(PATIENTS["label"])
    monkeypatch.setattr(ablation_scores, "splits", lambda *_: [(np.arange(12), np.arange(12, 24))])
    scores = []
    for table in (PATIENTS, turned):
        patients = Patients(table, pd.DataFrame())
        monkeypatch.setattr(ablation_scores, "study_patients", lambda *_, **__: patients)  # noqa: B023
        run = opened(folder, **{"ablation.variants": ["untrained"]})
        measured = score_encoders(run)
        scores.append(measured.loc[measured["kind"] == "score", ["model", "key", "score"]])
    assert set(scores[0]["model"]) == {"ridge_all", "ridge_lesion", "network_lesion"}
    pd.testing.assert_frame_equal(scores[0], scores[1])


def test_without_development_phantoms_nothing_is_scored(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = Patients(PATIENTS[PATIENTS["dataset"] == "burdenko"], pd.DataFrame())
    monkeypatch.setattr(ablation_scores, "study_patients", lambda *_, **__: nobody)
    assert score_encoders(opened(folder)).empty
