"""Who lost what, in a few rows: patients by collection and reason, models by set and reason."""

from __future__ import annotations

import re

import pandas as pd

from psp_core.report.formatting import words

LOST = ("collection", "lost", "reason", "n", "patients")
LEFT_OUT = ("model", "patients", "reason")
ERROR_CLASS = re.compile(r"\b[A-Z]\w*Error: ")
CODE_NAME = re.compile(r"\b[a-z]\w*_\w+\b")


def lost_summary(table: pd.DataFrame) -> pd.DataFrame:
    """Gather a table of losses: one row per collection, what was lost, and reason.

    Parameters
    ----------
    table : DataFrame
        ``dataset, subject_id, lost, reason``, and ``timepoint`` where a row is a scan.

    Returns
    -------
    DataFrame
        `LOST`: ``n`` rows of the table, and ``patients`` by the end of their study IDs, with
        the visit where a row is a scan; the whole ID where two ends in one row are the same.
    """
    rows = []
    told = table.assign(reason=table["reason"].str.replace(ERROR_CLASS, "", regex=True))
    for (dataset, lost, reason), part in told.groupby(["dataset", "lost", "reason"], sort=False):
        names = _short(part["subject_id"])
        if "timepoint" in part:
            visits = zip(names, part["timepoint"], strict=True)
            names = [f"{name} v{visit}" for name, visit in visits]
        rows.append((words(str(dataset)), words(str(lost)), reason, len(part), ", ".join(names)))
    return pd.DataFrame(rows, columns=list(LOST))


def left_out_table(left_out: pd.DataFrame) -> pd.DataFrame:
    """Gather what models cannot be applied to: one row per model and set, reasons joined.

    Parameters
    ----------
    left_out : DataFrame
        ``model, title, dataset, reason``, see `study.votes.Outcome`.

    Returns
    -------
    DataFrame
        `LEFT_OUT`, columns of the patients table in words.
    """
    in_words = left_out["reason"].str.replace(CODE_NAME, lambda one: words(one[0]), regex=True)
    told = left_out.assign(reason=in_words)
    rows = [
        (title, words(str(dataset)), "; ".join(dict.fromkeys(part["reason"])))
        for (_, title, dataset), part in told.groupby(["model", "title", "dataset"], sort=False)
    ]
    return pd.DataFrame(rows, columns=list(LEFT_OUT))


def _short(subject_ids: pd.Series) -> list[str]:
    ends = [re.split("[-_.]", one)[-1] for one in subject_ids]
    whole = subject_ids.nunique()
    return ends if len(set(ends)) == whole else list(subject_ids)
