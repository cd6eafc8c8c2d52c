"""Visits follow the centre's schedule; what is imaged tells nothing."""

from __future__ import annotations

import numpy as np
import pytest

from psp_core.phantom.schedule import MAXIMUM_VISITS, Story, draw_course, visit_number_of

STORIES: tuple[Story, ...] = ("true_progression", "pseudoprogression", "no_event", "distant_only")


@pytest.mark.parametrize("centre", ["training", "external"])
@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("day", [-13, 0, 18, 74, 75, 82, 124, 400, 1251])
def test_visits_rise_and_the_event_has_its_day(story: Story, day: int, centre: str) -> None:
    for seed in range(20):
        course = draw_course(np.random.default_rng(seed), day, story, centre)
        assert course.visit_days[course.event_visit - 1] == day
        assert (np.diff(course.visit_days) > 0).all()
        assert len(course.responses) == len(course.visit_days) <= MAXIMUM_VISITS


def test_the_visit_number_depends_on_the_day_alone() -> None:
    numbers = {
        draw_course(np.random.default_rng(seed), 124, story, "training").event_visit
        for seed in range(20)
        for story in STORIES
    }
    assert numbers == {2}


@pytest.mark.parametrize(
    ("day", "number"), [(-11, 1), (30, 1), (75, 1), (76, 2), (121, 2), (5000, 10)]
)
def test_the_nearest_scheduled_visit_gives_the_number(day: int, number: int) -> None:
    assert visit_number_of(day, 30) == number


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("day", [-13, 30, 124, 400, 1251])
def test_as_many_visits_are_imaged_whenever_the_event_was(day: int, count: int) -> None:
    course = draw_course(np.random.default_rng(0), day, "true_progression", "training")
    imaged = course.imaged_visits(count)
    assert len(imaged) == count
    assert course.event_visit in imaged
    assert max(imaged) <= len(course.visit_days)


def test_before_the_event_nothing_progresses() -> None:
    for story, word in (
        ("true_progression", "progression"),
        ("pseudoprogression", "pseudo progression"),
    ):
        course = draw_course(np.random.default_rng(3), 400, story, "training")  # type: ignore[arg-type]
        before = course.responses[: course.event_visit - 1]
        assert set(before) <= {"stable", "response"}
        assert course.responses[course.event_visit - 1] == word


def test_later_progression_after_pseudoprogression_is_as_frequent_as_in_the_real_table() -> None:
    later = [
        draw_course(np.random.default_rng(seed), 30, "pseudoprogression", "training").responses[-1]
        for seed in range(2000)
    ]
    assert np.mean([word == "progression" for word in later]) == pytest.approx(15 / 33, abs=0.04)
