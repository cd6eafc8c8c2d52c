"""What every classifier needs: labels of both classes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from psp_core.errors import EstimatorError


def both_classes(y: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """The labels as booleans, shape (n,), once it is clear that there are two classes.

    Raises
    ------
    EstimatorError
        If there is only one.
    """
    truth = np.asarray(y, dtype=bool)
    if truth.all() or not truth.any():
        raise EstimatorError(
            f"all {len(truth)} training patients are of one class; "
            "expected both: use fewer folds, or leave this cohort out"
        )
    return truth
