"""The sections of a params file, one frozen dataclass each.

``params/<profile>.yaml`` carries one mapping per section; every key is a field
here. Modules that compute never see these classes, they take plain arguments; those that
run a stage over a study (``preprocessing.pipeline``) hand them on.
"""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from psp_core.params.ablation import AblationParams
from psp_core.params.audit import AuditParams
from psp_core.params.cnn_lstm import CnnLstmParams
from psp_core.params.collections import (
    Brats2021Params,
    BurdenkoParams,
    CfbGbmParams,
    ExternalParams,
    LumiereParams,
    MuGliomaPostParams,
    UcsdPtgbmParams,
    UcsfPdgmParams,
    UpennGbmParams,
)
from psp_core.params.controls import ControlsParams
from psp_core.params.decisions import DecisionsParams
from psp_core.params.explanation import ExplanationParams, OptimismParams
from psp_core.params.modelling import (
    BaselinesParams,
    ClassificationParams,
    EncoderParams,
    EvaluationParams,
    PretrainingParams,
    ProbingParams,
    TruthParams,
)
from psp_core.params.phantoms import PhantomParams
from psp_core.params.power import PowerParams
from psp_core.params.radiomics import CnnSvmParams, RadiomicsParams
from psp_core.params.timing_question import TimingQuestionParams
from psp_core.params.values import STRICT, Count, Days, Positive, Unlabelled
from psp_core.params.volume_networks import DenseNetParams, SurvivalParams, VolumeNetworkParams


@dataclass(frozen=True, kw_only=True, config=STRICT)
class StudyParams:
    """What this study is called and the one seed everything random starts from."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    seed: Count = 0
    workers: Annotated[int, Field(ge=1)] = 2
    patients: tuple[str, ...] = ()
    only_light: bool = False
    first_book: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class LabelParams:
    """Which follow-up of a patient is the event, and what counts as one."""

    event: Literal["first_non_distant", "first", "ever_pseudoprogression"] = "first_non_distant"
    window_days: Days | None = None
    first_visit_only: bool = False
    eligibility: Literal["none", "jang"] = "none"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class TimingParams:
    """How far time alone separates the classes."""

    windows_days: tuple[Days, ...] = (30, 60, 90, 120, 180, 365)
    confidence_level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    minimum_per_class: Annotated[int, Field(ge=1)] = 5


@dataclass(frozen=True, kw_only=True, config=STRICT)
class VolumeParams:
    """The standard volume: a cube in the template's frame, centred on the brain."""

    side: Annotated[int, Field(ge=16)] = 160
    spacing_mm: Positive = 1.0


@dataclass(frozen=True, kw_only=True, config=STRICT)
class RegistrationParams:
    """Rigid registration and when it is believed."""

    engine: Literal["simpleitk", "ants"] = "simpleitk"
    working_mm: Positive = 1.0
    starts: Annotated[int, Field(ge=1)] = 5
    largest_inverse_mm: Positive = 0.5
    largest_spread_mm: Positive = 2.0
    largest_surface_mm: Positive = 4.0
    largest_template_mm: Positive = 6.0


@dataclass(frozen=True, kw_only=True, config=STRICT)
class BrainParams:
    """Bias field and brain extraction of images that come with a skull."""

    bias_field: bool = True
    method: Literal["atlas", "command"] = "atlas"
    command: str | None = None
    command_trained_on: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class IntensityParams:
    """Landmarks of the encoder's intensity scale."""

    landmark_collections: tuple[Unlabelled, ...] = ("brats2021", "upenn_gbm", "ucsf_pdgm")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class DuplicatesParams:
    """From which correlation on two scans of different patients are copies."""

    least_correlation: Annotated[float, Field(gt=0, le=1)] = 0.65


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SegmenterParams:
    """The network that is trained in the study on the BraTS-layout cohort."""

    steps: Count = 1500
    batch_size: Annotated[int, Field(ge=1)] = 2
    learning_rate: Positive = 1e-3
    channels: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=3)] = (8, 16, 32)
    held_out_share: Annotated[float, Field(gt=0, lt=1)] = 0.2
    least_dice: Annotated[float, Field(ge=0, le=1)] = 0.70


@dataclass(frozen=True, kw_only=True, config=STRICT)
class LesionParams:
    """Which voxels are the lesion, and who drew them."""

    sources: tuple[Literal["contours", "mask", "nnunet", "segmenter"], ...] = (
        "contours",
        "mask",
        "nnunet",
        "segmenter",
    )
    region: Literal["enhancing", "core", "whole"] = "enhancing"
    component: Literal["all", "largest", "growing"] = "largest"
    nnunet_folder: str | None = None
    trust_checkpoint: tuple[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")], ...] = ()
    nnunet_trained_on: tuple[str, ...] | None = None
    segmenter: SegmenterParams = field(default_factory=SegmenterParams)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class DosimetryParams:
    """Dose to the lesion."""

    isodoses: tuple[Annotated[float, Field(gt=0, le=1)], ...] = (0.95, 0.80)
    in_field_share: Annotated[float, Field(gt=0, le=1)] = 0.80
    marginal_share: Annotated[float, Field(gt=0, lt=1)] = 0.20
    alpha_beta_gy: Positive = 10.0
    supersample: Annotated[int, Field(ge=1, le=8)] = 3
    perturbations: Count = 50
    perturbation_mm: Positive = 0.55
    perturbation_degrees: Positive = 0.5


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Params:
    """One study: every section of one params file."""

    study: StudyParams
    phantom: PhantomParams
    label: LabelParams = field(default_factory=LabelParams)
    burdenko: BurdenkoParams = field(default_factory=BurdenkoParams)
    external: ExternalParams = field(default_factory=ExternalParams)
    brats2021: Brats2021Params = field(default_factory=Brats2021Params)
    upenn_gbm: UpennGbmParams = field(default_factory=UpennGbmParams)
    ucsf_pdgm: UcsfPdgmParams = field(default_factory=UcsfPdgmParams)
    ucsd_ptgbm: UcsdPtgbmParams = field(default_factory=UcsdPtgbmParams)
    lumiere: LumiereParams = field(default_factory=LumiereParams)
    mu_glioma_post: MuGliomaPostParams = field(default_factory=MuGliomaPostParams)
    cfb_gbm: CfbGbmParams = field(default_factory=CfbGbmParams)
    timing: TimingParams = field(default_factory=TimingParams)
    timing_question: TimingQuestionParams = field(default_factory=TimingQuestionParams)
    volume: VolumeParams = field(default_factory=VolumeParams)
    registration: RegistrationParams = field(default_factory=RegistrationParams)
    brain: BrainParams = field(default_factory=BrainParams)
    intensity: IntensityParams = field(default_factory=IntensityParams)
    duplicates: DuplicatesParams = field(default_factory=DuplicatesParams)
    lesion: LesionParams = field(default_factory=LesionParams)
    dosimetry: DosimetryParams = field(default_factory=DosimetryParams)
    probing: ProbingParams = field(default_factory=ProbingParams)
    truth: TruthParams = field(default_factory=TruthParams)
    classification: ClassificationParams = field(default_factory=ClassificationParams)
    baselines: BaselinesParams = field(default_factory=BaselinesParams)
    controls: ControlsParams = field(default_factory=ControlsParams)
    cnn_lstm: CnnLstmParams = field(default_factory=CnnLstmParams)
    radiomics: RadiomicsParams = field(default_factory=RadiomicsParams)
    cnn_svm: CnnSvmParams = field(default_factory=CnnSvmParams)
    explanation: ExplanationParams = field(default_factory=ExplanationParams)
    optimism: OptimismParams = field(default_factory=OptimismParams)
    decisions: DecisionsParams = field(default_factory=DecisionsParams)
    evaluation: EvaluationParams = field(default_factory=EvaluationParams)
    audit: AuditParams = field(default_factory=AuditParams)
    power: PowerParams = field(default_factory=PowerParams)
    encoder: EncoderParams = field(default_factory=EncoderParams)
    pretraining: PretrainingParams = field(default_factory=PretrainingParams)
    ablation: AblationParams = field(default_factory=AblationParams)
    volume_network: VolumeNetworkParams = field(default_factory=VolumeNetworkParams)
    survival: SurvivalParams = field(default_factory=SurvivalParams)
    densenet: DenseNetParams = field(default_factory=DenseNetParams)
