"""Near-copies among the scans of a run, and who leaves because of them.

Computed on aligned scans, before anything is fitted on them: grey-value landmarks,
segmenter and encoder must not see a copy of a scan that is predicted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from psp_core.cohorts import burdenko
from psp_core.evaluation.classes import CLASSES
from psp_core.preprocessing.batch import DONE
from psp_core.preprocessing.cases import Case
from psp_core.preprocessing.duplicates import PAIR, near_copies
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import Run, digest_of_code, write_table

TRAINING, TEST, UNLABELLED = "training", "test", "unlabelled"
RANK = (TRAINING, TEST, UNLABELLED)
"""Of a pair of different roles, the scan whose role stands later leaves."""
STAGE, PAIRS, EXCLUDED = "duplicates", "pairs.parquet", "excluded.parquet"
CODE = ("psp_core.preprocessing.duplicates", "psp_core.preprocessing.copies")


@dataclass(frozen=True)
class Copies:
    """What was found.

    Attributes
    ----------
    pairs : DataFrame
        All near-copies: `duplicates.PAIR`, ``first_role``, ``second_role``.
    excluded : DataFrame
        ``key``, ``reason``: scans to leave out of every later step.
    """

    pairs: pd.DataFrame
    excluded: pd.DataFrame


def find_copies(run: Run, cases: Mapping[str, Sequence[Case]], aligned: VolumeStore) -> Copies:
    """Look for near-copies among all aligned scans of a run; what was found is kept.

    Parameters
    ----------
    cases : mapping of str to sequence of Case
        By collection.
    aligned : VolumeStore
        These scans on the standard grid.

    Raises
    ------
    MissingInputError
        If a scan was not aligned.
    StageError
        See `Run.stage`.
    """
    least = run.params.duplicates.least_correlation
    everyone = [case for group in cases.values() for case in group]
    roles = roles_of(everyone, training=burdenko.NAME)
    records = {key: aligned.record(key) for key in sorted(roles)}
    digests = {key: one["digest"] for key, one in records.items() if one["status"] == DONE}
    depends_on = {
        "scans": digests,
        "roles": roles,
        "least_correlation": least,
        "code": digest_of_code(*CODE),
    }
    with run.stage(STAGE, depends_on=depends_on) as stage:
        if not stage.is_done:
            pairs = near_copies(aligned, digests, least_correlation=least)
            write_table(stage.folder / PAIRS, with_roles(pairs, roles))
            write_table(stage.folder / EXCLUDED, excluded_by_copies(pairs, roles))
            stage.finish()
    return read_copies(run)


def read_copies(run: Run) -> Copies:
    """Read what `find_copies` wrote.

    Raises
    ------
    StageError
        If it did not finish.
    """
    folder = run.finished(STAGE).folder
    return Copies(pd.read_parquet(folder / PAIRS), pd.read_parquet(folder / EXCLUDED))


def left_out_copies(run: Run) -> dict[str, str]:
    """Reason by key of every scan that leaves the study as a copy; raises as `read_copies`."""
    excluded = read_copies(run).excluded
    return dict(zip(excluded["key"], excluded["reason"], strict=True))


def roles_of(cases: Iterable[Case], *, training: str) -> dict[str, str]:
    """What each scan is in the study, by key: `TRAINING`, `TEST` or `UNLABELLED`.

    All scans of a patient with a label have that patient's role, those without label, too.

    Parameters
    ----------
    cases : iterable of Case
    training : str
        The collection that models are trained on; patients of others are predicted only.
    """
    listed = list(cases)
    labelled = {(case.dataset, case.subject_id) for case in listed if case.label in CLASSES}
    roles = {}
    for case in listed:
        role = TRAINING if case.dataset == training else TEST
        roles[case.key] = role if (case.dataset, case.subject_id) in labelled else UNLABELLED
    return roles


def with_roles(pairs: pd.DataFrame, roles: Mapping[str, str]) -> pd.DataFrame:
    """Pairs of `near_copies` with ``first_role`` and ``second_role``."""
    return pairs[list(PAIR)].assign(
        first_role=pairs["first"].map(roles), second_role=pairs["second"].map(roles)
    )


def split_pairs(pairs: pd.DataFrame, roles: Mapping[str, str]) -> pd.DataFrame:
    """Pairs whose scans have different roles: what one split shows of another."""
    told = with_roles(pairs, roles)
    return told[told["first_role"] != told["second_role"]].reset_index(drop=True)


def excluded_by_copies(pairs: pd.DataFrame, roles: Mapping[str, str]) -> pd.DataFrame:
    """Scans that leave the study because another one shows the same, with the reason.

    Of a labelled and an unlabelled scan the unlabelled patient leaves; of one in training and
    one that is predicted, the predicted patient. Of two labelled ones in one role the second
    by name leaves: their folds would share a patient. Two unlabelled ones both stay. A
    patient leaves with all scans.

    Parameters
    ----------
    pairs : DataFrame
        From `near_copies`.
    roles : mapping of str to str
        By key, see `roles_of`; of all scans of the study.

    Returns
    -------
    DataFrame
        ``key``, ``reason``, one row per scan, sorted.
    """
    reasons: dict[str, str] = {}
    for first, second, correlation in pairs[list(PAIR)].itertuples(index=False, name=None):
        ranks = RANK.index(roles[first]), RANK.index(roles[second])
        if roles[first] == roles[second] == UNLABELLED:
            continue
        stays, leaves = (first, second) if ranks[0] <= ranks[1] else (second, first)
        reason = (
            f"{leaves} ({roles[leaves]}) is a near-copy of {stays} ({roles[stays]}): "
            f"correlation {correlation:.2f}"
        )
        patient = leaves.rpartition("/")[0]
        for key in roles:
            if key.rpartition("/")[0] == patient:
                reasons.setdefault(key, reason)
    return pd.DataFrame(sorted(reasons.items()), columns=["key", "reason"])
