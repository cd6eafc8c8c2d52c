"""Visits and responses: each centre's own schedule around the day of the event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Story = Literal["true_progression", "pseudoprogression", "no_event", "distant_only"]

FIRST_VISIT_DAY = {"training": 30, "external": 91}  # Gomaa 2025, Datasets: one month / three months
VISIT_INTERVAL_DAYS = 91  # Gomaa 2025: roughly every three months in both centres
MAXIMUM_VISITS = 10  # columns of the clinical table
LATER_PROGRESSION = 15 / 33  # pseudoprogressions with a later true progression, clinical table


@dataclass(frozen=True)
class Course:
    """Days since the end of radiotherapy and response of every visit of the table."""

    visit_days: tuple[int, ...]
    responses: tuple[str, ...]
    event_visit: int  # number from 1; without an event the visit that would be looked at

    def imaged_visits(self, count: int) -> tuple[int, ...]:
        """`count` visits that have images: the event, the one before it, then later ones.

        The count does not depend on when the event was, so the number of files
        carries neither label nor time.
        """
        order = [self.event_visit, self.event_visit - 1]
        order += list(range(self.event_visit + 1, len(self.visit_days) + 1))
        order += list(range(self.event_visit - 2, 0, -1))
        return tuple(sorted([n for n in order if n >= 1][:count]))


def visit_number_of(day: int, first_visit_day: int) -> int:
    """Number of the scheduled visit nearest to a day after radiotherapy, 1 to 10."""
    number = 1 + round((day - first_visit_day) / VISIT_INTERVAL_DAYS)
    return int(np.clip(number, 1, MAXIMUM_VISITS))


def draw_course(
    rng: np.random.Generator, event_day: int, story: Story, centre: str, later_visits: int = 2
) -> Course:
    """Visits by the centre's schedule, with the event on the given day.

    The visit number follows from the day alone; `later_visits` follow the event.
    """
    first = FIRST_VISIT_DAY[centre]
    number = min(visit_number_of(event_day, first), MAXIMUM_VISITS - later_visits)
    earlier = np.linspace(min(first, event_day / number), event_day, number)[:-1]
    later = event_day + VISIT_INTERVAL_DAYS * np.arange(1, later_visits + 1)
    days = np.concatenate([earlier, [event_day], later])
    days += rng.integers(-5, 6, len(days)) * (days != event_day)
    return Course(tuple(int(d) for d in days), _responses(rng, story, number, len(days)), number)


def _responses(rng: np.random.Generator, story: Story, event_visit: int, n: int) -> tuple[str, ...]:
    """Vocabulary of the clinical table; before the event stable or response."""
    quiet = list(rng.choice(["stable", "response"], size=n, p=[246 / 438, 192 / 438]))
    if story == "no_event":
        return tuple(quiet)
    if story == "distant_only":
        quiet[event_visit - 1] = "distant progression"
    elif story == "true_progression":
        quiet[event_visit - 1 :] = ["progression"] * (n - event_visit + 1)
    else:
        quiet[event_visit - 1] = "pseudo progression"
        if rng.random() < LATER_PROGRESSION and event_visit < n:
            quiet[-1] = "progression"
    return tuple(str(token) for token in quiet)
