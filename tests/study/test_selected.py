"""Selected figures are read from the records of the fold models."""

from __future__ import annotations

from pathlib import Path

from psp_core.preprocessing.store import VolumeStore
from psp_core.study.selected import selected_by_fold
from tests.cohorts.made import run_with_cohorts

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"


def test_names_come_with_seed_fold_and_rank_and_failed_folds_have_none(tmp_path: Path) -> None:
    run = run_with_cohorts(PARAMS, tmp_path / "run", {"study.workers": 1})
    store, done = VolumeStore(run.folder / "fits"), {"status": "done", "reason": ""}
    store.write("forest/seed0/fold0", {}, done | {"selected": ["b", "a"]}, digest="1")
    store.write("forest/seed0/fold1", {}, {"status": "excluded", "reason": "x"}, digest="2")
    store.write("majority/seed0/fold0", {}, done, digest="3")
    found = selected_by_fold(run, "forest")
    assert found.to_numpy().tolist() == [[0, 0, 1, "b"], [0, 0, 2, "a"]]
    assert selected_by_fold(run, "majority").empty
    assert list(selected_by_fold(run, "nobody").columns) == ["seed", "fold", "rank", "name"]
