"""Which of several structure sets on one planning CT is used."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest

from psp_core.cohorts.burdenko_structures import Content
from psp_core.phantom.patient import PhantomPatient, Structure
from tests.cohorts.small_download import add_structures, disc, edit, load, patient, series_of, write

SEVERAL = "several structure sets"


@pytest.fixture
def one() -> PhantomPatient:
    return patient()


@pytest.fixture
def root(one: PhantomPatient, tmp_path: Path) -> Path:
    return write(tmp_path, one)


def chosen(root: Path) -> tuple[str, dict[str, list[str]]]:
    """UID of the chosen set, and details of the notes by check."""
    loaded = load(root)
    (file,) = set(loaded.cohort["structures_file"])
    details = loaded.notes.groupby("check")["detail"].agg(list).to_dict()
    return file.removeprefix("series:"), details


def test_the_set_with_the_lesion_of_the_event_goes_before_any_other(
    one: PhantomPatient, root: Path
) -> None:
    add_structures(root, one, 6, disc("follow_up_1_enhancing", 5), disc("follow_up_1_flair", 9))
    _, uid = add_structures(root, one, 7, disc("follow_up_2_enhancing", 5))
    kept, notes = chosen(root)
    assert kept == uid
    assert notes[SEVERAL] == [
        "3 structure sets on the planning CT, kept number 7: lesions of the event visit: 1"
    ]
    assert "several structures series" not in notes


def test_then_most_targets_then_most_regions_then_the_smallest_number(
    one: PhantomPatient, root: Path
) -> None:
    own = series_of(one, "RTSTRUCT").header.series_uid
    add_structures(root, one, 6, *(disc(name, 5) for name in ("brainstem", "chiasm", "body")))
    kept, notes = chosen(root)
    assert kept == own
    assert notes[SEVERAL][0].endswith("kept number 0: targets: 3")
    same = [disc(name, 5) for name in ("body", "gtv", "ptv", "boost")]
    _, twin = add_structures(root, one, 7, *same)
    assert chosen(root)[0] == own
    _, richer = add_structures(root, one, 8, *same, disc("brainstem", 5))
    assert chosen(root)[0] == richer != twin


def test_counts_are_compared_in_their_order() -> None:
    assert Content(1, 1, 0, 1) > Content(0, 3, 9, 20) > Content(0, 0, 9, 20) > Content(0, 0, 1, 30)
    assert Content().words == "nothing drawn"


def test_an_unreadable_set_loses_and_is_noted(one: PhantomPatient, root: Path) -> None:
    path, _ = add_structures(root, one, 6, disc("follow_up_2_enhancing", 5))

    def spoil(dataset: pydicom.Dataset) -> None:
        dataset.ROIContourSequence[0].ContourSequence[0].ContourData = [1.0, 2.0]

    edit(path, spoil)
    add_structures(root, one, 7, disc("ptv", 5))
    copy, _ = add_structures(root, one, 8, disc("ptv", 5))
    second = copy.with_name("second.dcm")
    second.write_bytes(copy.read_bytes())
    edit(second, lambda ds: setattr(ds, "SOPInstanceUID", ds.SOPInstanceUID + ".1"))
    kept, notes = chosen(root)
    assert kept == series_of(one, "RTSTRUCT").header.series_uid
    assert notes["structure set cannot be read"] == [
        "number 6: FaultsError",
        "number 8: 2 files in one series",
    ]


def test_where_none_can_be_read_the_first_is_kept_and_nothing_stops(
    one: PhantomPatient, root: Path
) -> None:
    paths = [path for path in root.rglob("*.dcm") if "RTSTRUCT" in path.parent.name]
    paths.append(add_structures(root, one, 6, disc("ptv", 5))[0])

    for path in paths:
        edit(path, lambda ds: ds.StructureSetROISequence.append(pydicom.Dataset()))
    kept, notes = chosen(root)
    assert kept == series_of(one, "RTSTRUCT").header.series_uid
    assert notes[SEVERAL][0].endswith("kept number 0: none can be read")


def test_regions_without_contours_or_names_are_noted(one: PhantomPatient, root: Path) -> None:
    path, _ = add_structures(root, one, 6, Structure("ptv", ()), Structure("gtv", ()))
    edit(path, lambda ds: [delattr(roi, "ROIName") for roi in ds.StructureSetROISequence])
    kept, notes = chosen(root)
    assert kept == series_of(one, "RTSTRUCT").header.series_uid
    assert notes["structure set without contours"] == ["number 6"]
    assert notes["structure set with unnamed regions"] == ["number 6: 2 regions"]


def test_a_patient_with_one_set_is_not_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psp_core.cohorts.burdenko_structures.read_structures", None)
    assert SEVERAL not in chosen(root)[1]
