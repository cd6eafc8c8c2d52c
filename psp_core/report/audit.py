"""Tables of the audit page: what was found, counted, and one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from psp_core.audit.findings import IMPOSSIBLE, OTHERWISE, VERDICTS
from psp_core.audit.fold_findings import SD
from psp_core.audit.printed_tables import Entry
from psp_core.report.claims import PAPERS
from psp_core.report.formatting import NOT_KNOWN, count, decimal, p_value, words

TITLES = {
    "proposed": "proposed",
    "jang": "CNN-LSTM (Jang)",
    "akbari": "CNN-SVM (Akbari)",
    "sun": "random forest (Sun)",
    "mri_only": "MRI only",
    "clinical_only": "clinical only",
    "end_to_end": "end-to-end",
    "transfer": "transfer learning",
    "model_1": "model 1, MRI and clinical",
    "model_2": "model 2, MRI",
    "model_3": "model 3, clinical forest",
}
FINDING_COLUMNS = ("place", "row", "figure", "printed", "verdict", "why")
EXTERNAL_FOLDS = "external test, mean and SD over folds"
INTERNAL_FOLDS = "validation, mean and SD over folds"
FIGURES = {
    "f1 of the other class": "F1 of the other class",
    "youden": "Youden's index",
    "f1": "F1",
    "auc": "AUC",
    "ppv": "PPV",
    "npv": "NPV",
}


def audit_overview(findings: pd.DataFrame) -> pd.DataFrame:
    """Count findings by paper and table, and by verdict; text is what stands in no table.

    Parameters
    ----------
    findings : DataFrame
        See `psp_core.audit.findings.findings_table`.
    """
    table = findings["place"].str.extract(r"^(Table \d+)")[0].fillna("text")
    where = findings["paper"].map(lambda one: PAPERS.get(one, one)) + ", " + table
    counts = pd.crosstab(where, findings["verdict"]).reindex(columns=list(VERDICTS), fill_value=0)
    counts.insert(0, "findings", counts.sum(axis=1))
    return counts.rename_axis("where", axis=0).rename_axis(None, axis=1).reset_index()


def format_findings(
    findings: pd.DataFrame, *, verdicts: Sequence[str] = (OTHERWISE, IMPOSSIBLE)
) -> pd.DataFrame:
    """Write findings of some verdicts, one line each: what stands, and what can.

    A finding that several tables repeat stands once with their numbers, and figures of a row of
    which the same is said stand together. What follows the table in all places is left out.
    """
    kept = findings[findings["verdict"].isin(verdicts)].copy()
    if kept.empty:
        return pd.DataFrame(columns=list(FINDING_COLUMNS))
    parts = kept["place"].str.partition(", ")
    if parts[0].str.startswith("Table").all() and len(set(parts[2])) == 1:
        kept["place"] = parts[0]
    kept["figure"] = kept["figure"].map(figure_words)
    alike = ["row", "figure", "printed", "verdict", "sentence"]
    kept = kept.groupby(alike, sort=False)["place"].agg(_joined).reset_index()
    alike = ["place", "row", "verdict", "sentence"]
    grouped = kept.groupby(alike, sort=False)[["figure", "printed"]]
    rows = grouped.agg("; ".join).reset_index()
    return pd.DataFrame(
        {
            "place": rows["place"],
            "row": rows["row"].map(title),
            "figure": rows["figure"],
            "printed": rows["printed"],
            "verdict": rows["verdict"],
            "why": rows["sentence"].map(_in_titles),
        }
    )


def format_p_values(findings: pd.DataFrame) -> pd.DataFrame:
    """Write what every test that was tried gives beside each printed p value."""
    rows = findings[findings["figure"] == "p"]
    return pd.DataFrame(
        {
            "place": rows["place"],
            "row": rows["row"],
            "printed p": rows["printed"],
            "tests": rows["possible"],
            "verdict": rows["verdict"],
            "why": rows["sentence"],
        }
    )


def sd_counts(findings: pd.DataFrame, setting: str) -> pd.Series:
    """Printed SDs of rates of one setting by verdict, rows printed twice counted once.

    An SD of 0 is left out: equal folds have it whatever their counts.

    Parameters
    ----------
    findings : DataFrame
    setting : str
        What follows the table in the place, as ``external test, mean and SD over folds``.
    """
    chosen = findings[
        findings["place"].str.endswith(setting)
        & findings["figure"].str.endswith(f", {SD}")
        & ~findings["figure"].str.startswith("auc")
    ].drop_duplicates(["row", "figure"])
    chosen = chosen[chosen["printed"].astype(float) != 0]
    return chosen["verdict"].value_counts().reindex(list(VERDICTS), fill_value=0)


def mean_counts(findings: pd.DataFrame, setting: str) -> pd.Series:
    """The same of printed means, the AUC with them."""
    chosen = findings[
        findings["place"].str.endswith(setting) & findings["figure"].str.endswith(", mean")
    ].drop_duplicates(["row", "figure"])
    return chosen["verdict"].value_counts().reindex(list(VERDICTS), fill_value=0)


def vote_rows(entries: Sequence[Entry]) -> dict[str, dict[str, str]]:
    """Rows of kind ``rates`` by title, each once; one that is printed again otherwise says where.

    Parameters
    ----------
    entries : sequence of Entry
        With equal class counts, as those of one test set.
    """
    rows: dict[str, dict[str, str]] = {}
    for one in entries:
        if one.kind == "rates":
            name, figures = title(one.row), dict(one.given["figures"])
            if rows.setdefault(name, figures) != figures:
                rows[f"{name}, {one.place.partition(',')[0]}"] = figures
    return rows


def format_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Write `columns.column_rows`: what the other columns leave, and what the column is."""
    return pd.DataFrame(
        {
            "row": rows["row"],
            "printed specificity": rows["printed"],
            "the other figures leave": rows["left"].replace("", "no matrix"),
            "its specificity": rows["as_named"].replace("", NOT_KNOWN),
            "the printed figure equals": rows["equals"].replace("", "nothing of these"),
            "note": rows["note"].replace("", NOT_KNOWN),
        }
    )


def format_readings(readings: pd.DataFrame) -> pd.DataFrame:
    """Write `columns.column_readings`: in how many testable rows the column is what."""
    return pd.DataFrame(
        {
            "read as": readings["reading"].map(figure_words),
            "rows": [
                f"{k} of {n}"
                for k, n in zip(readings["n_equal"], readings["n_testable"], strict=True)
            ],
            "of them not also as named": readings["n_equal_apart"].map(count),
            "not in": readings["unequal"]
            .replace("", NOT_KNOWN)
            .mask(readings["n_equal"] == 0, "every row"),
            "by chance, crudely": [
                NOT_KNOWN if pd.isna(one) else f"{one:.0e}" for one in readings["chance"]
            ],
        }
    )


def format_table_readings(readings: pd.DataFrame) -> pd.DataFrame:
    """Write `audit_run.shared_readings`: one reading for all rows of each table."""
    return pd.DataFrame(
        {
            "table": readings["table"],
            "all rows read as": readings["reading"].map(_in_titles),
            "changes": readings["changes"].map(count),
            "rows that fit": readings["fitting"].map(count),
            "rows left over": readings["left_over"].replace("", NOT_KNOWN),
        }
    )


def format_corrected(corrected: pd.DataFrame) -> pd.DataFrame:
    """Write `implied.corrected_rows`: k/n, value and exact interval, one row per model."""
    named = corrected.assign(
        cell=[_cell(int(row["k"]), int(row["n"]), row) for row in corrected.to_dict("records")],
        rate=corrected["rate"].map(figure_words),
    )
    wide = named.pivot_table(
        index=["row", "reading"], columns="rate", values="cell", aggfunc="first", sort=False
    )
    return wide.reset_index().rename_axis(columns=None)


def format_implied(implied: pd.DataFrame) -> pd.DataFrame:
    """Write what AUC and accuracy of a row say by themselves, at its class counts."""
    return pd.DataFrame(
        {
            "row": implied["row"],
            "AUC": implied["auc"],
            "95 % interval, logit": [
                f"{low:.2f} to {high:.2f}"
                for low, high in zip(implied["lower"], implied["upper"], strict=True)
            ],
            "p against 0.5, two-sided": implied["p_auc"].map(p_value),
            "of so many pairs": [
                f"{wins:.0f}/{pairs:.0f}" + ("" if is_attained else ", the nearest")
                for wins, pairs, is_attained in zip(
                    implied["wins"], implied["pairs"], implied["is_attained"], strict=True
                )
            ],
            "right of all": implied["right"],
            "p against the larger class, one-sided": implied["p_accuracy"].map(p_value),
            "patients fewer than proposed": implied["apart"].map(count),
        }
    )


def figure_words(name: str) -> str:
    """A figure's name as a reader says it."""
    group, dot, figure = name.partition(".")
    if dot and figure in ("precision", "recall", "f1"):
        return f"{FIGURES.get(figure, figure)}, {group}"
    first, comma, more = name.partition(",")
    return f"{FIGURES.get(first, words(first))}{comma}{more}"


def title(row: str) -> str:
    """A row's name as a reader says it."""
    return TITLES.get(row, row)


def _joined(texts: pd.Series) -> str:
    return "; ".join(dict.fromkeys(texts))


def _in_titles(sentence: str) -> str:
    for name in ("accuracy", "sensitivity", "specificity"):
        sentence = sentence.replace(f"{name} column: positive predictive value", f"the {name} "
                                    "column holds the positive predictive value")  # fmt: skip
    return sentence


def _cell(k: int, n: int, row: Mapping[Any, Any]) -> str:
    if n == 0:
        return NOT_KNOWN
    interval = f"{decimal(row['exact_lower'])} to {decimal(row['exact_upper'])}"
    return f"{k}/{n}: {decimal(row['value'])} ({interval})"


def format_detection(detection: pd.DataFrame) -> pd.DataFrame:
    """Write `detection.detection_power`: found, and named, with exact intervals."""
    rows = detection.to_dict("records")
    return pd.DataFrame(
        {
            "planted fault": detection["fault"],
            "models": detection["models"].map(count),
            "tables": detection["tables"].map(count),
            "some figure impossible": [_share(row, "detected") for row in rows],
            "the fault among the smallest readings": [_share(row, "named") for row in rows],
            "the only one": detection["named_alone"].map(count),
        }
    )


def format_alarms(alarms: pd.DataFrame) -> pd.DataFrame:
    """Write `alarms.false_alarms`: honest tables of which something untrue is said."""
    return pd.DataFrame(
        {
            "honest tables": alarms["tables"],
            "what is said": alarms["called"],
            "of so many": [
                f"{row['k']:.0f}/{row['n']:.0f}: {decimal(row['value'])} "
                f"({decimal(row['exact_lower'])} to {decimal(row['exact_upper'])})"
                for row in alarms.to_dict("records")
            ],
        }
    )


def _share(row: Mapping[Any, Any], name: str) -> str:
    value = row[name] / row["tables"]
    bounds = f"{decimal(row[f'{name}_lower'])} to {decimal(row[f'{name}_upper'])}"
    return f"{row[name]:.0f}: {decimal(value)} ({bounds})"
