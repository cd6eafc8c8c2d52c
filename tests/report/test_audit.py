"""Tables of the audit page."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from psp_core.audit.findings import IMPOSSIBLE, OTHERWISE, POSSIBLE, Finding, findings_table
from psp_core.audit.printed_tables import Entry
from psp_core.report.audit import (
    EXTERNAL_FOLDS,
    audit_overview,
    figure_words,
    format_alarms,
    format_corrected,
    format_detection,
    format_findings,
    format_implied,
    format_p_values,
    format_readings,
    format_rows,
    format_table_readings,
    mean_counts,
    sd_counts,
    vote_rows,
)
from psp_core.report.audit_run import shared_readings, vote_tables

FIGURES = {
    "proposed": {
        "auc": "0.753", "accuracy": "0.750", "sensitivity": "0.727", "specificity": "0.800",
    },
    "clinical_only": {
        "auc": "0.727", "accuracy": "0.700", "sensitivity": "0.636", "specificity": "0.778",
    },
    "jang": {"auc": "0.686", "accuracy": "0.550", "sensitivity": "0.455", "specificity": "0.625"},
}  # fmt: skip


def vote(row: str, table: str = "Table 2", **changes: str) -> Entry:
    figures = {**FIGURES[row], **changes}
    return Entry(
        id=f"{row} {table}",
        paper="gomaa2025",
        place=f"{table}, external test, soft vote",
        row=row,
        kind="rates",
        given={"n_positive": 11, "n_negative": 9, "figures": figures},
    )


def finding(place: str, figure: str, verdict: str, row: str = "proposed") -> Finding:
    return Finding(
        paper="gomaa2025", place=place, row=row, figure=figure, printed="0.1", verdict=verdict,
        sentence="So it is.",
    )  # fmt: skip


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return vote_tables([vote(row) for row in FIGURES], confidence_level=0.95)


def test_findings_are_counted_by_table_and_verdict() -> None:
    findings = findings_table(
        [
            finding("Table 2, validation", "auc", POSSIBLE),
            finding("Table 2, external test, soft vote", "auc", IMPOSSIBLE),
            finding("Abstract", "auc", POSSIBLE),
        ]
    )
    overview = audit_overview(findings).set_index("where")
    assert overview.loc["Gomaa 2025, Table 2", ["findings", POSSIBLE, IMPOSSIBLE]].tolist() == [
        *(2, 1, 1)
    ]
    assert overview.loc["Gomaa 2025, text", POSSIBLE] == 1


def test_a_finding_that_two_tables_repeat_stands_once_with_both() -> None:
    findings = findings_table(
        [
            finding("Table 2, external test", "auc, mean", OTHERWISE),
            finding("Table 3, external test", "auc, mean", OTHERWISE),
            finding("Table 3, external test", "accuracy, mean", POSSIBLE),
        ]
    )
    (only,) = format_findings(findings).to_dict("records")
    assert only["place"] == "Table 2; Table 3"
    assert only["figure"] == "AUC, mean"
    assert len(format_findings(findings, verdicts=[POSSIBLE])) == 1


def test_no_finding_of_a_verdict_leaves_an_empty_table() -> None:
    findings = findings_table([finding("Table 2", "auc", POSSIBLE)])
    assert format_findings(findings).empty


def test_figures_of_which_the_same_is_said_stand_together() -> None:
    findings = findings_table(
        [finding("Table 2", f"PD.{figure}", OTHERWISE) for figure in ("recall", "f1")]
    )
    (only,) = format_findings(findings).to_dict("records")
    assert (only["figure"], only["printed"]) == ("recall, PD; F1, PD", "0.1; 0.1")


def test_p_values_stand_beside_every_test() -> None:
    given = Finding(
        paper="jang2018", place="Table 1", row="sex", figure="p", printed="0.03",
        verdict=POSSIBLE, possible="chi-squared 0.032; Fisher 0.050", sentence="It gives it.",
    )  # fmt: skip
    (row,) = format_p_values(findings_table([given])).to_dict("records")
    assert row["tests"] == "chi-squared 0.032; Fisher 0.050"


def test_a_row_that_is_printed_again_counts_once() -> None:
    findings = findings_table(
        [
            finding(f"Table {table}, {EXTERNAL_FOLDS}", f"{figure}, {part}", verdict)
            for table in (2, 3)
            for figure, part, verdict in (
                ("sensitivity", "SD", POSSIBLE),
                ("auc", "SD", OTHERWISE),
                ("sensitivity", "mean", IMPOSSIBLE),
            )
        ]
    )
    assert sd_counts(findings, EXTERNAL_FOLDS)[POSSIBLE] == 1
    assert sd_counts(findings, EXTERNAL_FOLDS).sum() == 1
    assert mean_counts(findings, EXTERNAL_FOLDS)[IMPOSSIBLE] == 1


def test_an_sd_of_0_is_not_counted() -> None:
    given = finding(f"Table 2, {EXTERNAL_FOLDS}", "sensitivity, SD", POSSIBLE)
    zero = replace(given, row="sun", printed="0.000")
    assert sd_counts(findings_table([given, zero]), EXTERNAL_FOLDS).sum() == 1


def test_a_paper_without_a_title_goes_by_its_id() -> None:
    other = replace(finding("Table 2", "auc", POSSIBLE), paper="smith2020")
    assert audit_overview(findings_table([other]))["where"].item() == "smith2020, Table 2"


def test_one_reading_of_all_rows_is_written_by_table() -> None:
    votes = [vote("proposed"), vote("jang"), vote("proposed", "Table 4", sensitivity="0.636")]
    written = format_table_readings(shared_readings(votes))
    assert list(dict.fromkeys(written["table"])) == ["Table 2", "Table 4", "all"]
    together = written[written["table"] == "Table 2"].iloc[0]
    assert "positive predictive value" in together["all rows read as"]


def test_rows_that_differ_between_tables_both_stand() -> None:
    rows = vote_rows(
        [
            vote("proposed"),
            vote("proposed", "Table 3"),
            vote("proposed", "Table 4", sensitivity="0.636"),
        ]
    )
    assert list(rows) == ["proposed", "proposed, Table 4"]


def test_the_column_is_told_row_by_row(tables: dict[str, pd.DataFrame]) -> None:
    rows = format_rows(tables["column_rows"]).set_index("row")
    assert rows.loc["proposed", "its specificity"] == "7/9 = 0.778"
    assert rows.loc["proposed", "the printed figure equals"] == "positive predictive value"
    readings = format_readings(tables["column_readings"])
    assert readings.iloc[0][["read as", "rows"]].tolist() == ["PPV", "3 of 3"]


def test_the_corrected_table_has_counts_and_exact_intervals(
    tables: dict[str, pd.DataFrame],
) -> None:
    corrected = format_corrected(tables["corrected"]).set_index("row")
    assert corrected.loc["proposed", "specificity"] == "7/9: 0.778 (0.400 to 0.972)"
    assert corrected.loc["proposed", "sensitivity"] == "8/11: 0.727 (0.390 to 0.940)"


def test_what_follows_is_one_patient(tables: dict[str, pd.DataFrame]) -> None:
    implied = tables["implied"].set_index("row")
    assert implied.loc["clinical only", "apart"] == 1
    assert implied.loc["proposed", "p_auc"] == pytest.approx(2 * 0.0281, abs=2e-4)
    assert implied.loc["proposed", "p_accuracy"] == pytest.approx(0.0553, abs=5e-4)
    written = format_implied(tables["implied"]).set_index("row")
    assert written.loc["proposed", "right of all"] == "15/20"
    assert written.loc["proposed", "of so many pairs"] == "75/99, the nearest"
    assert written.loc["clinical only", "of so many pairs"] == "72/99"
    assert written.loc["proposed", "95 % interval, logit"] == "0.49 to 0.91"


def test_a_row_with_two_matrices_has_dashes() -> None:
    votes = [vote("proposed"), vote("jang"), vote("proposed", "Table 4", sensitivity="0.636")]
    two = vote_tables(votes, confidence_level=0.95)
    corrected = format_corrected(two["corrected"]).set_index("row")
    assert corrected.loc["proposed, Table 4", "specificity"] == "–"
    assert "proposed, Table 4" not in set(two["implied"]["row"])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("auc, mean", "AUC, mean"),
        ("PsPD.recall", "recall, PsPD"),
        ("average.f1", "F1, average"),
        ("ppv", "PPV"),
        ("balanced_accuracy", "balanced accuracy"),
    ],
)
def test_figures_are_named_as_a_reader_says_them(name: str, words: str) -> None:
    assert figure_words(name) == words


def test_detection_and_alarms_have_exact_intervals() -> None:
    detection = pd.DataFrame(
        [
            {
                **{"fault": "planted", "models": 4, "tables": 10, "detected": 9},
                **{"detected_lower": 0.555, "detected_upper": 0.997, "named": 5},
                **{"named_lower": 0.187, "named_upper": 0.813, "named_alone": 4},
            }
        ]
    )
    (row,) = format_detection(detection).to_dict("records")
    assert row["some figure impossible"] == "9: 0.900 (0.555 to 0.997)"
    alarms = pd.DataFrame(
        [
            {
                **{"tables": "single figures", "called": "impossible", "k": 0, "n": 200},
                **{"value": 0.0, "exact_lower": 0.0, "exact_upper": 0.018},
            }
        ]
    )
    (row,) = format_alarms(alarms).to_dict("records")
    assert row["of so many"] == "0/200: 0.000 (0.000 to 0.018)"
