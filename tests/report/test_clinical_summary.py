"""Summary of the real clinical table (DOI 10.7937/E1QP-D183)."""

from pathlib import Path

from psp_core.report.clinical_summary import summarise_clinical_table


def test_figures_of_the_real_table(reference_dir: Path) -> None:
    summary = summarise_clinical_table(reference_dir / "burdenko_clinical")
    assert summary.figures == {
        "patients": 180,
        "follow_up_dates": 657,
        "labelled_patients": 115,
        "true_progression": 82,
        "pseudoprogression": 33,
        "pseudoprogression_with_later_progression": 15,
    }
    assert not summary.is_recorded
    assert summary.label_rule == "first_non_distant"
    rules = summary.tables["label_rules"]
    assert (
        rules["pseudoprogression"] + rules["true_progression"] + rules["unlabelled"] == 180
    ).all()
    days = summary.tables["characteristics"].set_index(["variable", "category"])
    assert days.loc["days_since_rt", "pseudoprogression"].tolist() == [20, -11, 80, 33]


def test_no_patient_is_in_any_table(reference_dir: Path) -> None:
    summary = summarise_clinical_table(reference_dir / "burdenko_clinical")
    assert len(summary.tables) == 7
    assert not any("GBM" in table.to_csv() for table in summary.tables.values())
