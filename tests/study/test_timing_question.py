"""Which analyses are fitted, and phantoms of known causes as a stage of a run."""

from pathlib import Path

import pandas as pd
import pytest

from psp_core.cohorts.timing_selections import MAIN, Selection
from psp_core.runs import open_run
from psp_core.study.latent_cohort import draw_latent_cohort
from psp_core.study.timing_question import (
    AS_SET,
    STRONG,
    STRONG_ONLY,
    TIME_ONLY,
    fitted_selections,
    phantom_draws,
    phantom_fits,
    real_fits,
)

ROOT = Path(__file__).parents[2]
SMALL = (
    "{study.workers: 1, timing_question.phantom_patients: [36], timing_question.splits: 1, "
    "timing_question.largest_bootstrapped: 10, timing_question.fitted_windows_days: []}"
)


def selection(rule: str, patients: str, n: int = 30) -> Selection:
    rows = pd.DataFrame({"subject_id": [str(number) for number in range(n)]})
    return Selection(rule, patients, rows)


def test_the_main_rule_is_fitted_by_window_and_visit_and_others_on_all_events() -> None:
    names = ("all events", "event within 60 days", "event within 90 days", "event at follow-up 2",
             "at risk at follow-up 1")  # fmt: skip
    every = [selection(rule, name) for rule in (MAIN, "first event") for name in names]
    kept = fitted_selections(every, windows_days=(90,)).values()
    assert [(one.rule, one.patients) for one in kept] == [
        (MAIN, "all events"),
        (MAIN, "event within 90 days"),
        (MAIN, "at risk at follow-up 1"),
        ("first event", "all events"),
    ]


def test_phantoms_of_every_story_are_fitted_once_and_kept(tmp_path: Path) -> None:
    run = open_run(ROOT / "params" / "ci.yaml", tmp_path, SMALL)
    draws = phantom_draws(run)
    stories = {one.setting: one.causes for one in draws.values()}
    assert list(stories) == [AS_SET, TIME_ONLY, STRONG, STRONG_ONLY]
    assert [one.timing for one in stories.values()] == [
        *("jang2018", "jang2018", "burdenko", "burdenko")
    ]
    assert [one.label_depends_on_time_only for one in stories.values()] == [
        *(False, True, False, True)
    ]
    table = phantom_fits(run)
    assert set(table["n"]) == {36}
    assert (table["resamples"] == 0).all()  # more patients than are resampled
    file = tmp_path / "timing_phantoms" / "timing_phantoms.parquet"
    written = file.stat().st_mtime_ns
    pd.testing.assert_frame_equal(phantom_fits(run), table)
    assert file.stat().st_mtime_ns == written


def test_the_strong_timing_is_without_the_run_s_switches(tmp_path: Path) -> None:
    switched = SMALL.replace("{", "{phantom.switches.label_depends_on_time_only: true, ", 1)
    run = open_run(ROOT / "params" / "ci.yaml", tmp_path, switched)
    stories = {one.setting: one.causes for one in phantom_draws(run).values()}
    assert list(stories) == [AS_SET, STRONG, STRONG_ONLY]  # as set is time only
    assert not stories[STRONG].label_depends_on_time_only
    assert stories[STRONG_ONLY].label_depends_on_time_only


def test_a_story_that_equals_an_earlier_one_is_left_out(tmp_path: Path) -> None:
    run = open_run(
        ROOT / "params" / "ci.yaml", tmp_path, SMALL.replace("{", "{phantom.timing: burdenko, ", 1)
    )
    assert [one.setting for one in phantom_draws(run).values()] == [AS_SET, TIME_ONLY, STRONG_ONLY]


def test_real_fits_name_rule_and_patients_and_hold_no_row_of_a_patient(tmp_path: Path) -> None:
    run = open_run(ROOT / "params" / "ci.yaml", tmp_path, SMALL)
    drawn = draw_latent_cohort(next(iter(phantom_draws(run).values())).causes, (24,), seed=0)
    one = Selection(MAIN, "all events", drawn.parts[0].assign(label="true_progression"))
    table = real_fits(run, [one])
    assert set(table["rule"] + ", " + table["patients"]) == {f"{MAIN}, all events"}
    assert table["note"].str.startswith("not fitted").all()
    assert "subject_id" not in table
    assert table["n_true_progression"].tolist() == [24] * len(table)
    assert table["auc"].isna().all()
    assert pytest.approx(0) == table["n_pseudoprogression"].sum()
