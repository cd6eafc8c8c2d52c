"""One person under several names: who must not be fitted on, and how many there are.

A patient is ``dataset/subject_id``, so the scans of one patient are one patient already.
A BraTS 2021 case is the patient that the crosswalk (`brats_crosswalk`) names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from psp_core.errors import OverlapError

SHOWN = 5  # patients named in a message
_BRATS_SOURCES = (
    "upenn_gbm", "ucsf_pdgm", "tcga_gbm", "tcga_lgg", "cptac_gbm", "ivygap", "acrin_fmiso_brain",
)  # fmt: skip
CONTAINS: Mapping[str, tuple[str, ...]] = {
    "brats2021": _BRATS_SOURCES,
    "brats2023_gli": ("brats2021", *_BRATS_SOURCES),
    "brats2024_pt": ("mu_glioma_post", "ucsd_ptgbm", "ucsf_alptdg"),
}
"""Collections inside a corpus that others trained on.

BraTS 2021: its crosswalk (DOI 10.7937/jc8x-9874); the re-release of 2023 holds the same
cases; the post-treatment data of 2024: its description of data sources.
"""
_SINGLE = {
    "burdenko", "external", "ucsf_alptdg", "ucsd_ptgbm", "lumiere", "mu_glioma_post", "cfb_gbm",
    *_BRATS_SOURCES,
}  # fmt: skip


def person_of(patients: Iterable[str], crosswalk: pd.DataFrame | None) -> dict[str, str]:
    """Name the person that each patient is: the original of a BraTS case, or the patient.

    Parameters
    ----------
    patients : iterable of str
        ``dataset/subject_id``.
    crosswalk : DataFrame or None
        From `brats_crosswalk.read_crosswalk`; without it every patient is a person.
    """
    originals: dict[str, str] = {}
    if crosswalk is not None:
        known = crosswalk[crosswalk["subject_id"] != ""]
        cases = "brats2021/" + known["brats_id"]
        people = known["dataset"] + "/" + known["subject_id"]
        originals = dict(zip(cases, people, strict=True))
    return {patient: originals.get(patient, patient) for patient in patients}


def check(
    stage: str,
    patients: Iterable[str],
    *,
    held_out: Iterable[str],
    crosswalk: pd.DataFrame | None = None,
) -> None:
    """Refuse to fit a stage on a person who is to be predicted.

    Parameters
    ----------
    stage : str
        What is fitted, for the message.
    patients, held_out : iterable of str
        ``dataset/subject_id``: those fitted on, and those that are predicted.
    crosswalk : DataFrame or None
        As for `person_of`.

    Raises
    ------
    OverlapError
        If one person is in both, under whatever name.
    """
    people = person_of(patients, crosswalk)
    kept_out = set(person_of(held_out, crosswalk).values())
    met = sorted(patient for patient, person in people.items() if person in kept_out)
    if not met:
        return
    pairs = [
        patient if people[patient] == patient else f"{patient} is {people[patient]}"
        for patient in met[:SHOWN]
    ]
    more = f" and {len(met) - SHOWN} more" if len(met) > SHOWN else ""
    raise OverlapError(
        f"{stage} would be fitted on {len(met)} of the patients to be predicted: "
        f"{', '.join(pairs)}{more}; take them out of what is fitted (overlap.without_overlap), "
        "or do not predict them"
    )


def without_overlap(
    patients: Iterable[str], held_out: Iterable[str], crosswalk: pd.DataFrame | None
) -> tuple[list[str], pd.DataFrame]:
    """Leave out who is to be predicted, and every further copy of one person.

    Of several copies that of the person's own collection stays, since its table tells of
    the patient; without one, the first case by its ID.

    Returns
    -------
    kept : list of str
        Patients to fit on, in order.
    dropped : DataFrame
        ``patient``, ``reason``, in order.
    """
    people = person_of(dict.fromkeys(patients), crosswalk)
    kept_out = set(person_of(held_out, crosswalk).values())
    copies: dict[str, list[str]] = {}
    for patient, person in people.items():
        copies.setdefault(person, []).append(patient)
    kept, dropped = [], []
    for patient, person in people.items():
        chosen = person if person in copies[person] else min(copies[person])
        if person in kept_out:
            name = "" if person == patient else f", as {person}"
            dropped.append((patient, f"to be predicted{name}"))
        elif patient != chosen:
            dropped.append((patient, f"same person as {chosen}, which is kept"))
        else:
            kept.append(patient)
    return kept, pd.DataFrame(dropped, columns=["patient", "reason"])


def distinct_counts(
    patients_by_collection: Mapping[str, Sequence[str]], crosswalk: pd.DataFrame | None
) -> pd.DataFrame:
    """Count scans and the people behind them.

    Parameters
    ----------
    patients_by_collection : mapping of str to sequence of str
        ``dataset/subject_id`` of every scan; a patient with two scans is there twice.

    Returns
    -------
    DataFrame
        ``collection``, ``scans``, ``people``, ``also_elsewhere`` (people who are in another of
        the collections too), ``new_people`` (in none of the rows above); the last row,
        ``together``, counts every person once.
    """
    people = {
        name: set(person_of(patients, crosswalk).values())
        for name, patients in patients_by_collection.items()
    }
    rows: list[tuple[str, int, int, int, int]] = []
    seen: set[str] = set()
    repeated: set[str] = set()
    for name, here in people.items():
        others = set().union(*(there for other, there in people.items() if other != name))
        repeated |= here & others
        rows.append(
            (name, len(patients_by_collection[name]), len(here), len(here & others),
             len(here - seen))
        )  # fmt: skip
        seen |= here
    scans = sum(row[1] for row in rows)
    rows.append(("together", scans, len(seen), len(repeated), len(seen)))
    columns = ["collection", "scans", "people", "also_elsewhere", "new_people"]
    return pd.DataFrame(rows, columns=columns)


def published_corpus() -> pd.DataFrame:
    """The 2,317 scans of the paper's pre-training, and how many can be distinct.

    Returns
    -------
    DataFrame
        ``collection``, ``scans`` (Gomaa 2025), ``also_in_brats2021`` (cases of its training
        set, by the package of DOI 10.7937/jc8x-9874) and ``distinct_at_most``; the last row
        is their sum. Were every such case used twice, 1,651 would be distinct.
    """
    rows = [("brats2021", 1251, 0), ("upenn_gbm", 570, 403), ("ucsf_pdgm", 496, 263)]
    table = pd.DataFrame(rows, columns=["collection", "scans", "also_in_brats2021"])
    table.loc[len(table)] = ["together", *table[["scans", "also_in_brats2021"]].sum()]
    return table.assign(distinct_at_most=table["scans"] - table["also_in_brats2021"])


def weights_mark(trained_on: Sequence[str] | None, dataset: str) -> str:
    """Say what must stand beside a result of weights that others trained.

    Parameters
    ----------
    trained_on : sequence of str or None
        Collections or corpora (`CONTAINS`) of the weights' card; None if it has none.
    dataset : str
        Collection that is predicted.

    Returns
    -------
    str
        Empty if the two are disjoint.
    """
    if trained_on is None:
        return "training data not stated"
    wanted = {dataset, *CONTAINS.get(dataset, ())}
    for name in trained_on:
        if name == dataset:
            return "its training data hold this collection"
        if dataset in CONTAINS.get(name, ()):
            return f"its training data hold this collection (through {name})"
        shared = sorted({name, *CONTAINS.get(name, ())} & wanted)
        if shared:
            return f"its training data hold a part of this collection ({', '.join(shared)})"
    unknown = sorted(set(trained_on) - _SINGLE - set(CONTAINS))
    return f"what {', '.join(unknown)} holds is not known" if unknown else ""
