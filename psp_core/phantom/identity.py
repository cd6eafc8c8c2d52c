"""Who a synthetic patient is on disk: identifiers, UIDs and shifted dates.

Everything is a function of the seed and of where the patient stands in its
collection, never of a label, so neither a name, a UID, a date nor a number of
bytes can carry one. All UIDs have the same length.
"""

from __future__ import annotations

import datetime as dt
import hashlib

COLLECTION = "Burdenko-GBM-Progression"
UID_LENGTH = 43

_FIRST_ANCHOR = dt.date(2000, 7, 1)  # with the days before, the real table begins in 2000
_ANCHOR_DAYS = 2600  # ... and its treatments end in 2007


def _digest(*keys: object) -> int:
    text = "\x1f".join(str(key) for key in keys)
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")


def unique_identifier(*keys: object) -> str:
    """Make a DICOM UID under the UUID root ``2.25``, always of `UID_LENGTH` characters.

    Parameters
    ----------
    *keys : object
        What the object is: seed, collection, patient number, study, series, slice.

    Returns
    -------
    str
        The same UID for the same keys.

    References
    ----------
    DICOM PS3.5, B.2: a UID made from a 128-bit integer.
    """
    return f"2.25.{10**37 + _digest(*keys) % (9 * 10**37)}"


def share(*keys: object) -> float:
    """Draw a reproducible number in [0, 1) from `keys`, for choices that carry no label."""
    return (_digest(*keys) % 2**53) / 2**53


def patient_id(number: int) -> str:
    """Return the identifier of patient `number` (from 1), in files and clinical table alike."""
    return f"Burdenko-GBM-{number:03d}"


def anchor_date(seed: int, number: int, *, collection: str = COLLECTION) -> dt.date:
    """Return the shifted date of the end of radiotherapy of one patient, between 2000 and 2008."""
    days = int(share(seed, collection, number, "anchor date") * _ANCHOR_DAYS)
    return _FIRST_ANCHOR + dt.timedelta(days=days)


def shifted_date(
    seed: int, number: int, days_since_rt: int, *, collection: str = COLLECTION
) -> dt.date:
    """Return the shifted date of a day counted from the end of radiotherapy."""
    return anchor_date(seed, number, collection=collection) + dt.timedelta(days=days_since_rt)
