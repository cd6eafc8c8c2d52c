"""What third-party weights have seen: a sentence for every set whose patients may be among it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from psp_core.cohorts.overlap import weights_mark
from psp_core.runs import Run
from psp_core.study.scored_sets import collection_of


def weights_marks(run: Run, datasets: Iterable[str]) -> dict[str, str]:
    """Mark the sets that the weights in use were, or may have been, trained on.

    Parameters
    ----------
    datasets : iterable of str
        Collections that results are told of.

    Returns
    -------
    dict of str to str
        A sentence by dataset; a set that the weights cannot have seen has none. Empty where
        the study uses no weights but its own.
    """
    in_use = _weights_in_use(run)
    marks = {}
    for dataset in datasets:
        name = collection_of(dataset)
        told = [f"{what}: {mark}" for what, of in in_use if (mark := weights_mark(of, name))]
        if told:
            marks[dataset] = "; ".join(told)
    return marks


def _weights_in_use(run: Run) -> list[tuple[str, Sequence[str] | None]]:
    """What a reader calls the user's weights, and what they were trained on."""
    lesion, brain = run.params.lesion, run.params.brain
    found: list[tuple[str, Sequence[str] | None]] = []
    if lesion.nnunet_folder is not None and "nnunet" in lesion.sources:
        found.append(("weights of nnU-Net", lesion.nnunet_trained_on))
    if brain.method == "command":
        found.append(("weights of the brain extraction", brain.command_trained_on))
    return found
