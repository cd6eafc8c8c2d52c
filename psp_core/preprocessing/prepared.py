"""Everything that preprocessing makes of a run, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from psp_core.cohorts.pool import SEGMENTED
from psp_core.evaluation.classes import CLASSES
from psp_core.preprocessing.cases import Case
from psp_core.preprocessing.copies import find_copies
from psp_core.preprocessing.intensity import Landmarks
from psp_core.preprocessing.learnable import learnable_cases
from psp_core.preprocessing.pipeline import (
    align_all,
    chosen_cases,
    finish_all,
    fit_scale,
    study_cases,
)
from psp_core.preprocessing.store import VolumeStore
from psp_core.preprocessing.study_segmenter import StudySegmenter, train_on_run
from psp_core.runs import Run


@dataclass(frozen=True)
class PreparedRun:
    """The scans of a run, ready for models.

    Attributes
    ----------
    cases : mapping of str to sequence of Case
        By collection.
    aligned, volumes : VolumeStore
        On the standard grid with their own grey values, and on the encoder's scale.
    landmarks : Landmarks or None
        That scale; None without unlabelled scans.
    segmenter : StudySegmenter or None
        None where it could not be trained.
    """

    cases: Mapping[str, Sequence[Case]]
    aligned: VolumeStore
    volumes: VolumeStore
    landmarks: Landmarks | None
    segmenter: StudySegmenter | None


def prepare_run(run: Run) -> PreparedRun:
    """Align all scans, fit the scale, train the segmenter, and decide all lesions.

    What a run has done already is not done again. Scans without a label are finished
    first: the segmenter learns from them and draws on the others.

    Raises
    ------
    MissingInputError, TableError, StageError, IntensityError, OverlapError
        See `pipeline`, `study_segmenter` and `learnable`.
    """
    everyone = study_cases(run)
    cases = chosen_cases(run, everyone)
    aligned = align_all(run, cases)
    find_copies(run, everyone, aligned)
    landmarks = fit_scale(run, cases)
    taught = {name: some for name, some in cases.items() if not _is_labelled(some)}
    finish_all(run, taught, landmarks)
    masked = learnable_cases(run, cases, [SEGMENTED], stage="segmenter")
    segmenter = train_on_run(run, (case.key for case in masked))
    usable: Path | None = segmenter.usable if segmenter else None
    labelled = {name: some for name, some in cases.items() if _is_labelled(some)}
    volumes = finish_all(run, labelled, landmarks, segmenter=usable)
    return PreparedRun(cases, aligned, volumes, landmarks, segmenter)


def _is_labelled(cases: Sequence[Case]) -> bool:
    return any(case.label in CLASSES for case in cases)
