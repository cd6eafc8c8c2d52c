"""Who lost what, in a few rows: patients by collection and reason, models by set and reason."""

from __future__ import annotations

import re

import pandas as pd

from psp_core.report.formatting import in_words, words

LOST = ("collection", "lost", "reason", "n", "patients")
LEFT_OUT = ("patients", "reason", "models")
FAILED = ("models", "fits", "reason")
ERROR_CLASS = re.compile(r"\b[A-Z]\w*Error: ")


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
    """Gather what models cannot be applied to: one row per set and reasons, with their models.

    Parameters
    ----------
    left_out : DataFrame
        ``model, title, dataset, reason``, see `study.votes.Outcome`.

    Returns
    -------
    DataFrame
        `LEFT_OUT`, columns of the patients table in words.
    """
    told = left_out.assign(reason=in_words(left_out["reason"]))
    models: dict[tuple[str, str], list[str]] = {}
    for (_, title, dataset), part in told.groupby(["model", "title", "dataset"], sort=False):
        reasons = "; ".join(dict.fromkeys(part["reason"]))
        models.setdefault((words(str(dataset)), reasons), []).append(str(title))
    rows = [(*where, "; ".join(titles)) for where, titles in models.items()]
    return pd.DataFrame(rows, columns=list(LEFT_OUT))


def failed_table(failed: pd.DataFrame) -> pd.DataFrame:
    """Gather models that could not be fitted: one row per reason.

    Parameters
    ----------
    failed : DataFrame
        ``model, title, seed, fold, reason``, see `study.votes.Outcome`.

    Returns
    -------
    DataFrame
        `FAILED`, without the names of the code in the reasons.
    """
    told = failed["reason"].str.replace(ERROR_CLASS, "", regex=True)
    titles = failed["title"].astype(str) + " "
    bare = [reason.removeprefix(title) for reason, title in zip(told, titles, strict=True)]
    rows = [
        ("; ".join(dict.fromkeys(part["title"])), len(part), reason)
        for reason, part in failed.assign(bare=bare).groupby("bare", sort=False)
    ]
    return pd.DataFrame(rows, columns=list(FAILED))


def _short(subject_ids: pd.Series) -> list[str]:
    ends = [re.split("[-_.]", one)[-1] for one in subject_ids]
    whole = subject_ids.nunique()
    return ends if len(set(ends)) == whole else list(subject_ids)
