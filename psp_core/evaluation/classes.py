"""The two classes, named once for the whole study."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from psp_core.errors import UndefinedMetricError

POSITIVE_CLASS = "true_progression"
NEGATIVE_CLASS = "pseudoprogression"
UNLABELLED = "unlabelled"
CLASSES = (POSITIVE_CLASS, NEGATIVE_CLASS)
LABELS = (*CLASSES, UNLABELLED)


def is_true_progression(labels: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether each label is the positive class.

    Parameters
    ----------
    labels : array-like of str, shape (n,)
        ``true_progression`` or ``pseudoprogression``.

    Returns
    -------
    bool array, shape (n,)

    Raises
    ------
    UndefinedMetricError
        If a label is neither class: an unlabelled patient has no true value.
    """
    array = np.asarray(labels, dtype=object)
    others = sorted({str(label) for label in array.ravel() if label not in CLASSES})
    if others:
        raise UndefinedMetricError(
            f"labels {others} are neither {POSITIVE_CLASS!r} nor {NEGATIVE_CLASS!r}; "
            "leave these rows out before computing a metric"
        )
    return np.asarray(array == POSITIVE_CLASS, dtype=np.bool_)
