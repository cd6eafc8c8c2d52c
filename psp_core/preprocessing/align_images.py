"""The images of one scan and the rigid maps between their frames.

FLAIR to T1CE, T1CE to the template, to the planning CT and to the visit before. A pair
that is not believed is noted with its reason, and with its map for a picture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from psp_core.acquisition.grid import Grid
from psp_core.acquisition.nifti import is_nifti
from psp_core.acquisition.resample import resample
from psp_core.acquisition.volume import Volume
from psp_core.errors import GridMismatchError, MissingInputError, PSPError
from psp_core.params.sections import BrainParams, RegistrationParams, VolumeParams
from psp_core.preprocessing.brain.bias import correct_bias
from psp_core.preprocessing.brain.extraction import BrainMask, extract_brain
from psp_core.preprocessing.cases import IMAGES, Case, read_image, require
from psp_core.preprocessing.dosimetry.samples import DOSE_FRAME
from psp_core.preprocessing.notes import AlignmentNotes
from psp_core.preprocessing.registration.ct_brain import ct_brain_mask
from psp_core.preprocessing.registration.rigid import Registration, register_rigid
from psp_core.preprocessing.standard import centre_shift
from psp_core.preprocessing.template import TEMPLATE, template_brain, template_mask
from psp_core.preprocessing.transform import Rigid, nearest_rigid

Mask = npt.NDArray[np.bool_]

TEMPLATE_MM = 2  # resolution of the template that is registered to


@dataclass(frozen=True)
class AlignmentSettings:
    """Parameters of an alignment; `seed` decides the starts of registrations."""

    volume: VolumeParams
    registration: RegistrationParams
    brain: BrainParams
    seed: int


@dataclass(frozen=True, eq=False)
class AlignedImages:
    """The images of one scan, each in its own frame.

    Attributes
    ----------
    images : dict of str to Volume
        By frame: ``t1ce`` and ``flair``; where they are there, ``ct``, and ``previous`` and
        ``previous_flair`` of the visit before. MR is corrected for the bias field.
    brain : BrainMask
        On the grid of ``t1ce``.
    ct_brain : bool array or None
        Inside of the skull on the grid of ``ct``.
    notes : AlignmentNotes
        Maps, quality and faults.
    """

    images: dict[str, Volume]
    brain: BrainMask
    ct_brain: Mask | None
    notes: AlignmentNotes


def align_images(case: Case, settings: AlignmentSettings) -> AlignedImages:
    """Read the images of one scan and find the maps between them.

    Raises
    ------
    PSPError
        If T1CE or FLAIR cannot be read or registered, or there is no believable brain.
    """
    notes = AlignmentNotes()
    with notes.step("reading"):
        images = {kind: read_image(require(case, kind)) for kind in IMAGES}
        given = read_image(case.files["brain_mask"]) if "brain_mask" in case.files else None
    if case.is_registered:
        return _registered(case, images, given, notes)
    register = partial(
        register_rigid,
        engine=settings.registration.engine,
        working_mm=settings.registration.working_mm,
        starts=settings.registration.starts,
        seed=settings.seed,
    )
    limits = settings.registration
    t1ce = images["t1ce"]
    with notes.step("brain"):
        brain = extract_brain(
            t1ce, method=settings.brain.method, command=settings.brain.command, given=given
        )
    with notes.step("registration of FLAIR"):
        found = register(
            t1ce, images["flair"], source="t1ce", target="flair", fixed_mask=brain.mask
        )
        to_flair = notes.add(found, limits)
    with notes.step("bias field"):
        if settings.brain.bias_field:
            on_flair = carried(brain.mask, t1ce.grid, to_flair.inverse(), images["flair"])
            images = {
                "t1ce": corrected(t1ce, brain.mask),
                "flair": corrected(images["flair"], on_flair),
            }
    with notes.step("registration to template"):
        found = _to_template(images["t1ce"], brain, register)
        loose = limits.largest_template_mm
        wide = replace(
            limits, largest_inverse_mm=loose, largest_spread_mm=loose, largest_surface_mm=loose
        )
        notes.add(found, wide)
    ct_brain = None
    try:
        with notes.step("registration to CT"):
            ct_brain = _to_planning(case, images, brain, register, notes, limits)
    except PSPError as error:
        notes.faults[f"t1ce-{DOSE_FRAME}"] = str(error)
    try:
        with notes.step("visit before"):
            _to_previous(case, images, brain, register, notes, settings)
    except PSPError as error:
        notes.faults["t1ce-previous"] = str(error)
    return AlignedImages(images, brain, ct_brain, notes)


def _registered(
    case: Case, images: dict[str, Volume], given: Volume | None, notes: AlignmentNotes
) -> AlignedImages:
    """Images that their makers skull-stripped and registered: one frame, only shifted."""
    t1ce, flair = images["t1ce"], images["flair"]
    if not t1ce.grid.same_grid(flair.grid):
        raise GridMismatchError(
            f"T1CE has shape {t1ce.grid.shape}, FLAIR {flair.grid.shape} or another place; "
            "registered images share one grid: set external.registered to false"
        )
    with notes.step("brain"):
        brain = extract_brain(t1ce, given=given)
    mask = Volume(brain.mask.astype(np.float32), t1ce.grid)
    notes.maps += [
        Rigid.identity("t1ce", "flair"),
        centre_shift(mask, template_mask(TEMPLATE_MM), source="t1ce"),
    ]
    _share_frame(case, notes)
    return AlignedImages(images, brain, None, notes)


def _to_template(t1ce: Volume, brain: BrainMask, register: partial[Registration]) -> Registration:
    template, inside = template_brain(TEMPLATE_MM), template_mask(TEMPLATE_MM)
    start = None
    if brain.to_template is not None:
        middle = t1ce.grid.to_world(np.argwhere(brain.mask)).mean(axis=0)
        start = nearest_rigid("t1ce", TEMPLATE, brain.to_template, middle)
    stripped = Volume(np.where(brain.mask, t1ce.values, 0), t1ce.grid)
    return register(
        stripped,
        template,
        source="t1ce",
        target=TEMPLATE,
        fixed_mask=brain.mask,
        moving_mask=inside.values > 0,
        start=start,
    )


def _to_planning(
    case: Case,
    images: dict[str, Volume],
    brain: BrainMask,
    register: partial[Registration],
    notes: AlignmentNotes,
    limits: RegistrationParams,
) -> Mask | None:
    """Map to the frame of the dose, that of the planning CT; adds the CT to the images."""
    if "ct" not in case.files and "ct" not in case.faults:
        _share_frame(case, notes)
        return None
    ct = read_image(require(case, "ct"))
    inside = ct_brain_mask(ct)
    found = register(
        images["t1ce"],
        ct,
        source="t1ce",
        target=DOSE_FRAME,
        fixed_mask=brain.mask,
        moving_mask=inside,
    )
    notes.add(found, limits)
    images[DOSE_FRAME] = ct  # not before it has a map: it would have no place in a picture
    return inside


def _share_frame(case: Case, notes: AlignmentNotes) -> None:
    """Note that a dose in NIfTI lies in the frame of T1CE; one in DICOM has its own."""
    if "dose" in case.files and is_nifti(case.files["dose"][0].path):
        notes.maps.append(Rigid.identity("t1ce", DOSE_FRAME))


def _to_previous(
    case: Case,
    images: dict[str, Volume],
    brain: BrainMask,
    register: partial[Registration],
    notes: AlignmentNotes,
    settings: AlignmentSettings,
) -> None:
    """Maps to the visit before; adds its images, if it has both."""
    lost = [fault for kind, fault in case.faults.items() if kind.startswith("previous")]
    if lost:
        raise MissingInputError(lost[0])
    if len(case.previous) < 2:
        return
    before = {kind: read_image(files) for kind, files in case.previous.items()}
    t1ce = images["t1ce"]
    found = register(t1ce, before["t1ce"], source="t1ce", target="previous", fixed_mask=brain.mask)
    notes.add(found, settings.registration)
    follows = register(before["t1ce"], before["flair"], source="previous", target="previous_flair")
    notes.add(follows, settings.registration)
    back = found.transform.inverse()
    maps = {"t1ce": back, "flair": follows.transform.inverse().then(back)}
    for kind, frame in (("t1ce", "previous"), ("flair", "previous_flair")):
        image = before[kind]
        if settings.brain.bias_field:
            image = corrected(image, carried(brain.mask, t1ce.grid, maps[kind], image))
        images[frame] = image


def carried(mask: Mask, grid: Grid, to_mask: Rigid, on: Volume) -> Mask:
    """A mask on the grid of a volume of another frame; `to_mask` leads from that frame."""
    seen = resample(Volume(mask.astype(np.float32), grid), to_mask.carry(on.grid))
    inside: Mask = seen >= 0.5  # NaN is outside
    return inside


def corrected(volume: Volume, mask: Mask) -> Volume:
    """The volume without its bias field."""
    return Volume(correct_bias(volume, mask), volume.grid, volume.frame_uid)
