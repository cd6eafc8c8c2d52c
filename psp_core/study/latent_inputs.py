"""Sources that carry the true latents and nothing else: what an arm makes of a perfect image."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from psp_core.errors import EstimatorError
from psp_core.study.entry import Source
from psp_core.study.latent_cohort import LatentCohort

TOKENS = frozenset({"tokens", "untrained_tokens", "ablation_tokens"})
CARRYING: dict[str, str] = {
    "t1ce_slices": "psp_core.inputs.slices:carrying",
    "lesion_sequences": "psp_core.inputs.slices:carrying",
    "radiomics": "psp_core.inputs.radiomics:carrying",
    "cnn_features": "psp_core.encoder.cnn_features:carrying",
    "small_volumes": "psp_core.study.volume_source:made_volumes",
    "small_encoder": "psp_core.study.volume_source:made_encoder",
    "lesion_crops": "psp_core.study.volume_source:made_crops",
    "sequence_weights": "psp_core.study.volume_source:made_densenet",
}
"""``module:function`` by source name, without what follows a colon. The function takes keys and the
figures to carry, shape (n, k), and gives the source."""


def latent_sources(cohort: LatentCohort, names: Iterable[str]) -> dict[str, Source]:
    """Sources of some names for the patients of a cohort that is drawn with its latents.

    Parameters
    ----------
    cohort : LatentCohort
    names : iterable of str
        As in `entry.Entry.sources`.

    Raises
    ------
    EstimatorError
        If a source cannot be made from latents.
    """
    made: dict[str, Source] = {}
    for name in names:
        kind = name.partition(":")[0]
        if kind in TOKENS:
            made[name] = cohort.tokens
            continue
        if kind not in CARRYING:
            raise EstimatorError(
                f"the source {kind!r} cannot be made from latents; "
                f"expected one of {', '.join(sorted({*TOKENS, *CARRYING}))}"
            )
        module, _, function = CARRYING[kind].partition(":")
        made[name] = getattr(import_module(module), function)(cohort.tokens.keys, cohort.latents)
    return made
