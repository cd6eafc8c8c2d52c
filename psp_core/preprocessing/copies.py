"""Near-copies among the scans of a run, and who leaves because of them.

Computed on aligned scans, before anything is fitted on them: grey-value landmarks,
segmenter and encoder must not see a copy of a scan that is predicted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from psp_core.cohorts.loading import TRAINING as TRAINED
from psp_core.cohorts.overlap import person_of
from psp_core.cohorts.stored import stored_people
from psp_core.evaluation.classes import CLASSES
from psp_core.preprocessing.batch import DONE
from psp_core.preprocessing.cases import Case
from psp_core.preprocessing.duplicates import PAIR, near_copies
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import Run, digest_of, digest_of_code, write_table

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
        All of the study, by collection.
    aligned : VolumeStore
        Scans on the standard grid; of a study that was prepared in part, those that are there.

    Raises
    ------
    StageError
        See `Run.stage`; also if the cohort page was not run.
    """
    least = run.params.duplicates.least_correlation
    everyone = [case for group in cases.values() for case in group]
    roles = roles_of(everyone, training=TRAINED)
    there = set(aligned.scans())
    records = {key: aligned.record(key) for key in sorted(roles) if key in there}
    digests = {key: one["digest"] for key, one in records.items() if one["status"] == DONE}
    crosswalk = stored_people(run).crosswalk
    depends_on = {
        "scans": digests,
        "roles": roles,
        "crosswalk": None if crosswalk is None else digest_of(crosswalk.to_csv(index=False)),
        "least_correlation": least,
        "code": digest_of_code(*CODE),
    }
    with run.stage(STAGE, depends_on=depends_on) as stage:
        if not stage.is_done:
            pairs = near_copies(aligned, digests, least_correlation=least)
            write_table(stage.folder / PAIRS, with_roles(pairs, roles))
            write_table(stage.folder / EXCLUDED, excluded_by_copies(pairs, roles, crosswalk))
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


def excluded_by_copies(
    pairs: pd.DataFrame, roles: Mapping[str, str], crosswalk: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Scans that leave the study because another one shows the same, with the reason.

    Patients are one person where grey values or the crosswalk say so, also through others. Of
    a person with a label one labelled patient stays: one in training before one that is
    predicted, else the first by name, since folds would share a person. All others of that
    person leave with all scans. A person without any label stays as often as there are copies.

    Parameters
    ----------
    pairs : DataFrame
        From `near_copies`.
    roles : mapping of str to str
        By key, see `roles_of`; of all scans of the study.
    crosswalk : DataFrame, optional
        See `brats_crosswalk.read_crosswalk`.

    Returns
    -------
    DataFrame
        ``key``, ``reason``, one row per scan, sorted.
    """
    role = {patient_of(key): one for key, one in roles.items()}
    patients = sorted(role, key=lambda patient: (RANK.index(role[patient]), patient))
    told = {
        frozenset((patient_of(first), patient_of(second))): f": correlation {correlation:.2f}"
        for first, second, correlation in pairs[list(PAIR)].itertuples(index=False, name=None)
    }
    stays_of: dict[int, str] = {}
    reasons: dict[str, str] = {}
    for patient, group in zip(patients, _people(patients, told, crosswalk), strict=True):
        stays = stays_of.setdefault(group, patient)  # the highest of its rank comes first
        if patient != stays and role[stays] != UNLABELLED:
            how = told.get(frozenset((patient, stays)), ", told by the crosswalk or through others")
            reasons[patient] = (
                f"{patient} ({role[patient]}) is a copy of {stays} ({role[stays]}){how}"
            )
    rows = [(key, reasons[patient_of(key)]) for key in sorted(roles) if patient_of(key) in reasons]
    return pd.DataFrame(rows, columns=["key", "reason"])


def _people(
    patients: Sequence[str], told: Iterable[frozenset[str]], crosswalk: pd.DataFrame | None
) -> list[int]:
    """Number of the person that each patient is, by grey values and by the crosswalk."""
    place = {patient: number for number, patient in enumerate(patients)}
    edges = [sorted(place[patient] for patient in pair) for pair in told]
    first: dict[str, int] = {}
    for patient, person in person_of(patients, crosswalk).items():
        edges.append([first.setdefault(person, place[patient]), place[patient]])
    ends = np.array(edges).T
    graph = coo_array((np.ones(len(edges)), ends), shape=(len(patients), len(patients)))
    numbers: list[int] = connected_components(graph, directed=False)[1].tolist()
    return numbers


def against_crosswalk(
    pairs: pd.DataFrame, keys: Iterable[str], crosswalk: pd.DataFrame | None
) -> dict[str, int]:
    """Compare what grey values tell with what the crosswalk tells.

    Parameters
    ----------
    pairs : DataFrame
        From `near_copies`.
    keys : iterable of str
        Scans that were compared.
    crosswalk : DataFrame or None
        See `brats_crosswalk.read_crosswalk`.

    Returns
    -------
    dict of str to int
        ``known``: people of whom two collections have a scan; ``found``: those of them with a
        pair; ``further``: pairs that the crosswalk does not tell.
    """
    people = person_of({patient_of(key) for key in keys}, crosswalk)
    several = {person for person, number in Counter(people.values()).items() if number > 1}
    first, second = (pairs[side].map(patient_of).map(people) for side in PAIR[:2])
    same = first == second
    found = set(first[same]) & several
    return {"known": len(several), "found": len(found), "further": int((~same).sum())}


def patient_of(key: str) -> str:
    """Give ``dataset/subject_id`` of the key of a scan."""
    return key.rpartition("/")[0]
