"""Weak labels of LUMIERE: an early progression and what the next rating says of it."""

from __future__ import annotations

from collections.abc import Sequence

from psp_core.cohorts.plugins.lumiere_tables import STAGES, Rating, Week
from psp_core.evaluation.classes import NEGATIVE_CLASS, POSITIVE_CLASS, UNLABELLED

RULE = "weak_next_rating"


def weak_label(
    ratings: Sequence[Rating], *, rt_end_week: int | None, window_weeks: int
) -> tuple[str, Week | None, str]:
    """Label the first early progression of a patient by the next rating.

    Parameters
    ----------
    ratings : sequence of Rating
        Of one patient, in the order of weeks.
    rt_end_week : int or None
        Week in which radiotherapy is assumed to have ended; without one, only a
        progression marked as less than three months after it is early.
    window_weeks : int
        How long after that a progression is early, both ends included.

    Returns
    -------
    label : str
        True progression if the next rating is progression, pseudoprogression if it
        is anything else; unlabelled when an operation comes first.
    week : Week or None
        Of the early progression; None if there is none.
    reason : str
        Why there is no label, else empty.
    """
    rated = [one for one in ratings if one.codes]
    for position, one in enumerate(rated):
        since_end = one.week[0] - rt_end_week if rt_end_week is not None else -1
        if one.codes == {"PD"} and (one.is_early or 0 <= since_end <= window_weeks):
            return _decide(one.week, rated[position + 1 :])
    return UNLABELLED, None, "no early progression"


def _decide(week: Week, later: Sequence[Rating]) -> tuple[str, Week, str]:
    """Read the first later rating that says one thing."""
    for one in later:
        if one.codes & set(STAGES):
            return UNLABELLED, week, "operated before the next rating"
        if len(one.codes) == 1:
            return POSITIVE_CLASS if one.codes == {"PD"} else NEGATIVE_CLASS, week, ""
    return UNLABELLED, week, "no rating after the early progression"
