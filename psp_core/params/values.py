"""Types of values that several sections of a params file share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

Count = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Days = Annotated[int, Field(gt=0)]
Size = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(gt=0, le=1)]

# Collections whose scans without label the encoder, the landmarks and the segmenter may learn from.
Unlabelled = Literal["brats2021", "upenn_gbm", "ucsf_pdgm"]
# Sets that are predicted and never learned from.
TestSet = Literal["external", "upenn_gbm", "ucsd_ptgbm", "lumiere", "mu_glioma_post", "cfb_gbm"]
