"""The card of a weights file: an encoder, a segmenter, first weights of a network."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from psp_core.cohorts.collections import collections_table
from psp_core.params.names import value_of
from psp_core.report.card_overlap import overlap_by_set
from psp_core.report.card_sets import Roots, roots_of, set_with_owner
from psp_core.report.cards import SHOWN
from psp_core.report.exported import Exported
from psp_core.report.formatting import described, words
from psp_core.report.model_card import INTENDED, NOT_FOR, OWN_LICENCE, ModelCard, settings_text
from psp_core.runs import Run

PHANTOMS = "computed scans (phantoms)"


def weights_card(
    run: Run, one: Exported, patients: pd.DataFrame, crosswalk: pd.DataFrame | None
) -> ModelCard:
    """Card of one weights file.

    Parameters
    ----------
    one : Exported
    patients : DataFrame
        The patients table: the sets whose overlap is told.
    crosswalk : DataFrame or None
        See `overlap.person_of`.
    """
    names, roots = one.collections, roots_of(run.params)
    of_models = "it gives no score of a patient: see the cards of the models that read it"
    real = collections_table(name for name in names if roots.get(name) is not None)
    licences = [*(real["title"] + " (" + real["licence"] + ")")]
    licences += [PHANTOMS] if len(real) < len(names) else []
    disclosures = ", ".join(real["title"] + ": " + real["disclosure"].map(SHOWN))
    return ModelCard(
        name=f"weights_{one.name}",
        title=one.kind.title,
        kind=one.kind.kind,
        model={
            "class": one.shape or "see its settings",
            "preset": run.params.study.name,
            "feature set": "image only",
            "settings": settings_text(vars(value_of(run.params, one.kind.settings))),
            "parameters": f"{one.n_numbers:,} numbers in the file",
        },
        weights={"file": one.kind.file, "sha256": one.sha256},
        training={
            "collections": ", ".join(set_with_owner(name, roots) for name in names) or "none",
            "n": f"{one.n_scans}; task: {one.kind.learns}",
            "folds": "none: no label of progression is read",
            "seed": str(run.params.study.seed),
            "params digest": str(run.provenance["params_digest"]),
        },
        intended_use=f"first stage of the classifiers of this study; {INTENDED}",
        not_for=NOT_FOR,
        performance=one.measured or ({"figure": of_models},),
        calibration=({"figure": of_models},),
        subgroups=({"figure": of_models},),
        overlap=overlap_by_set(
            patients,
            one.scans,
            roots,
            by_collection={one.kind.title: names} if one.scans is None else {},
            crosswalk=crosswalk,
        ),
        limits=(
            _whose(names, roots),
            "what it holds beside the lesion, as the centre a scan is from, is measured on the "
            "pages of the probes",
            "trained from one seed; another seed gives another encoder",
        ),
        licence=f"{OWN_LICENCE}; trained on {', '.join(licences)}" if names else OWN_LICENCE,
        disclosure=f"as its collections say: {disclosures}" if len(real) else "everybody",
    )


def _whose(names: Iterable[str], roots: Roots) -> str:
    told = [f"{words(name)}: {described(roots.get(name))}" for name in names]
    return "whose scans: " + ("; ".join(told) or "nobody's, these are first weights")
