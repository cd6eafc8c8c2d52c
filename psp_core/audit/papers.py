"""Every printed figure of the papers, audited by the kind of its table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from psp_core.audit.findings import Finding
from psp_core.audit.fold_findings import fold_findings
from psp_core.audit.printed_tables import Entry
from psp_core.audit.rate_findings import class_findings, rate_findings
from psp_core.audit.table_findings import contingency_findings, range_findings, share_findings
from psp_core.audit.text_findings import disagreement_findings, statement_findings

CHECKS: dict[str, Callable[[Entry], list[Finding]]] = {
    "rates": rate_findings,
    "fold_rates": fold_findings,
    "class_report": class_findings,
    "shares": share_findings,
    "contingency": contingency_findings,
    "range": range_findings,
}


def audit_printed(entries: Sequence[Entry]) -> list[Finding]:
    """Audit every figure of every entry.

    Parameters
    ----------
    entries : sequence of Entry
        See `printed_tables.read_printed`. Sentences are held against the tables among them.

    Returns
    -------
    list of Finding
        One or more per figure, in the order of the entries; then one per figure that two tables
        print differently.
    """
    found: list[Finding] = []
    for one in entries:
        if one.kind == "statement":
            found += statement_findings(one, entries)
        else:
            found += CHECKS[one.kind](one)
    return found + disagreement_findings(entries)
