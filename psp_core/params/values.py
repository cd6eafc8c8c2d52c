"""Types of values that several sections of a params file share."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

Count = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Days = Annotated[int, Field(gt=0)]
Size = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(gt=0, le=1)]
