"""The recorded summary: round trip, no patient in it, and equal to the live one."""

import json
from pathlib import Path

import pandas as pd
import pytest

from psp_core.errors import MissingInputError, UnreadableFileError
from psp_core.report import recorded
from psp_core.report.clinical_summary import ClinicalSummary, summarise_clinical_table
from psp_core.report.recorded import (
    clinical_summary,
    main,
    origin_text,
    read_recorded,
    write_recorded,
)

SUMMARY = ClinicalSummary(
    figures={"patients": 3.0},
    tables={"t": pd.DataFrame({"a": [1.0, float("nan")], "b": ["x", ""]})},
    label_rule="first",
    input_sha256="0123456789abcdef",
)


def test_a_summary_survives_the_disk_and_is_marked(tmp_path: Path) -> None:
    write_recorded(tmp_path / "new" / "s.json", SUMMARY)
    read = read_recorded(tmp_path / "new" / "s.json")
    assert read.is_recorded
    assert (read.figures, read.label_rule) == (SUMMARY.figures, SUMMARY.label_rule)
    pd.testing.assert_frame_equal(read.tables["t"], SUMMARY.tables["t"])


def test_the_text_says_where_the_figures_come_from(tmp_path: Path) -> None:
    write_recorded(tmp_path / "s.json", SUMMARY)
    text = origin_text(read_recorded(tmp_path / "s.json"))
    assert "**Recorded.**" in text
    assert "`0123456789ab…`" in text
    assert SUMMARY.command in text
    assert "**Computed now**" in origin_text(SUMMARY)


def test_the_committed_summary_holds_no_patient_and_no_path() -> None:
    path = recorded.RECORDED_FOLDER / recorded.CLINICAL_FILE
    text = path.read_text(encoding="utf-8")
    assert "Burdenko-GBM-0" not in text
    assert "Burdenko-GBM-1" not in text
    assert json.loads(text)["figures"]["labelled_patients"] == 115


def test_the_committed_summary_is_that_of_the_real_table(
    reference_dir: Path, tmp_path: Path
) -> None:
    folder = reference_dir / "burdenko_clinical"
    assert main([str(folder), "--output", str(tmp_path / "s.json")]) == 0
    committed = recorded.RECORDED_FOLDER / recorded.CLINICAL_FILE
    assert (tmp_path / "s.json").read_text() == committed.read_text()


def test_the_live_table_goes_before_the_recorded_one(reference_dir: Path) -> None:
    folder = reference_dir / "burdenko_clinical"
    assert not clinical_summary(folder, windows_days=(90,)).is_recorded
    assert clinical_summary(None).is_recorded
    live = summarise_clinical_table(folder)
    assert clinical_summary(None).input_sha256 == live.input_sha256


def test_a_named_table_that_is_gone_raises(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"clinical table 'gone\.csv' that the params name"):
        clinical_summary(tmp_path / "gone.csv")


def test_what_is_no_summary_raises(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"no recorded summary s\.json"):
        read_recorded(tmp_path / "s.json")
    for content in ("", "[]", "{}", '{"tables": {"t": {"rows": []}}}'):
        (tmp_path / "s.json").write_text(content)
        with pytest.raises(UnreadableFileError, match=r"s\.json is no recorded summary"):
            read_recorded(tmp_path / "s.json")


def test_the_command_reports_a_fault_and_fails(tmp_path: Path, capsys) -> None:
    assert main([str(tmp_path)]) == 1
    assert "no file named like" in capsys.readouterr().err
