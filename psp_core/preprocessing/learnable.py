"""Which prepared scans may be learned from without labels, and the check that says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from psp_core.cohorts.overlap import check, without_overlap
from psp_core.cohorts.stored import stored_people
from psp_core.errors import OverlapError
from psp_core.evaluation.classes import CLASSES
from psp_core.preprocessing.cases import Case
from psp_core.preprocessing.copies import left_out_copies, patient_of
from psp_core.runs import Run

SEALED = "sealed"  # phantoms that are predicted once, and never learned from


def learnable_cases(
    run: Run, cases: Mapping[str, Sequence[Case]], collections: Iterable[str], *, stage: str
) -> list[Case]:
    """Scans without label of some collections, sorted: of each person the first.

    Further copies that the crosswalk tells, and near-copies of labelled patients that only
    their grey values tell, are left out.

    Parameters
    ----------
    cases : mapping of str to sequence of Case
        See `pipeline.study_cases`.
    stage : str
        What is going to be fitted, for the error.

    Raises
    ------
    OverlapError
        If a case is listed under another collection than its own, or is a person who has a
        label in any collection of the study.
    StageError
        If the cohort page was not run.
    """
    names = list(dict.fromkeys(collections))
    copies = left_out_copies(run)
    found = [case for name in names for case in cases.get(name, ()) if case.label not in CLASSES]
    foreign = sorted(case.key for case in found if case.dataset not in names)
    if foreign:
        raise OverlapError(
            f"{stage}: {foreign[0]} is of another collection than {', '.join(names)}; list each "
            "scan under its own collection"
        )
    people = stored_people(run)
    in_order = sorted((case for case in found if case.key not in copies), key=lambda one: one.key)
    first = {patient_of(case.key): case for case in reversed(in_order)}
    one_each, _ = without_overlap(first, (), people.crosswalk)
    check(stage, one_each, held_out=people.labelled, crosswalk=people.crosswalk)
    return sorted((first[patient] for patient in one_each), key=lambda case: case.key)


def check_learned_from(run: Run, stage: str, keys: Iterable[str]) -> None:
    """Check that no scan is of a patient whose label is only predicted.

    Raises
    ------
    OverlapError
        If one is.
    StageError
        If the cohort page was not run.
    """
    people = stored_people(run)
    patients = [patient_of(key) for key in keys]
    held_out = people.tested | {one for one in patients if one.startswith(f"{SEALED}/")}
    check(stage, patients, held_out=held_out, crosswalk=people.crosswalk)
