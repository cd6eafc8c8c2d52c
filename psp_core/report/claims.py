"""The ledger of the papers' claims: read, checked, judged and written as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from psp_core.audit.entries import read_entries, repeated_ids
from psp_core.errors import TableError
from psp_core.report import claims_patients
from psp_core.report.formatting import in_words
from psp_core.runs import Run, write_table
from psp_core.study import claims_models, claims_networks, claims_tables
from psp_core.study.claims import (
    FAILS,
    HOLDS,
    NOT_TESTABLE,
    UNDECIDED,
    Evidence,
    Test,
    Verdict,
    evidence_of,
)

LEDGER = Path(__file__).resolve().parents[2] / "book" / "papers" / "claims.yaml"
PAPERS = {"gomaa2025": "Gomaa 2025", "jang2018": "Jang 2018"}
LONGEST_SENTENCE = 300  # characters: a quotation, not a copy
TESTS: dict[str, Test] = {
    **claims_patients.TESTS,
    **claims_models.TESTS,
    **claims_networks.TESTS,
    **claims_tables.TESTS,
}
"""Every test that a claim may name."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One claim of a paper.

    Attributes
    ----------
    id : str
        Unique in the ledger.
    paper : str
        A key of `PAPERS`.
    section : str
        Where in the paper it stands.
    sentence : str
        What the paper says, in its words.
    claim : str
        The same so that it can be tested, in ours.
    data : str
        What it is tested on, or would have to be.
    test : str
        A name of `TESTS`; empty if there is none.
    reason : str
        Why there is none; empty if there is one.
    """

    id: str
    paper: str
    section: str
    sentence: str
    claim: str
    data: str
    test: str = ""
    reason: str = ""


def read_ledger(path: Path = LEDGER, *, tests: Mapping[str, Test] = TESTS) -> tuple[Claim, ...]:
    """Read the ledger and check every claim.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        With every fault: a field that misses or is unknown or empty, an id that stands twice, a
        paper that is unknown, a sentence that is too long, a claim with neither test nor reason
        or with both, a test that does not exist, or one that no claim names.
    """
    entries = read_entries(path, "claims")
    faults = [fault for place, one in enumerate(entries) for fault in _faults(place, one, tests)]
    faults += repeated_ids(entries)
    unused = sorted(set(tests) - {one.get("test") for one in entries})
    faults += [f"test {name!r} is named by no claim" for name in unused]
    if faults:
        raise TableError(path.name, faults)
    return tuple(Claim(**one) for one in entries)


def judge(
    claims: Sequence[Claim], evidence: Evidence, *, tests: Mapping[str, Test] = TESTS
) -> pd.DataFrame:
    """Run the test of every claim.

    Returns
    -------
    DataFrame
        One row per claim and set of data: ``id, paper, section, claim, sentence, test, verdict,
        figures, data, built_in``. Without a test the figures are the reason.
    """
    rows = []
    for one in claims:
        verdicts = tests[one.test](evidence) if one.test else [Verdict(NOT_TESTABLE, one.reason)]
        about = {name: getattr(one, name) for name in ("id", "paper", "section", "claim")}
        about |= {"sentence": one.sentence, "test": one.test}
        rows += [{**about, **vars(found), "data": found.data or one.data} for found in verdicts]
    return pd.DataFrame(rows)


def judged_run(run: Run, claims: Sequence[Claim]) -> pd.DataFrame:
    """Judge the claims on what a run has, and write the table as stage ``claims``."""
    judged = judge(claims, evidence_of(run))
    with run.stage("claims", depends_on={"verdicts": judged.to_csv(index=False)}) as stage:
        if not stage.is_done:
            write_table(stage.folder / "claims.parquet", judged)
            stage.finish()
    return judged


def format_ledger(judged: pd.DataFrame, paper: str) -> pd.DataFrame:
    """Write the verdicts on one paper: claim and sentence once, then one line per set of data."""
    rows = judged[judged["paper"] == paper]
    again = rows.duplicated("id")
    built = rows["built_in"].where(rows["built_in"] == "", " [" + rows["built_in"] + "]")
    test = rows["test"].where(rows["test"] != "", "none")
    return pd.DataFrame(
        {
            "claim": rows["claim"].mask(again, ""),
            "the paper's words": ("“" + rows["sentence"] + "” (" + rows["section"] + ")").mask(
                again, ""
            ),
            "test": test.str.replace("_", " ").mask(again, ""),
            "verdict": rows["verdict"],
            "figures, or why not": in_words(rows["figures"]),
            "data": rows["data"] + built,
        }
    ).reset_index(drop=True)


def ledger_counts(judged: pd.DataFrame) -> pd.DataFrame:
    """Verdicts per paper: a claim that is judged on several sets counts once per set."""
    papers = judged["paper"].map(PAPERS)
    table = pd.crosstab(papers, judged["verdict"])
    columns = [HOLDS, FAILS, UNDECIDED, NOT_TESTABLE]
    claims = judged.groupby(papers)["id"].nunique().rename("claims")
    counts = table.reindex(columns=columns, fill_value=0)
    return counts.assign(claims=claims)[["claims", *columns]].rename_axis(index=None, columns=None)


def _faults(place: int, entry: Mapping[str, Any], tests: Mapping[str, Test]) -> list[str]:
    name = entry.get("id") or f"claim {place + 1}"
    known = [field.name for field in fields(Claim)]
    needed = [one for one in known if one not in ("test", "reason")]
    faults = [f"{name}: {one!r} misses or is empty" for one in needed if not entry.get(one)]
    faults += [f"{name}: {one!r} is no field of a claim" for one in entry if one not in known]
    faults += [
        f"{name}: {one!r} is {value!r}; expected text"
        for one, value in entry.items()
        if one in known and not isinstance(value, str)
    ]
    if entry.get("paper") and entry["paper"] not in PAPERS:
        faults.append(f"{name}: paper {entry['paper']!r}; expected {' or '.join(PAPERS)}")
    if len(str(entry.get("sentence", ""))) > LONGEST_SENTENCE:
        faults.append(f"{name}: a sentence of more than {LONGEST_SENTENCE} characters; shorten it")
    test, reason = entry.get("test"), entry.get("reason")
    if not test and not reason:
        faults.append(f"{name}: neither test nor reason; every claim needs one of them")
    if test and reason:
        faults.append(f"{name}: both test and reason; keep one of them")
    if test and test not in tests:
        faults.append(f"{name}: there is no test {test!r}")
    return faults
