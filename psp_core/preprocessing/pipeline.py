"""The stages of preprocessing over all collections of a run.

Scans are aligned first; the scale of grey values is fitted on unlabelled ones and
applied to all; the segmenter learns from those with masks; then the labelled scans get
their lesion and its dose. Each stage resumes on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from psp_core.cohorts import own
from psp_core.cohorts.collections import is_on_atlas
from psp_core.cohorts.loading import study_roots
from psp_core.cohorts.pool import unlabelled_pool
from psp_core.cohorts.roots import find_root
from psp_core.cohorts.stored import stored_cohorts
from psp_core.errors import ConfigError
from psp_core.evaluation.classes import CLASSES
from psp_core.preprocessing.align import align_scan
from psp_core.preprocessing.align_images import AlignmentSettings
from psp_core.preprocessing.batch import DONE, Item, Prepared, prepare_all
from psp_core.preprocessing.cases import IMAGES, Case, list_cases
from psp_core.preprocessing.decide_lesion import open_drawers
from psp_core.preprocessing.finish import FinishItem, FinishSettings, finish_scan
from psp_core.preprocessing.intensity import Landmarks, fit_landmarks
from psp_core.preprocessing.learnable import learnable_cases
from psp_core.preprocessing.lesion.segmenter import CARD
from psp_core.preprocessing.lesion_doses import DoseItem, DoseSettings, lesion_doses
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import Run, digest_of, digest_of_code

PHANTOM_COHORTS = ("development", "learning", "sealed")  # registered, and only phantoms have them
CODE = ("psp_core.preprocessing", "psp_core.acquisition")

Cases = Mapping[str, Sequence[Case]]


def study_cases(run: Run) -> dict[str, list[Case]]:
    """Every scan that the study prepares, by collection.

    The labelled scans of all collections, and of those that the study learns from without
    labels the scans of `pool.unlabelled_pool`.

    Raises
    ------
    MissingInputError, StageError
        If the cohort tables of the run, or a folder, are not there.
    TableError
        If a table has faults.
    """
    params, roots = run.params, study_roots(run)
    pool = unlabelled_pool(run).patients
    cases = {}
    for name, cohort in stored_cohorts(run).items():
        registered = params.external.registered if name == "external" else is_on_atlas(name)
        own_scans = None if name == "external" else pool.get(name, frozenset())
        cases[name] = list_cases(
            run, name, roots[name], cohort, is_registered=registered, unlabelled=own_scans
        )
    for name in PHANTOM_COHORTS:
        root = find_root(run, name, None)
        if root is not None and (root / params.external.table).is_file():
            loaded = own.load_cohort(root / params.external.table, dataset=name)
            cases[name] = list_cases(run, name, root, loaded.cohort, is_registered=True)
    return {name: group for name, group in cases.items() if group}


def chosen_cases(run: Run, cases: Cases) -> dict[str, list[Case]]:
    """The cases that ``study.patients`` asks for: all, or of the labelled ones these alone.

    What is fitted on scans without labels stays what it is.

    Raises
    ------
    ConfigError
        If a study ID is of no labelled patient.
    """
    only = set(run.params.study.patients)
    labelled = {case.subject_id for group in cases.values() for case in group if _has_label(case)}
    if unknown := sorted(only - labelled):
        raise ConfigError(
            "study.patients", [f"{one!r} is no labelled patient of the study" for one in unknown]
        )
    chosen = {
        name: [
            case for case in group if not only or not _has_label(case) or case.subject_id in only
        ]
        for name, group in cases.items()
    }
    return {name: group for name, group in chosen.items() if group}


def aligned_store(run: Run) -> VolumeStore:
    """Scans on the standard grid with their own grey values."""
    return VolumeStore(run.folder / "aligned")


def volume_store(run: Run) -> VolumeStore:
    """Scans as models read them."""
    return VolumeStore(run.folder / "volumes")


def align_all(run: Run, cases: Cases) -> VolumeStore:
    """Bring every scan to the standard grid.

    Raises
    ------
    StageError
        See `batch.prepare_all`.
    """
    params = run.params
    seed = int(run.seed_sequence("registration").generate_state(1)[0])
    settings = AlignmentSettings(params.volume, params.registration, params.brain, seed)
    store = aligned_store(run)
    everything = [case for group in cases.values() for case in group]
    stamp = [settings, digest_of_code(*CODE)]
    _prepare(run, everything, partial(align_scan, settings=settings), store, stamp)
    return store


def fit_scale(run: Run, cases: Cases) -> Landmarks | None:
    """Fit the landmarks of T1CE and FLAIR on the unlabelled collections of the params.

    A scan with a channel of one grey value has no scale and is left out. None if no scan is
    left: then grey values are z-scored only.

    Raises
    ------
    IntensityError
        See `intensity.fit_landmarks`.
    OverlapError
        See `learnable.learnable_cases`.
    """
    store = aligned_store(run)
    wanted = run.params.intensity.landmark_collections
    learned = learnable_cases(run, cases, wanted, stage="landmarks")
    names = sorted({case.dataset for case in learned})
    records = [store.record(case.key) for case in learned]
    tables = [
        record["percentiles"]
        for record in records
        if record["status"] == DONE and all(_has_range(record["percentiles"][k]) for k in IMAGES)
    ]
    if not tables:
        return None
    channels = {
        kind: tuple(fit_landmarks([table[kind] for table in tables]).tolist()) for kind in IMAGES
    }
    return Landmarks(channels, tuple(names), len(tables))


def finish_all(
    run: Run, cases: Cases, landmarks: Landmarks | None, *, segmenter: Path | None = None
) -> VolumeStore:
    """Put every scan on the encoder's scale and decide the lesions of the labelled ones.

    Parameters
    ----------
    landmarks : Landmarks or None
        From `fit_scale`.
    segmenter : Path, optional
        Folder of a segmenter that may be used on labelled scans.

    Raises
    ------
    StageError
        See `batch.prepare_all`.
    MissingInputError, CheckpointError
        If the user's nnU-Net cannot be opened.
    """
    store, aligned = volume_store(run), aligned_store(run)
    lesion = run.params.lesion
    settings = FinishSettings(aligned, landmarks, lesion, segmenter)
    open_drawers.cache_clear()  # a network may have been trained anew since
    if lesion.nnunet_folder:  # a wrong folder stops the study here, not scan by scan
        open_drawers(lesion.nnunet_folder, lesion.trust_checkpoint, None)
    scale = None if landmarks is None else landmarks.record()
    everyone = [scale, digest_of_code(*CODE), lesion.sources, lesion.region, lesion.component]
    labelled = [lesion.nnunet_folder, lesion.trust_checkpoint, _card(segmenter)]
    items = [
        FinishItem(
            case.key,
            digest_of([_digest(aligned, case.key), labelled if case.label in CLASSES else []]),
        )
        for group in cases.values()
        for case in group
    ]
    _prepare(run, items, partial(finish_scan, settings=settings), store, everyone)
    return store


def dose_all(run: Run, cases: Cases, *, compared: Iterable[str] = ()) -> VolumeStore:
    """Compute the dose to the lesion of every labelled scan.

    Parameters
    ----------
    compared : iterable of str
        Collections whose lesions are also looked at under all other definitions.

    Raises
    ------
    StageError
        See `batch.prepare_all`.
    """
    params = run.params
    seed = int(run.seed_sequence("dosimetry").generate_state(1)[0])
    settings = DoseSettings(
        aligned_store(run), volume_store(run), params.dosimetry, params.lesion, seed
    )
    finished, wanted = volume_store(run), set(compared)
    items = [
        DoseItem(case.key, digest_of([_digest(finished, case.key), name in wanted]), name in wanted)
        for name, group in cases.items()
        for case in group
        if case.label in CLASSES
    ]
    store = VolumeStore(run.folder / "doses")
    stamp = [params.dosimetry, params.lesion, seed, digest_of_code(*CODE)]
    _prepare(run, items, partial(lesion_doses, settings=settings), store, stamp)
    return store


def _prepare(
    run: Run,
    items: Sequence[Item],
    work: Callable[[Item], Prepared],
    store: VolumeStore,
    stamp: object,
) -> None:
    prepare_all(
        items,
        work,
        store,
        stamp=stamp,
        workers=run.params.study.workers,
        log=run.private / "errors",
        keep_others=bool(run.params.study.patients),
    )


def _has_label(case: Case) -> bool:
    return case.label in CLASSES


def _has_range(percentiles: Sequence[float]) -> bool:
    return percentiles[-1] > percentiles[0]


def _digest(store: VolumeStore, key: str) -> str:
    return str(store.record(key)["digest"])


def _card(segmenter: Path | None) -> str:
    """What tells one trained segmenter from another."""
    return "" if segmenter is None else (segmenter / CARD).read_text(encoding="utf-8")
