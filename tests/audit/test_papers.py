"""Every printed figure of the book's file, and what the audit must find among them.

The expectations are those of the field map's section on printed figures, computed there apart.
"""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest

from psp_core.audit.columns import column_readings
from psp_core.audit.findings import (
    IMPOSSIBLE,
    NOT_TESTABLE,
    OTHERWISE,
    POSSIBLE,
    VERDICTS,
    findings_table,
)
from psp_core.audit.papers import CHECKS, audit_printed
from psp_core.audit.printed_tables import FIELDS, Entry, read_printed

EXTERNAL = "external test, mean and SD over folds"
INTERNAL = "Table 2, validation, mean and SD over folds"


@pytest.fixture(scope="module")
def entries() -> tuple[Entry, ...]:
    return read_printed()


@pytest.fixture(scope="module")
def findings(entries: tuple[Entry, ...]) -> pd.DataFrame:
    return findings_table(audit_printed(entries))


def one(findings: pd.DataFrame, **where: str) -> pd.Series:
    """The only finding whose columns are these; a place may be named by its beginning."""
    chosen = findings
    for name, value in where.items():
        texts = chosen[name]
        chosen = chosen[texts.str.startswith(value) if name == "place" else texts == value]
    assert len(chosen) == 1, f"{len(chosen)} findings with {where}"
    return chosen.iloc[0]


def test_every_kind_has_a_check() -> None:
    assert set(CHECKS) | {"statement"} == set(FIELDS)


def test_every_entry_is_audited_and_every_verdict_has_a_sentence(
    entries: tuple[Entry, ...], findings: pd.DataFrame
) -> None:
    assert {(entry.paper, entry.place) for entry in entries} <= set(
        zip(findings["paper"], findings["place"], strict=True)
    )
    assert set(findings["verdict"]) == set(VERDICTS)
    assert findings["sentence"].str.endswith(".").all()


def test_every_printed_figure_has_a_finding(
    entries: tuple[Entry, ...], findings: pd.DataFrame
) -> None:
    for entry in entries:
        own = findings[(findings["paper"] == entry.paper) & (findings["place"] == entry.place)]
        figures = entry.given.get("figures", {})
        if entry.kind == "rates":
            assert set(figures) <= set(own.loc[own["row"] == entry.row, "figure"])
        elif entry.kind == "statement":
            assert [figure["figure"] for figure in figures] == list(own["figure"])
        elif entry.kind == "fold_rates":
            names = {f"{name}, {part}" for name in figures for part in ("mean", "SD")}
            assert names <= set(own.loc[own["row"] == entry.row, "figure"])
        else:
            rows = own[own["row"] == entry.row]
            assert printed_of(entry) == Counter(zip(rows["figure"], rows["printed"], strict=True))


def printed_of(entry: Entry) -> Counter[tuple[str, str]]:
    """Every figure of a report, of shares, of a contingency table or of ranges, with its name."""
    given, found = entry.given, []
    if entry.kind == "class_report":
        for group, row in given["classes"].items():
            found += [(f"{group}.{figure}", text) for figure, text in row.items()]
    elif entry.kind == "shares":
        found += [(name, f"{k} ({share} %)") for name, (k, share) in given["parts"].items()]
        found.append(("total", given["total"]))
    elif entry.kind == "contingency":
        for name, row in given["cells"].items():
            cells = zip(given["groups"], row, strict=True)
            found += [(f"{name}, {group}", f"{k} ({share} %)") for group, (k, share) in cells]
        sums = {**given["groups"], **given["totals"]}
        found += [(f"{name}, total", size) for name, size in sums.items()]
        found.append(("p", given["p"]))
    elif entry.kind == "range":
        groups = {"all": given["total"]}
        for parts in given.get("divisions", {}).values():
            groups |= parts
        for who, row in groups.items():
            names = (f"{figure}, {who}" for figure in ("median", "lowest", "highest"))
            found += zip(names, row[:3], strict=True)
        found += [(f"p, {name}", p) for name, (p, _) in given.get("tests", {}).items()]
    return Counter(found)


@pytest.mark.parametrize(
    ("table", "row", "specificity"),
    [
        ("Table 2", "proposed", "7/9 = 0.778"),
        ("Table 3", "proposed", "7/9 = 0.778"),
        ("Table 2", "jang", "6/9 = 0.667"),
        ("Table 2", "sun", "1/9 = 0.111"),
        ("Table 3", "mri_only", "8/9 = 0.889"),
        ("Table 4", "transfer", "6/9 = 0.667"),
    ],
)
def test_the_specificity_of_a_soft_vote_is_another_statistic(
    findings: pd.DataFrame, table: str, row: str, specificity: str
) -> None:
    place = f"{table}, external test, soft vote"
    found = one(findings[findings["place"] == place], row=row, figure="specificity")
    assert found["verdict"] == OTHERWISE
    assert found["possible"] == specificity
    assert "positive predictive value" in found["reading"]


@pytest.mark.parametrize("row", ["clinical_only", "end_to_end"])
def test_two_rows_are_possible_as_they_stand(findings: pd.DataFrame, row: str) -> None:
    chosen = findings[(findings["row"] == row) & findings["place"].str.endswith("soft vote")]
    assert set(chosen["verdict"]) == {POSSIBLE}


def test_all_seven_testable_rows_hold_the_positive_predictive_value(
    entries: tuple[Entry, ...],
) -> None:
    rows = {entry.id: entry.given["figures"] for entry in entries if entry.kind == "rates"}
    distinct = {str(figures): figures for figures in rows.values()}
    first = column_readings(distinct, 11, 9, "specificity").iloc[0]
    assert (first["reading"], first["n_equal"], first["n_testable"]) == ("ppv", 7, 7)


def test_the_row_of_akbari_is_possible_in_no_column_as_named(findings: pd.DataFrame) -> None:
    rows = findings[findings["place"] == "Table 2, external test, soft vote"]
    sensitivity = one(rows, row="akbari", figure="sensitivity")
    specificity = one(rows, row="akbari", figure="specificity")
    assert (sensitivity["verdict"], specificity["verdict"]) == (OTHERWISE, IMPOSSIBLE)
    assert "7/11 = 0.636" in sensitivity["possible"]
    assert "6/9 = 0.667" in specificity["possible"]
    assert "sensitivity column: positive predictive value" in sensitivity["reading"]


def test_the_sensitivity_of_table_4_differs_from_that_of_table_2(findings: pd.DataFrame) -> None:
    both = one(findings, place="Table 4, external test, soft vote, beside", figure="sensitivity")
    assert (both["verdict"], both["printed"]) == (IMPOSSIBLE, "0.636")
    assert both["possible"].startswith("0.727 in Table 2")
    text = one(findings, place="Results, impact", row="proposed", figure="sensitivity")
    assert text["verdict"] == OTHERWISE


def test_an_auc_of_0_753_needs_a_tie_or_an_interpolated_curve(findings: pd.DataFrame) -> None:
    found = one(findings, place="Table 2, external test, soft vote", row="proposed", figure="auc")
    assert found["verdict"] == OTHERWISE
    assert "74.5/99" in found["reading"]
    assert "interpolated" in found["reading"]


def test_three_fold_means_are_none_of_counts(findings: pd.DataFrame) -> None:
    is_mean = findings["place"].str.endswith(EXTERNAL) & findings["figure"].str.endswith(", mean")
    means = findings[is_mean].drop_duplicates(["row", "figure"])
    impossible = means[means["verdict"] == IMPOSSIBLE]
    assert len(means) == 32
    assert set(zip(impossible["row"], impossible["printed"], strict=True)) == {
        ("akbari", "0.488"),
        ("transfer", "0.612"),
        ("transfer", "0.645"),
    }
    assert "28/55" in impossible.loc[impossible["row"] == "akbari", "sentence"].iloc[0]


def test_thirteen_of_twenty_three_sds_can_be_reached(findings: pd.DataFrame) -> None:
    is_sd = findings["place"].str.endswith(EXTERNAL) & findings["figure"].str.endswith(", SD")
    sds = findings[is_sd & ~findings["figure"].str.startswith("auc")]
    sds = sds.drop_duplicates(["row", "figure"])
    spread = sds[sds["printed"] != "0.000"]  # equal folds: reachable whatever the counts
    assert len(spread) == 23
    assert spread["verdict"].isin([POSSIBLE, OTHERWISE]).sum() == 13
    assert set(sds.loc[sds["row"] == "mri_only", "verdict"]) == {IMPOSSIBLE}
    proposed = sds[sds["row"] == "proposed"].set_index("figure")
    assert proposed.loc["specificity, SD", "verdict"] == IMPOSSIBLE
    only_sample = proposed.loc[["accuracy, SD", "sensitivity, SD"], "reading"]
    assert set(only_sample) == {"sample SD, truncated"}
    others = sds[(sds["row"] != "proposed") & (sds["verdict"] == POSSIBLE)]
    assert others["reading"].str.contains("population").all()


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        *[("akbari", POSSIBLE), ("mri_only", POSSIBLE), ("end_to_end", POSSIBLE)],
        *[("transfer", POSSIBLE), ("jang", OTHERWISE), ("clinical_only", OTHERWISE)],
        *[("proposed", OTHERWISE), ("sun", OTHERWISE)],
    ],
)
def test_mean_aucs_without_ties(findings: pd.DataFrame, row: str, verdict: str) -> None:
    chosen = findings[findings["place"].str.endswith(EXTERNAL) & (findings["row"] == row)]
    found = chosen[chosen["figure"] == "auc, mean"].iloc[0]
    assert found["verdict"] == verdict
    assert ("ties" in found["reading"]) == (row in ("proposed", "sun"))


@pytest.mark.parametrize(("row", "printed"), [("jang", "0.036"), ("proposed", "0.078")])
def test_validation_sds_below_a_tenth_are_impossible(
    findings: pd.DataFrame, row: str, printed: str
) -> None:
    found = one(findings, place=INTERNAL, row=row, figure="specificity, SD")
    assert (found["verdict"], found["printed"]) == (IMPOSSIBLE, printed)
    assert found["possible"] == "0.0980"


def test_rows_of_which_a_mean_is_impossible_are_not_put_together(findings: pd.DataFrame) -> None:
    together = findings[findings["figure"].str.endswith("together")]
    assert set(together["row"]) == {"akbari", "sun", "end_to_end"}


@pytest.mark.parametrize("row", ["akbari", "sun"])
def test_two_validation_rows_have_one_set_of_counts(findings: pd.DataFrame, row: str) -> None:
    figure = "sensitivity, specificity and accuracy together"
    found = one(findings, place=INTERNAL, row=row, figure=figure)
    assert (found["verdict"], found["reading"]) == (POSSIBLE, "population SD")


def test_twenty_three_of_fifty_nine(findings: pd.DataFrame) -> None:
    found = one(findings, place="Table 1, Burdenko", row="MGMT", figure="unmethylated")
    assert (found["verdict"], found["possible"]) == (IMPOSSIBLE, "23/59 = 39.0 %")


def test_the_forest_is_told_by_its_fold_means_among_soft_votes(findings: pd.DataFrame) -> None:
    passage = findings[findings["place"].str.startswith("Results, comparison")]
    mixed = passage[passage["verdict"] == OTHERWISE]
    assert list(mixed["printed"]) == ["0.927", "0.111"]
    assert mixed["possible"].str.startswith(("0.909", "0.555")).all()


def test_means_that_are_soft_votes_are_told(findings: pd.DataFrame) -> None:
    passage = findings[findings["place"].str.startswith("Results, unimodal")]
    assert set(passage.loc[passage["verdict"] == OTHERWISE, "figure"]) == {"auc"}


def test_all_figures_of_jang_are_exact_once_the_rows_are_exchanged(findings: pd.DataFrame) -> None:
    report = findings[(findings["paper"] == "jang2018") & (findings["place"] == "Table 2")]
    is_average = report["figure"].str.startswith("average")
    assert len(report) == 27
    assert set(report.loc[~is_average, "verdict"]) == {OTHERWISE}
    assert set(report.loc[is_average, "verdict"]) == {POSSIBLE}
    assert report["reading"].str.contains("class rows exchanged").all()
    assert report["sentence"].str.contains("9 of 9").all()


def test_an_f1_of_0_85_is_0_58_in_the_table(findings: pd.DataFrame) -> None:
    found = one(findings, row="model_2", figure="average.f1", printed="0.85")
    assert (found["verdict"], found["possible"]) == (IMPOSSIBLE, "0.58 in Table 2")


def test_the_days_of_all_start_above_those_of_two_parts(findings: pd.DataFrame) -> None:
    found = one(findings, place="Table 1", row="days to lesion", figure="lowest, all")
    assert (found["verdict"], found["printed"], found["possible"]) == (IMPOSSIBLE, "22", "18")
    assert "PD" in found["sentence"]
    assert "SNUBH" in found["sentence"]


@pytest.mark.parametrize(
    ("place", "row", "verdict"),
    [
        *[("PD", "gender", POSSIBLE), ("SNUH", "gender", POSSIBLE)],
        *[("PD", "MGMT", POSSIBLE), ("SNUH", "MGMT", POSSIBLE)],
        *[("PD", "IDH", POSSIBLE), ("SNUH", "IDH", POSSIBLE)],
        *[("SNUH", "CE lesion", POSSIBLE)],
        *[("PD", "dose schedule", IMPOSSIBLE), ("SNUH", "dose schedule", IMPOSSIBLE)],
    ],
)
def test_which_test_gives_each_p_value(
    findings: pd.DataFrame, place: str, row: str, verdict: str
) -> None:
    assert one(findings, place=f"Table 1, {place}", row=row, figure="p")["verdict"] == verdict


def test_the_auc_of_model_3_is_not_that_of_its_called_classes(findings: pd.DataFrame) -> None:
    found = one(findings, figure="AUC, model 3")
    assert found["verdict"] == POSSIBLE
    assert "0.455, which is another figure" in found["sentence"]


def test_settings_that_are_printed_twice_are_held_together(findings: pd.DataFrame) -> None:
    batch = one(findings, place="Caption of Figure 2", printed="7")
    assert (batch["verdict"], batch["possible"][:2]) == (IMPOSSIBLE, "8 ")
    rate = one(findings, place="Results, parameter tuning", printed="0.01")
    assert (rate["verdict"], rate["possible"][:6]) == (IMPOSSIBLE, "0.001 ")
    other = one(findings, place="Methods, models", figure="learning rate")
    assert other["verdict"] == NOT_TESTABLE  # a difference counts once
    cells = findings[findings["figure"].str.startswith("memory cells")]
    assert set(cells["verdict"]) == {POSSIBLE}


def test_counts_of_labels_add_up(findings: pd.DataFrame) -> None:
    passage = findings[findings["place"] == "Methods, patients and labels"]
    assert set(passage["verdict"]) == {POSSIBLE}


def test_what_cannot_be_tested_says_why(findings: pd.DataFrame) -> None:
    untested = findings[findings["verdict"] == NOT_TESTABLE]
    assert (untested["sentence"].str.len() > 30).all()
    assert untested["figure"].str.contains("AUPRC").any()
