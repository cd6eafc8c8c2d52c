"""Every error the package raises, with the sentence that says when it occurs.

Each error is also the built-in it resembles, so ``except ValueError`` and
``except PSPError`` both catch a diagnosis. Messages say what was found, what
was expected and what to do; they name study IDs and paths relative to the data
root, never a patient's name or an absolute date.
"""

from __future__ import annotations

from collections.abc import Iterable


class PSPError(Exception):
    """Base of every error of this package."""


class FaultsError(PSPError, ValueError):
    """Several faults of one input, reported together.

    Attributes
    ----------
    source : str
        What was read: a file name, a table, a params section.
    faults : tuple of str
        One sentence per fault, in the order of the input.
    """

    def __init__(self, source: str, faults: Iterable[str]) -> None:
        self.source = source
        self.faults = tuple(faults)
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__("\n  - ".join([f"{source}: {count}", *self.faults]))

    def __reduce__(self) -> tuple[type[FaultsError], tuple[str, tuple[str, ...]]]:
        """Rebuild from both arguments, so that the error survives a process pool."""
        return type(self), (self.source, self.faults)


class ConfigError(FaultsError):
    """A params file or an override has unknown keys or impossible values."""


class TableError(FaultsError):
    """A table lacks columns or holds values that cannot be."""


class MissingInputError(PSPError, FileNotFoundError):
    """A file or folder that the study needs is not there."""


class UnreadableFileError(PSPError, OSError):
    """A file is truncated, empty or not of the format its place promises."""


class GeometryError(PSPError, ValueError):
    """Slices or headers do not describe one regular grid."""


class GridMismatchError(GeometryError):
    """Two arrays that must share a grid do not."""


class FrameOfReferenceError(GeometryError):
    """Two objects that must share a frame of reference do not."""


class DoseUnitsError(PSPError, ValueError):
    """A dose file is not in Gy."""


class StoredRangeError(PSPError, ValueError):
    """Values or contours do not fit what the file format stores."""


class NoMaskError(PSPError, ValueError):
    """A structure has no closed contour, so it describes no volume."""


class EmptyMaskError(PSPError, ValueError):
    """A mask has no voxel, so the quantity asked for is undefined."""


class AmbiguousSeriesError(PSPError, LookupError):
    """A rule that must pick one series, structure or plan found none or several."""


class AmbiguousInputError(PSPError, LookupError):
    """A folder holds several files where the study needs one."""


class UndefinedMetricError(PSPError, ValueError):
    """A metric does not exist for this input, for example an AUC of one class."""


class StageError(PSPError, RuntimeError):
    """A stage of a run cannot start: what it reads was not computed, or changed."""


class PublishingError(PSPError, RuntimeError):
    """The book could not be built from the pages at hand."""


class DisclosureError(FaultsError):
    """A page holds something that must not leave the machine."""


class RegistrationError(PSPError, RuntimeError):
    """A registration diverged, or its quality checks failed."""


class BrainExtractionError(PSPError, RuntimeError):
    """No believable brain was found in an image."""


class ExternalCommandError(PSPError, RuntimeError):
    """The user's own program is not there, failed, or wrote nothing usable."""


class UnknownLabelError(PSPError, ValueError):
    """A mask holds values that its label map does not know."""


class CutLesionError(PSPError, ValueError):
    """The crop to the standard volume would cut a lesion."""


class CheckpointError(PSPError, ValueError):
    """Weights are missing, of another shape, or not trusted."""


class TrainingDivergedError(PSPError, ArithmeticError):
    """A loss or a gradient of a training became NaN or infinite."""


class CalibrationError(PSPError, ArithmeticError):
    """Scores could not be calibrated: the curve has no minimum."""


class DoseValuesError(PSPError, ValueError):
    """A dose grid or a prescription holds values that no plan has."""


class IntensityError(PSPError, ValueError):
    """Grey values cannot be put on a common scale: constant, or landmarks that do not rise."""


class OverlapError(PSPError, ValueError):
    """A patient whose label is to be predicted would enter what is fitted without labels."""


class EstimatorError(PSPError, ValueError):
    """An estimator is asked for what it cannot do: unknown arm, no tokens, or only one class."""


class AuditError(PSPError, ValueError):
    """A printed figure or count cannot be audited: no number, or counts that contradict."""
