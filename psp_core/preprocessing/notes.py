"""What is noted while one scan is aligned: maps, quality figures, processor time, reasons."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import process_time
from typing import Any

from psp_core.params.sections import RegistrationParams
from psp_core.preprocessing.registration.rigid import Registration
from psp_core.preprocessing.transform import Rigid


@dataclass
class AlignmentNotes:
    """Notes on one scan.

    Attributes
    ----------
    maps : list of Rigid
        Between the frames ``t1ce``, ``flair``, ``ct``, ``template``, ``previous``.
    registrations : dict of str to record
        Quality of each pair, as ``t1ce-ct``.
    seconds : dict of str to float
        Processor time of each step.
    faults : dict of str to str
        By pair or step: why it is not believed.
    """

    maps: list[Rigid] = field(default_factory=list)
    registrations: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Note the processor time of a step, together with earlier ones of its name."""
        begun = process_time()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + process_time() - begun

    def add(self, found: Registration, limits: RegistrationParams) -> Rigid:
        """Note a registration, believed or not."""
        pair = f"{found.transform.source}-{found.transform.target}"
        self.maps.append(found.transform)
        self.registrations[pair] = found.quality.record()
        faults = found.quality.faults(
            largest_inverse_mm=limits.largest_inverse_mm,
            largest_spread_mm=limits.largest_spread_mm,
            largest_surface_mm=limits.largest_surface_mm,
        )
        if faults:
            self.faults[pair] = "; ".join(faults)
        return found.transform

    def record(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "maps": [one.record() for one in self.maps],
            "registrations": self.registrations,
            "seconds": {name: round(value, 3) for name, value in self.seconds.items()},
            "faults": self.faults,
        }
