"""What the real clinical table says on the timing question, computed or recorded.

Summaries alone leave this module: no row and no ID of a patient. Where the table is not at hand
the recorded summary is read; this module's command writes it again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from psp_core.cohorts.burdenko import find_clinical_table, read_clinical_table
from psp_core.cohorts.timing_selections import (
    AT_FIRST,
    AT_RISK_AT_FIRST,
    EVERYBODY,
    MAIN,
    timing_selections,
)
from psp_core.errors import MissingInputError, PSPError
from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS
from psp_core.report.clinical_summary import ClinicalSummary
from psp_core.report.events import event_counts
from psp_core.report.recorded import RECORDED_FOLDER, read_recorded, write_recorded
from psp_core.report.timing_alone import at_printed_counts, days_by_visit, single_variables
from psp_core.report.timing_printed import printed_aucs
from psp_core.runs import Run, digest_of_file, open_run
from psp_core.study.timing_question import real_fits

TIMING_FILE = "burdenko_timing.json"
COMMAND = "python -m psp_core.report.timing_summary path/to/the/clinical.csv params/demo.yaml"
DRAWN_FROM = (
    *(EVERYBODY, "event within 90 days", "event within 120 days"),
    *(AT_FIRST, AT_RISK_AT_FIRST),
)


def timing_summary(run: Run, table: str | Path | None) -> ClinicalSummary:
    """Summarise the clinical table that the params name, else read the recorded summary.

    Parameters
    ----------
    run : Run
        Its params say what is asked; fitted models are a stage of it.
    table : str or Path, optional
        The CSV, or a folder that holds it.

    Returns
    -------
    ClinicalSummary
        Tables ``single_variables`` and ``days_by_visit`` of all label rules, ``fits``
        (`study.timing_question.real_fits`), ``at_printed_counts`` and ``event_counts`` of the
        main rule; figures ``true_progression``, ``pseudoprogression``, ``bootstrap_samples``,
        ``folds``, ``early_days`` and ``confidence_level``.

    Raises
    ------
    MissingInputError
        If a table is named and not there: a recorded summary must not hide a wrong path.
    TableError, AmbiguousInputError, StageError
        See `cohorts.burdenko.read_clinical_table` and `real_fits`.
    """
    if table is None:
        return read_recorded(RECORDED_FOLDER / TIMING_FILE)
    path = Path(table).expanduser()
    if not path.exists():
        raise MissingInputError(
            f"the clinical table {path.name!r} that the params name is not there; "
            "give its path, or null for the recorded summary"
        )
    asked, timing = run.params.timing_question, run.params.timing
    selections = timing_selections(
        read_clinical_table(path),
        early_days=asked.early_days,
        windows_days=sorted({*timing.windows_days, *asked.fitted_windows_days}),
        follow_ups=asked.follow_ups,
    )
    main = {one.patients: one for one in selections if one.rule == MAIN}
    tables = {
        "single_variables": single_variables(
            selections,
            confidence_level=timing.confidence_level,
            minimum_per_class=timing.minimum_per_class,
        ),
        "days_by_visit": days_by_visit(selections, minimum_per_class=timing.minimum_per_class),
        "fits": real_fits(run, selections),
        "at_printed_counts": at_printed_counts(
            [main[name] for name in DRAWN_FROM if name in main],
            draws=asked.draws,
            seed=run.params.study.seed,
            targets=sorted(printed_aucs().values()),
            confidence_level=timing.confidence_level,
        ),
        "event_counts": event_counts(main[EVERYBODY].rows),
    }
    label = main[EVERYBODY].rows["label"]
    figures = {
        "true_progression": float((label == POSITIVE_CLASS).sum()),
        "pseudoprogression": float((label == NEGATIVE_CLASS).sum()),
        "bootstrap_samples": float(asked.bootstrap_samples),
        "folds": float(run.params.classification.folds),
        "early_days": float(asked.early_days),
        "confidence_level": timing.confidence_level,
    }
    digest = digest_of_file(find_clinical_table(path)[0])
    return ClinicalSummary(figures, tables, MAIN, digest, COMMAND)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the recorded summary of a clinical table; returns the exit status."""
    parser = argparse.ArgumentParser(description="Record what the clinical table says on timing.")
    parser.add_argument("table", type=Path, help="the clinical CSV, or a folder that holds it")
    parser.add_argument("params", type=Path, help="params file that says what is asked")
    parser.add_argument(
        "--output", type=Path, default=RECORDED_FOLDER / TIMING_FILE, help="JSON file to write"
    )
    parser.add_argument("--overrides", default="", help="values in place of the params file's")
    chosen = parser.parse_args(arguments)
    try:
        with TemporaryDirectory() as folder:
            run = open_run(chosen.params, folder, chosen.overrides)
            summary = timing_summary(run, chosen.table)
            write_recorded(chosen.output, replace(summary, is_recorded=True))
    except PSPError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
