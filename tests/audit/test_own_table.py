"""The audit of a table of one's own, from the file to the exit status."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp_core.audit.__main__ import main
from psp_core.audit.own_table import audit_table, read_table
from psp_core.errors import MissingInputError, TableError

HEAD = "row,n_positive,n_negative,auc,accuracy,sensitivity,specificity\n"


def written(folder: Path, *lines: str, head: str = HEAD) -> Path:
    path = folder / "own.csv"
    path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_possible_table_says_its_counts_and_ends_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(written(tmp_path, "clinical,11,9,0.727,0.700,0.636,0.778"))]) == 0
    said = capsys.readouterr().out
    assert said == "clinical: the rates are possible: TP 7 and TN 7. AUC 0.727 is possible.\n"


def test_a_row_that_cannot_be_says_what_would_make_it_possible(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ("proposed,11,9,0.753,0.750,0.727,0.800", "clinical,11,9,,0.700,0.636,0.778")
    assert main([str(written(tmp_path, *lines))]) == 1
    said = capsys.readouterr().out.splitlines()
    assert "No count at all: specificity 0.800 (nearest 7/9 = 0.778; 8/9 = 0.889)" in said[0]
    assert "specificity column: positive predictive value" in said[0]
    assert "AUC 0.753 is no count of pairs without a tie" in said[0]
    assert said[1] == "clinical: the rates are possible: TP 7 and TN 7."


def test_an_auc_that_ties_explain_is_possible_and_said(tmp_path: Path) -> None:
    (row,) = audit_table(read_table(written(tmp_path, "tied,11,9,0.753,,,")))
    assert row.is_possible
    assert "it can come about: an odd number of tied pairs" in row.sentence


def test_a_row_without_a_figure_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="row 'empty' has no figure"):
        read_table(written(tmp_path, "empty,11,9,,,,"))


def test_of_many_readings_a_few_are_shown(tmp_path: Path) -> None:
    (row,) = audit_table(read_table(written(tmp_path, "odd,11,9,,0.71,0.7,")))
    assert row.sentence.count("; or ") == 3
    assert row.sentence.endswith("more.")


def test_a_trailing_zero_is_kept(tmp_path: Path) -> None:
    (row,) = audit_table(read_table(written(tmp_path, "a,11,9,,0.70,,")))
    assert row.check.cells["accuracy"].printed == "0.70"


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    head = "row,n_positive,n_negative,AUC\n"
    path = written(tmp_path, "a,0,9,0.7", "a,eleven,9,0.7", ",11,9,0.7", head=head)
    with pytest.raises(TableError) as raised:
        read_table(path)
    assert raised.value.faults == (
        "column 'AUC' is unknown; expected row, n_positive, n_negative, auc, sensitivity, "
        "specificity, ppv, npv, accuracy, balanced_accuracy, f1, youden",
        "no column of figures; expected some of auc, sensitivity, specificity, ppv, npv, "
        "accuracy, balanced_accuracy, f1, youden",
        "row 3 has no name",
        "row 'a' stands twice",
        "row 'a': n_positive is '0', expected a whole number of 1 or more",
        "row 'a': n_positive is 'eleven', expected a whole number of 1 or more",
    )


def test_a_missing_column_an_empty_table_and_a_wrong_path_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(TableError, match=r"column 'n_negative' misses\n  - no row"):
        read_table(written(tmp_path, head="row,n_positive,auc"))
    with pytest.raises(MissingInputError, match=r"no table absent\.csv"):
        read_table(tmp_path / "absent.csv")
    assert main([str(tmp_path / "absent.csv")]) == 2
    assert "no table absent.csv" in capsys.readouterr().err


def test_figures_that_are_no_numbers_are_told_for_all_rows(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "a,11,9,0.7a,,,", "b,11,9,,high,,"))
    with pytest.raises(TableError, match=r"(?s)row 'a': .*'0\.7a' is no number.*row 'b': .*'high'"):
        audit_table(table)


def test_a_file_that_is_no_table_is_told(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text('row,auc\n"a,1\nb,2,3,4\n', encoding="utf-8")
    with pytest.raises(TableError, match="not a CSV table"):
        read_table(path)
