"""Fitting the scale of grey values on what is usable."""

from __future__ import annotations

from pathlib import Path

from psp_core.preprocessing.cases import Case
from psp_core.preprocessing.intensity import PERCENTILES
from psp_core.preprocessing.pipeline import aligned_store, fit_scale
from psp_core.runs import open_run
from tests.cohorts.made import store_cohorts

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"


def test_a_scan_of_one_grey_value_is_left_out_of_the_scale(tmp_path: Path) -> None:
    run = open_run(PARAMS, tmp_path / "run")
    store_cohorts(run, {"burdenko": {"B-1": "true_progression"}})
    cases = [Case("brats2021", f"B-{n}", 0, "unlabelled", True, {}) for n in range(3)]
    rising = [float(percent) for percent in PERCENTILES]
    for case, flair in zip(cases, (rising, rising, [1.0] * len(rising)), strict=True):
        record = {"status": "done", "percentiles": {"t1ce": rising, "flair": flair}}
        aligned_store(run).write(case.key, {}, record, digest="made")
    landmarks = fit_scale(run, {"brats2021": cases})
    assert landmarks is not None
    assert landmarks.cases == 2
    assert fit_scale(run, {"brats2021": cases[2:]}) is None
