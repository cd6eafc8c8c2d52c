"""The recorded summary on timing: no patient in it, and equal to what the table gives."""

import json
from pathlib import Path

import pandas as pd
import pytest

from psp_core.cohorts.burdenko import read_clinical_table
from psp_core.cohorts.timing_selections import EVERYBODY, MAIN, timing_selections
from psp_core.errors import MissingInputError
from psp_core.params import read_params
from psp_core.report.recorded import RECORDED_FOLDER, read_recorded
from psp_core.report.timing_summary import TIMING_FILE, main, timing_summary
from psp_core.runs import open_run
from psp_core.study.timing_fits import fit_timing

ROOT = Path(__file__).parents[2]
CI, DEMO = ROOT / "params" / "ci.yaml", ROOT / "params" / "demo.yaml"
NOTHING_FITTED = "{study.workers: 1, timing_question.fitted_minimum_per_class: 1000}"


def test_the_committed_summary_holds_no_patient_and_no_path() -> None:
    text = (RECORDED_FOLDER / TIMING_FILE).read_text(encoding="utf-8")
    assert "Burdenko-GBM-0" not in text
    assert "Burdenko-GBM-1" not in text
    assert "/work" not in text
    assert json.loads(text)["figures"]["true_progression"] == 82
    assert not {"subject_id", "sex", "age_years"} & {
        column for table in json.loads(text)["tables"].values() for column in table["columns"]
    }


def test_the_committed_summary_is_that_of_the_real_table(
    reference_dir: Path, tmp_path: Path
) -> None:
    """All of it but the fitted models, which take minutes: their first figures are below."""
    folder, file = reference_dir / "burdenko_clinical", tmp_path / "s.json"
    assert main([str(folder), str(DEMO), "--output", str(file), "--overrides", NOTHING_FITTED]) == 0
    new, old = read_recorded(file), read_recorded(RECORDED_FOLDER / TIMING_FILE)
    assert (new.figures, new.input_sha256, new.label_rule) == (
        *(old.figures, old.input_sha256, old.label_rule),
    )
    assert set(new.tables) == set(old.tables)
    for name in set(new.tables) - {"fits"}:
        pd.testing.assert_frame_equal(new.tables[name], old.tables[name])
    keys = ["rule", "patients", "model", "n_true_progression", "n_pseudoprogression"]
    pd.testing.assert_frame_equal(new.tables["fits"][keys], old.tables["fits"][keys])


def test_the_recorded_models_are_those_of_the_real_table(reference_dir: Path) -> None:
    params = read_params(DEMO)
    clinical = read_clinical_table(reference_dir / "burdenko_clinical")
    (one,) = [
        one
        for one in timing_selections(clinical, early_days=84, windows_days=(), follow_ups=())
        if (one.rule, one.patients) == (MAIN, EVERYBODY)
    ]
    fitted = fit_timing(
        one.rows,
        n_folds=params.classification.folds,
        bootstrap_samples=0,
        splits=params.timing_question.splits,
        minimum_per_class=params.timing_question.fitted_minimum_per_class,
        seed=params.study.seed,
    )
    old = read_recorded(RECORDED_FOLDER / TIMING_FILE).tables["fits"]
    recorded = old[(old["rule"] == MAIN) & (old["patients"] == EVERYBODY)]
    for name in ("auc", "lower", "upper", "least", "greatest"):
        assert recorded[name].to_numpy() == pytest.approx(fitted[name].to_numpy(), abs=1e-9)


def test_without_a_table_the_recorded_one_is_read_and_a_wrong_path_raises(tmp_path: Path) -> None:
    run = open_run(CI, tmp_path, "")
    assert timing_summary(run, None).is_recorded
    with pytest.raises(MissingInputError, match=r"clinical table 'gone\.csv' that the params name"):
        timing_summary(run, tmp_path / "gone.csv")


def test_the_command_reports_a_fault_and_fails(tmp_path: Path, capsys) -> None:
    assert main([str(tmp_path), str(CI), "--output", str(tmp_path / "s.json")]) == 1
    assert "no file named like" in capsys.readouterr().err
