"""Class counts that Gomaa 2025 prints, once for params, label rules and pages."""

from __future__ import annotations

from collections.abc import Mapping

VALIDATION_SET, TEST_SET = "validation", "external test"
PUBLISHED_COUNTS: Mapping[str, tuple[int, int]] = {VALIDATION_SET: (34, 25), TEST_SET: (11, 9)}
"""(true progression, pseudoprogression) by set; Gomaa 2025, Table 1."""
