"""The section on the audit: how many made tables it is held to."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from psp_core.params.values import STRICT, Size


@dataclass(frozen=True, kw_only=True, config=STRICT)
class AuditParams:
    """Tables drawn for the purpose, with and without planted faults."""

    honest_tables: Size = 1000
    faulty_tables: Size = 300
    decimals: Annotated[int, Field(ge=2, le=6)] = 3
