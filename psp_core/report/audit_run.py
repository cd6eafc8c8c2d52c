"""The audit of the papers as one stage of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from psp_core.audit.alarms import false_alarms
from psp_core.audit.columns import column_readings, column_rows
from psp_core.audit.detection import detection_power
from psp_core.audit.findings import findings_table
from psp_core.audit.fold_findings import folds_of
from psp_core.audit.implied import accuracy_p, corrected_rows, implied_auc, patients_apart
from psp_core.audit.matrices import STATISTICS, Matrix
from psp_core.audit.papers import audit_printed
from psp_core.audit.printed import Printed
from psp_core.audit.printed_tables import PRINTED, Entry
from psp_core.audit.tables import table_readings
from psp_core.report.audit import vote_rows
from psp_core.runs import Run, digest_of_code, digest_of_file, write_table

COLUMN = "specificity"
PROPOSED = "proposed"
CODE = (
    *("psp_core.audit", "psp_core.report.audit", "psp_core.report.audit_run"),
    *("psp_core.evaluation.rates", "psp_core.evaluation.intervals"),
)


def audited_run(run: Run, entries: Sequence[Entry]) -> dict[str, pd.DataFrame]:
    """Audit the printed figures, and the audit itself, as stage ``audit``.

    Parameters
    ----------
    run : Run
    entries : sequence of Entry
        The papers' figures as `printed_tables.read_printed` gives them.

    Returns
    -------
    dict of str to DataFrame
        ``findings``; ``column_readings`` and ``column_rows`` of the specificity of the soft
        votes; ``table_readings``, one reading for all rows of each of their tables; ``corrected``
        and ``implied`` of the same rows; ``detection`` and ``alarms`` on tables made for the
        purpose.
    """
    audit, seed = run.params.audit, run.params.study.seed
    level = run.params.evaluation.confidence_level
    depends_on = {
        "printed": digest_of_file(PRINTED),
        "code": digest_of_code(*CODE),
        "params": {**vars(audit), "seed": seed, "confidence_level": level},
    }
    with run.stage("audit", depends_on=depends_on) as stage:
        if not stage.is_done:
            votes = [one for one in entries if one.kind == "rates"]
            tables = vote_tables(votes, confidence_level=level)
            tables["table_readings"] = shared_readings(votes)
            tables["findings"] = findings_table(audit_printed(entries))
            sizes = {name: votes[0].given[name] for name in ("n_positive", "n_negative")}
            internal = next(one for one in entries if "fold_classes" in one.given)
            folds = folds_of(internal)
            rows = sum(one.place == votes[0].place for one in votes)
            made = {"decimals": audit.decimals, "seed": seed, "models": rows, **sizes}
            tables["detection"] = detection_power(tables=audit.faulty_tables, **made)
            pairs = list(zip(folds.positive, folds.negative, strict=True))
            tables["alarms"] = false_alarms(tables=audit.honest_tables, folds=pairs, **made)
            for name, table in tables.items():
                write_table(stage.folder / f"{name}.parquet", table)
            stage.finish()
    files = sorted(stage.folder.glob("*.parquet"))
    return {path.stem: pd.read_parquet(path) for path in files}


def vote_tables(votes: Sequence[Entry], *, confidence_level: float) -> dict[str, pd.DataFrame]:
    """What the rows of one test set leave, taken together.

    Parameters
    ----------
    votes : sequence of Entry
        Of kind ``rates``, with equal class counts.
    confidence_level : float

    Returns
    -------
    dict of str to DataFrame
        ``column_readings``, ``column_rows``, ``corrected``, ``implied``.
    """
    rows = vote_rows(votes)
    first = votes[0].given
    n_positive, n_negative = first["n_positive"], first["n_negative"]
    readings = column_readings(rows, n_positive, n_negative, COLUMN)
    best = str(readings["reading"].iloc[0])
    meanings = {COLUMN: best} if best in STATISTICS and best != COLUMN else {}
    corrected = corrected_rows(
        rows,
        n_positive=n_positive,
        n_negative=n_negative,
        meanings=meanings,
        confidence_level=confidence_level,
    )
    return {
        "column_readings": readings,
        "column_rows": column_rows(rows, n_positive, n_negative, COLUMN),
        "corrected": corrected,
        "implied": implied_rows(rows, corrected, confidence_level=confidence_level),
    }


def shared_readings(votes: Sequence[Entry]) -> pd.DataFrame:
    """One reading for all rows of each table, and of all tables together.

    Returns
    -------
    DataFrame
        ``table, reading, changes, fitting, left_over``: the readings with the fewest changes,
        how many rows fit, and the names of the others.
    """
    tables: dict[str, list[Entry]] = {}
    for one in votes:
        tables.setdefault(one.place.partition(",")[0], []).append(one)
    first = votes[0].given
    found = []
    for table, entries in {**tables, "all": list(votes)}.items():
        rows = vote_rows(entries)
        for reading in table_readings(rows, first["n_positive"], first["n_negative"]):
            found.append(
                {
                    "table": table,
                    "reading": reading.shared.text,
                    "changes": reading.changes,
                    "fitting": len(reading.fitting),
                    "left_over": "; ".join(reading.left_over),
                }
            )
    return pd.DataFrame(found)


def implied_rows(
    rows: Mapping[str, Mapping[str, str]], corrected: pd.DataFrame, *, confidence_level: float
) -> pd.DataFrame:
    """What AUC and accuracy of each row say by themselves, where its matrix is known.

    Returns
    -------
    DataFrame
        ``row, auc, lower, upper`` (logit, Hanley and McNeil), ``p_auc`` (exact, two-sided, of
        ``wins`` of ``pairs``, which may be the number next to an AUC that is not attained),
        ``right`` (k/n), ``p_accuracy`` (one-sided, against naming the larger class) and ``apart``,
        how many patients fewer than the proposed model are right.
    """
    counts = corrected.dropna(subset=["tp"]).drop_duplicates("row").set_index("row")
    matrices = {
        str(row): Matrix(*(int(one[name]) for name in ("tp", "fn", "tn", "fp")))
        for row, one in counts.iterrows()
    }
    table = []
    for row, matrix in matrices.items():
        k, n = matrix.statistics["accuracy"]
        auc = implied_auc(
            Printed(rows[row]["auc"]),
            n_positive=matrix.tp + matrix.fn,
            n_negative=matrix.tn + matrix.fp,
            confidence_level=confidence_level,
        )
        table.append(
            {
                "row": row,
                "auc": rows[row]["auc"],
                "lower": auc.interval.logit_lower,
                "upper": auc.interval.logit_upper,
                "wins": auc.wins,
                "pairs": auc.pairs,
                "is_attained": auc.is_attained,
                "p_auc": auc.p_two_sided,
                "right": f"{k}/{n}",
                "p_accuracy": accuracy_p(matrix),
                "apart": patients_apart(matrices[PROPOSED], matrix),
            }
        )
    return pd.DataFrame(table)
