"""Published studies of true progression and pseudoprogression, and what their sizes imply."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from psp_core.audit.entries import read_entries, repeated_ids
from psp_core.audit.power import implied_interval
from psp_core.errors import TableError

LITERATURE = Path(__file__).resolve().parents[2] / "book" / "papers" / "literature.yaml"
INSIDE = "internal, kind not told"
TESTS = ("external", "cross-validation", "random split", INSIDE, "not known")
EVIDENCE = {
    "S": "paper read whole",
    "A": "abstract read",
    "C": "code or licence file read",
    "D": "derived by computation from what is printed",
    "T": "told by a third party, not checked at the source",
    "M": "from memory, not yet checked at the source",
}
"""How the facts of a row are known."""
PSP = "psp"
TARGETS = {
    PSP: "true progression and pseudoprogression",
    "neighbour": "a neighbouring question",
    "pooled": "several studies pooled",
}
"""What a result is about; only those of `PSP` are counted."""
TEXTS = ("id", "work", "task", "target", "test", "result", "source")
COUNTS = ("n", "n_positive", "n_negative")


@dataclass(frozen=True, kw_only=True)
class Study:
    """One result of a published study.

    Attributes
    ----------
    id : str
        Unique in the file.
    work : str
        Authors, year, journal.
    year : int
    task : str
        What is told from what.
    target : str
        One of `TARGETS`.
    test : str
        One of `TESTS`.
    result : str
        What is reported, in words; AUC included where there is one.
    source : str
        DOI, PubMed Central or arXiv number, or the journal's number.
    evidence : tuple of str
        Keys of `EVIDENCE`.
    data : str
        Whose patients; empty where it is not known.
    n : int, optional
        Patients that the result was computed on.
    n_positive, n_negative : int, optional
        Of them with true progression and with pseudoprogression; both or neither.
    auc : float, optional
        Only for two classes.
    note : str
        What a reader has to know beside.
    """

    id: str
    work: str
    year: int
    task: str
    target: str
    test: str
    result: str
    source: str
    evidence: tuple[str, ...]
    data: str = ""
    n: int | None = None
    n_positive: int | None = None
    n_negative: int | None = None
    auc: float | None = None
    note: str = ""


def read_literature(path: Path = LITERATURE) -> tuple[Study, ...]:
    """Read the studies.

    Raises
    ------
    MissingInputError
        If there is no such file.
    TableError
        With every fault: a field that misses, is unknown or of the wrong kind, an id that stands
        twice, class counts that do not add up to n, an AUC outside 0 to 1 or without n.
    """
    entries = read_entries(path, "studies")
    faults = [fault for place, one in enumerate(entries) for fault in _faults(place, one)]
    faults += repeated_ids(entries)
    if faults:
        raise TableError(path.name, faults)
    return tuple(Study(**one | {"evidence": tuple(one["evidence"])}) for one in entries)


def literature_table(studies: Sequence[Study], *, confidence_level: float = 0.95) -> pd.DataFrame:
    """Studies with the interval that their class counts imply, sorted by size.

    Where the classes are not told, both are taken for half of the patients, which gives about
    the shortest interval there can be; ``classes_assumed`` says so.

    Returns
    -------
    DataFrame
        Fields of `Study` with ``evidence`` as one text, ``classes_assumed``, ``lower`` and
        ``upper`` (Hanley and McNeil on the logit scale, NaN without AUC), ``sort_n``.
    """
    rows: list[dict[str, Any]] = []
    for one in studies:
        positive, negative = one.n_positive, one.n_negative
        assumed = positive is None and one.n is not None
        if one.n is not None and positive is None:
            positive, negative = one.n // 2, one.n - one.n // 2
        lower = upper = math.nan
        if one.auc is not None and positive and negative:
            implied = implied_interval(
                one.auc,
                n_positive=positive,
                n_negative=negative,
                confidence_level=confidence_level,
            )
            lower, upper = implied.logit_lower, implied.logit_upper
        rows.append(
            {
                **vars(one),
                "evidence": "".join(one.evidence),
                "classes_assumed": assumed,
                "lower": lower,
                "upper": upper,
            }
        )
    table = pd.DataFrame(rows)
    for name in (*COUNTS, "auc"):
        table[name] = table[name].astype(float)
    return table.sort_values(["n", "id"], na_position="last").reset_index(drop=True)


def _faults(place: int, entry: Mapping[str, Any]) -> list[str]:
    name = entry.get("id") or f"study {place + 1}"
    known = [field.name for field in fields(Study)]
    faults = [f"{name}: {one!r} misses or is empty" for one in (*TEXTS, "year", "evidence")
              if not entry.get(one)]  # fmt: skip
    faults += [f"{name}: {one!r} is no field of a study" for one in entry if one not in known]
    faults += [
        f"{name}: {one!r} is {entry[one]!r}; expected text"
        for one in (*TEXTS, "data", "note")
        if one in entry and not isinstance(entry[one], str)
    ]
    for one in ("year", *COUNTS):
        value = entry.get(one)
        if value is not None and (type(value) is not int or value < 1):
            faults.append(f"{name}: {one!r} is {value!r}; expected a whole number above 0")
    if entry.get("test") and entry["test"] not in TESTS:
        faults.append(f"{name}: test {entry['test']!r}; expected one of {', '.join(TESTS)}")
    if entry.get("target") and entry["target"] not in TARGETS:
        faults.append(f"{name}: target {entry['target']!r}; expected one of {', '.join(TARGETS)}")
    marks = entry.get("evidence")
    if marks and (not isinstance(marks, list) or not set(map(str, marks)) <= set(EVIDENCE)):
        faults.append(f"{name}: evidence {marks!r}; expected a list of {', '.join(EVIDENCE)}")
    return faults + _faults_of_numbers(str(name), entry)


def _faults_of_numbers(name: str, entry: Mapping[str, Any]) -> list[str]:
    faults = []
    n, positive, negative = (entry.get(one) for one in COUNTS)
    area = entry.get("auc")
    if (positive is None) != (negative is None):
        faults.append(f"{name}: only one class is counted; give both or neither")
    elif isinstance(positive, int) and isinstance(negative, int) and n != positive + negative:
        faults.append(f"{name}: {positive} and {negative} patients are not n = {n}")
    if area is not None and (type(area) is not float or not 0 < area < 1):
        faults.append(f"{name}: 'auc' is {area!r}; expected a number between 0 and 1")
    if n is None and (area is not None or positive is not None):
        faults.append(f"{name}: an AUC or class counts without n")
    return faults
