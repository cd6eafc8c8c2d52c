"""How each planning system of the Burdenko collection spells a structure.

References
----------
Names of organs and targets as they occur in Burdenko-GBM-Progression (TCIA,
DOI 10.7937/E1QP-D183): Varian ARIA RadOnc and MPC "AMPHORA".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from psp_core.errors import AmbiguousSeriesError
from psp_core.phantom.patient import PlanningSystem

_SPELLED: Mapping[str, tuple[str, str]] = {
    # neutral name: (varian, amphora)
    "body": ("BODY", "body volume"),
    "brain": ("Brain", "Brain"),
    "brainstem": ("BrainStem", "brain stem"),
    "chiasm": ("Chiasm", "chiasma"),
    "left_eye": ("Eye_L", "left eye"),
    "right_eye": ("Eye_R", "right eye"),
    "left_lens": ("Lens_L", "left pupil"),
    "right_lens": ("Lens_R", "right pupil"),
    "left_optic_nerve": ("OpticNerve_L", "left optic nerve"),
    "right_optic_nerve": ("OpticNerve_R", "right optic nerve"),
    "gtv": ("GTV", "GTV_T1CE"),
    "gtv_flair": ("GTV_FLAIR", "GTV_Flair_1"),
    "tumour": ("TUMOR", "Tumor"),
    "ctv": ("CTV_20 mm", "CTV_20 mm"),
    "ptv": ("PTV", "PTV1"),
    "boost": ("PTV_BOOST", "BOOST"),
}
NEUTRAL_NAMES = tuple(_SPELLED)

_FOLLOW_UP = re.compile(r"follow_up_([1-9]\d*)_(enhancing|flair)")
_TARGETS = {"gtv": "GTV", "gtv_flair": "GTV", "tumour": "GTV", "ctv": "CTV"}
_TARGETS |= {"ptv": "PTV", "boost": "PTV"}


def roi_name(neutral: str, planning_system: PlanningSystem) -> str:
    """ROI name of a structure in the dialect of a planning system.

    Parameters
    ----------
    neutral : str
        One of `NEUTRAL_NAMES`, or ``follow_up_<n>_enhancing`` or
        ``follow_up_<n>_flair`` with n from 1.
    planning_system : {"varian", "amphora"}
        Whose dialect.

    Returns
    -------
    str
        For example ``BrainStem`` or ``brain stem``; ``FU_2_CE`` in both.

    Raises
    ------
    AmbiguousSeriesError
        If no spelling of `neutral` is known.
    """
    if neutral in _SPELLED:
        return _SPELLED[neutral][planning_system == "amphora"]
    if match := _FOLLOW_UP.fullmatch(neutral):
        return f"FU_{match[1]}_{'CE' if match[2] == 'enhancing' else 'FLAIR'}"
    raise AmbiguousSeriesError(
        f"no planning system spells a structure {neutral!r}; expected one of "
        f"{', '.join(NEUTRAL_NAMES)}, follow_up_<n>_enhancing or follow_up_<n>_flair"
    )


def interpreted_type(neutral: str) -> str:
    """RTROIInterpretedType of a structure: EXTERNAL, ORGAN, GTV, CTV or PTV."""
    if neutral == "body":
        return "EXTERNAL"
    return _TARGETS.get(neutral, "GTV" if _FOLLOW_UP.fullmatch(neutral) else "ORGAN")
