"""Tables of UPENN-GBM and UCSF-PDGM against the published headers."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from psp_core.phantom.nifti_tables import (
    ucsf_record,
    upenn_record,
    write_ucsf_table,
    write_upenn_table,
)
from psp_core.phantom.preoperative import PreoperativeCase

# Headers of the published tables.
UPENN_HEADER = (
    "ID,Gender,Age_at_scan_years,Survival_from_surgery_days_UPDATED,Survival_Status,"
    "Survival_Censor,IDH1,MGMT,KPS,GTR_over90percent,Time_since_baseline_preop,PsP_TP_score"
)
UCSF_HEADER = (
    "ID,Sex,Age at MRI,WHO CNS Grade,Final pathologic diagnosis (WHO 2021),MGMT status,MGMT index,"
    "1p/19q,IDH,1-dead 0-alive,OS,EOR,Biopsy prior to imaging,BraTS21 ID,"
    "BraTS21 Segmentation Cohort,BraTS21 MGMT Cohort"
)


@pytest.fixture
def case() -> PreoperativeCase:
    return PreoperativeCase(
        number=4,
        images={},
        segmentation=None,
        sex="M",
        age_years=61.25,
        idh_status="mutant",
        mgmt_status="methylated",
        survival_days=420,
        survival_event=True,
        extent_of_resection="subtotal",
    )


def test_upenn_table_has_one_row_per_scan(case: PreoperativeCase, tmp_path: Path) -> None:
    later = replace(
        case, days_since_baseline=301, psp_tp_score=5, survival_days=None, survival_event=None
    )
    path = write_upenn_table([upenn_record(one) for one in (later, case)], tmp_path)
    assert path.name == "UPENN-GBM_clinical_info_v2.1.csv"
    assert path.read_text().splitlines() == [
        UPENN_HEADER,
        "UPENN-GBM-00004_11,M,61.25,420,Deceased,1,Mutated,Methylated,Not Available,N,0,",
        "UPENN-GBM-00004_21,M,61.25,Not Available,Not Available,Not Available,Mutated,Methylated,"
        "Not Available,Not Applicable,301,5",
    ]


def test_ucsf_table_spells_the_number_with_three_digits(
    case: PreoperativeCase, tmp_path: Path
) -> None:
    alive = replace(
        case,
        number=12,
        idh_status="wildtype",
        mgmt_status="unknown",
        sex=None,
        survival_event=False,
        extent_of_resection="unknown",
    )
    path = write_ucsf_table([ucsf_record(one) for one in (alive, case)], tmp_path)
    assert path.name == "UCSF-PDGM-metadata_v5.csv"
    assert path.read_text().splitlines()[0] == UCSF_HEADER
    table = pd.read_csv(path, dtype=str, keep_default_na=False).set_index("ID")
    assert list(table.index) == ["UCSF-PDGM-004", "UCSF-PDGM-012"]
    assert list(table["IDH"]) == ["mutated (NOS)", "wildtype"]
    assert list(table["MGMT status"]) == ["positive", "unknown"]
    assert list(table["1-dead 0-alive"]) == ["1", "0"]
    assert list(table["EOR"]) == ["STR", ""]
    assert list(table["Sex"]) == ["M", ""]


def test_unknown_is_the_token_of_the_collection(case: PreoperativeCase) -> None:
    unknown = replace(
        case,
        sex=None,
        idh_status="unknown",
        mgmt_status="unknown",
        extent_of_resection="unknown",
        survival_event=False,
    )
    record = upenn_record(unknown)
    assert record["IDH1"] == "NOS/NEC"
    assert {record[name] for name in ("Gender", "MGMT", "GTR_over90percent")} == {"Not Available"}
    assert (record["Survival_Status"], record["Survival_Censor"]) == ("Alive", "0")
    assert ucsf_record(unknown)["IDH"] == ""
