"""Findings on the rates of one confusion matrix, and on a report by class."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from psp_core.audit.auc_values import AucCheck
from psp_core.audit.class_rows import AVERAGE, ClassCheck, ClassReading, check_classes
from psp_core.audit.feasibility import AUC, RowCheck, check_row
from psp_core.audit.findings import IMPOSSIBLE, NOT_TESTABLE, OTHERWISE, POSSIBLE, Finding
from psp_core.audit.printed_tables import Entry
from psp_core.audit.readings import NAMES, Reading


def check_rates(entry: Entry) -> RowCheck:
    """Hold an entry of kind ``rates`` against its class counts."""
    given = entry.given
    return check_row(
        given["figures"], n_positive=given["n_positive"], n_negative=given["n_negative"]
    )


def rate_findings(entry: Entry) -> list[Finding]:
    """One finding per figure: the rates as one matrix, the AUC apart."""
    check = check_rates(entry)
    found = []
    for name, printed in entry.given["figures"].items():
        said = _of_auc(check.auc) if name == AUC else _of_rate(name, check)
        found.append(_finding(entry, name, printed, **said))
    return found


def check_report(entry: Entry) -> ClassCheck:
    """Hold an entry of kind ``class_report`` against its class counts."""
    given = entry.given
    classes, positive = given["classes"], given["positive"]
    order = [positive, *(name for name in classes if name != positive)]
    rows = tuple((name, tuple(classes[name].items())) for name in order)
    return _check_classes(rows, given["n_positive"], given["n_negative"])


@lru_cache(maxsize=32)
def _check_classes(
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...], n_positive: int, n_negative: int
) -> ClassCheck:
    """Remembered: sentences ask for the matrix of the same report again."""
    classes = {name: dict(figures) for name, figures in rows}
    return check_classes(classes, n_positive=n_positive, n_negative=n_negative)


def class_findings(entry: Entry) -> list[Finding]:
    """One finding per figure of a report by class."""
    check, classes = check_report(entry), entry.given["classes"]
    best = check.readings[0]
    named = max(one.exact for one in check.as_named)
    found = []
    for name, row in classes.items():
        for figure, printed in row.items():
            said = _of_class(name, figure, best, named, is_possible=check.is_possible)
            found.append(_finding(entry, f"{name}.{figure}", printed, **said))
    return found


def _of_rate(name: str, check: RowCheck) -> dict[str, str]:
    cell = check.cells[name]
    if check.is_possible:
        return {
            "verdict": POSSIBLE,
            "possible": cell.possible,
            "sentence": f"{cell.possible}, with one matrix for the whole row.",
        }
    if not check.readings:
        own = "is a count by itself" if cell.is_count else "is no count"
        return {
            "verdict": IMPOSSIBLE,
            "possible": cell.possible,
            "tried": ", ".join(check.tried),
            "sentence": f"It {own}; no matrix gives the row under any reading that was tried.",
        }
    lightest = [one for one in check.readings if one.changes == check.readings[0].changes]
    is_touched = any(name in one.meanings or name in one.misprints for one in lightest)
    ways = "; or ".join(dict.fromkeys(one.text for one in check.readings))
    values = _values(name, lightest)
    if not is_touched:
        return {
            "verdict": POSSIBLE if cell.is_count else OTHERWISE,
            "possible": values,
            "sentence": f"It is {values}; the row as a whole is possible so: {ways}.",
        }
    own = "It is a count by itself" if cell.is_count else f"It is none: {cell.possible}"
    is_renamed = any(name in one.meanings and name not in one.misprints for one in check.readings)
    return {
        "verdict": OTHERWISE if is_renamed else IMPOSSIBLE,
        "possible": values,
        "reading": ways,
        "tried": ", ".join(check.tried),
        "sentence": f"{own}; no matrix gives the row as named. Where one fits, the {NAMES[name]} "
        f"is {values} ({ways}).",
    }


def _values(name: str, readings: Iterable[Reading]) -> str:
    """The statistic that a column names, in the matrices of these readings."""
    pairs = dict.fromkeys(
        matrix.statistics[name]
        for one in readings
        for matrix in one.matrices
        if name in matrix.statistics
    )
    return "; ".join(f"{k}/{n} = {k / n:.3f}" for k, n in pairs if n)


def _of_auc(check: AucCheck | None) -> dict[str, str]:
    if check is None:
        return {"verdict": NOT_TESTABLE, "sentence": "There is no AUC in this row."}
    return auc_said(check)


def auc_said(check: AucCheck) -> dict[str, str]:
    """Verdict and sentence of one AUC at its class counts."""
    if check.is_possible:
        return {
            "verdict": POSSIBLE,
            "possible": check.possible,
            "sentence": f"{check.possible} pairs are ordered rightly.",
        }
    readings = "; ".join(check.readings)
    return {
        "verdict": OTHERWISE if check.readings else IMPOSSIBLE,
        "possible": check.possible,
        "reading": readings,
        "tried": "whole pairs, rounded",
        "sentence": f"No whole number of {check.pairs} pairs rounds to it; next to it are "
        f"{check.possible}. "
        + (f"It can come from {readings}." if readings else "No other reading was found."),
    }


def _of_class(
    name: str, figure: str, best: ClassReading, named: int, *, is_possible: bool
) -> dict[str, str]:
    matrix = best.matrix
    counts = f"{matrix.tp}/{matrix.tp + matrix.fn} and {matrix.tn}/{matrix.tn + matrix.fp} right"
    if is_possible:
        return {"verdict": POSSIBLE, "sentence": f"One matrix gives all figures: {counts}."}
    miss = next((fits for key, fits in best.misses.items() if key == f"{name} {figure}"), "")
    ways = ["class rows exchanged"] if best.exchanged else []
    ways += ["truncated"] if best.way == "truncated" else []
    ways += [f"average {best.average}"] if name == AVERAGE and best.average else []
    tried = f"class rows as named: {named} of {best.figures} figures exact"
    if miss:
        return {
            "verdict": IMPOSSIBLE,
            "possible": miss,
            "tried": tried,
            "sentence": f"The matrix that gives most figures ({counts}) has {miss} here.",
        }
    return {
        "verdict": POSSIBLE if name == AVERAGE else OTHERWISE,
        "possible": counts,
        "reading": "; ".join(ways),
        "tried": tried,
        "sentence": f"With {' and '.join(ways)} one matrix gives {best.exact} of {best.figures} "
        f"figures ({counts} of the two classes); with the class rows as named {named}.",
    }


def _finding(entry: Entry, figure: str, printed: str, **said: str) -> Finding:
    return Finding(
        paper=entry.paper,
        place=entry.place,
        row=entry.row,
        figure=figure,
        printed=printed,
        **said,
    )
