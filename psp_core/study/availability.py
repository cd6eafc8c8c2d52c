"""Which patients an arm can be applied to: the one rule on what a set of patients has."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.classifiers.feature_sets import FeatureSet
from psp_core.study.entry import Source

UNKNOWN = "unknown"


def usable_rows(
    rows: pd.DataFrame, feature_set: FeatureSet, sources: Iterable[Source | None] = ()
) -> tuple[npt.NDArray[np.bool_], list[str]]:
    """Rows of one set of patients that a feature set can be used on.

    A set has a feature set when each of its columns is known of at least one patient (the
    model then handles single missing values), and the image of at least one where the image
    is used. Of a set that has it, patients without image drop out where the image is used, and
    those whom a source of the arm cannot serve.

    Parameters
    ----------
    rows : DataFrame, n rows
        Of the patients table, all of one collection.
    feature_set : FeatureSet
    sources : iterable of source, optional
        What the arm reads besides the table; None, where the run has none, drops nobody.

    Returns
    -------
    usable : bool array, shape (n,)
        All False where the set does not have the features.
    reasons : list of str
        What the set lacks, and how many patients drop out; empty where nobody is lost.
    """
    nobody = np.zeros(len(rows), dtype=bool)
    known = {name: rows[name].notna() for name in feature_set.continuous}
    known |= {
        name: rows[name].notna() & (rows[name] != UNKNOWN) for name in feature_set.categorical
    }
    reasons = [f"{name} is known of nobody" for name, there in known.items() if not there.any()]
    has_image = rows["has_image"].to_numpy(dtype=bool)
    if feature_set.uses_image and not has_image.any():
        reasons.append("nobody has a prepared image")
    if reasons:
        return nobody, reasons
    usable = has_image if feature_set.uses_image else ~nobody
    if not usable.all():
        reasons.append(f"{int((~usable).sum())} without a prepared image")
    served = np.all([usable, *(source.has(rows) for source in sources if source)], axis=0)
    if (usable & ~served).any():
        reasons.append(f"{int((usable & ~served).sum())} without what this model reads of an image")
    return served, reasons
