"""What an audit says of one printed figure: arithmetic only, never motives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import pandas as pd

POSSIBLE = "possible"
OTHERWISE = "only under another reading"
IMPOSSIBLE = "impossible"
NOT_TESTABLE = "not testable"
VERDICTS = (POSSIBLE, OTHERWISE, IMPOSSIBLE, NOT_TESTABLE)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One printed figure and what it can be.

    Attributes
    ----------
    paper : str
        As ``gomaa2025``.
    place : str
        Table and row, or the section of the text.
    row : str
        Whose figure it is, as ``proposed``.
    figure : str
        What the paper calls it, as ``specificity``.
    printed : str
        As printed.
    verdict : str
        One of `VERDICTS`.
    possible : str
        The values nearest to the printed one that the counts allow, with their counts, as
        ``7/9 = 0.778``; empty where nothing can be said.
    reading : str
        What makes it possible where the name or the rule as printed does not, as
        ``positive predictive value (8/10)``.
    tried : str
        Readings that were tried without success.
    sentence : str
        The whole in one sentence, of arithmetic alone.
    """

    paper: str
    place: str
    row: str
    figure: str
    printed: str
    verdict: str
    possible: str = ""
    reading: str = ""
    tried: str = ""
    sentence: str = ""


def findings_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """Findings as a table, one row each, in their order."""
    return pd.DataFrame([asdict(one) for one in findings], columns=list(Finding.__annotations__))
