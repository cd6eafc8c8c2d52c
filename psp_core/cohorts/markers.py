"""IDH and MGMT as a person writes them: told by stems, since no collection publishes its words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from psp_core.cohorts.cleaning import is_missing, normalise_header


@dataclass(frozen=True)
class _Marker:
    """Two categories, and the stems (regular expressions) that tell them."""

    changed: str
    unchanged: str
    changed_stem: str
    unchanged_stem: str

    def read(self, text: str) -> tuple[str, bool]:
        if is_missing(text):
            return "unknown", True
        plain = normalise_header(text).replace("_", " ")
        denied = re.compile(_DENIED.format(stem=self.changed_stem))
        rest = denied.sub(" ", plain)
        is_changed = re.search(rf"{self.changed_stem}|\bpos", rest) is not None
        is_unchanged = rest != plain or re.search(self.unchanged_stem, rest) is not None
        if _UNDECIDED.search(plain):
            return "unknown", not (is_changed or is_unchanged)
        if is_changed == is_unchanged or _DOUBLE.search(plain):
            return "unknown", False
        return (self.changed if is_changed else self.unchanged), True


# A stem that is denied before it or behind it, within one part of the sentence.
_DENIED = (
    r"\b(?:un-?|non-?|(?:no|non|not|without|neg\w*|absen\w*)\b[^,;]*?)(?:{stem})\S*"
    r"|(?:{stem})\S*[^,;]*?\b(?:not|neg\w*|absen\w*)\b"
)
_DOUBLE = re.compile(r"\b(?:not|no|non)[ -](?:idh\S* )?(?:wild|wt\b|un)")
_UNDECIDED = re.compile(
    r"not (?:test|done|perform|determin|assess|avail|known)|indetermin|inconclus|equivocal|pending"
    r"|borderline|intermediate|unknown|uncertain|required|recommended|\?|\blow|weak|partial|partly"
    r"|hypo"
)
_IDH = _Marker("mutant", "wildtype", r"(?:mut|\bp\.|(?:\br|\barg)-?1(?:32|72))", r"wild|wt\b|\bneg")
_MGMT = _Marker("methylated", "unmethylated", "methyl", r"\bneg")


def idh_status(text: str) -> tuple[str, bool]:
    """Read an IDH status such as ``IDH1 p.R132H``, ``wild type`` or ``not mutated``.

    Returns
    -------
    status : {mutant, wildtype, unknown}
    understood : bool
        False if the text says something that is not told for certain.
    """
    return _IDH.read(text)


def mgmt_status(text: str) -> tuple[str, bool]:
    """Read the methylation of the MGMT promoter, such as ``not methylated`` or ``positive``.

    Returns
    -------
    status : {methylated, unmethylated, unknown}
    understood : bool
        False if the text says something that is not told for certain; so does a bare number,
        whose cut is not published, and a methylation that is called low or partial.
    """
    return _MGMT.read(text)
