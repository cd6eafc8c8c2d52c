"""The clinical tables of UPENN-GBM and UCSF-PDGM, with their real columns and tokens."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from psp_core.phantom.nifti_trees import upenn_scan_id
from psp_core.phantom.preoperative import PreoperativeCase
from psp_core.runs import atomic_path

UPENN_TABLE = "UPENN-GBM_clinical_info_v2.1.csv"
UPENN_COLUMNS = (
    "ID",
    "Gender",
    "Age_at_scan_years",
    "Survival_from_surgery_days_UPDATED",
    "Survival_Status",
    "Survival_Censor",
    "IDH1",
    "MGMT",
    "KPS",
    "GTR_over90percent",
    "Time_since_baseline_preop",
    "PsP_TP_score",
)
UCSF_TABLE = "UCSF-PDGM-metadata_v5.csv"
UCSF_COLUMNS = (
    "ID",
    "Sex",
    "Age at MRI",
    "WHO CNS Grade",
    "Final pathologic diagnosis (WHO 2021)",
    "MGMT status",
    "MGMT index",
    "1p/19q",
    "IDH",
    "1-dead 0-alive",
    "OS",
    "EOR",
    "Biopsy prior to imaging",
    "BraTS21 ID",
    "BraTS21 Segmentation Cohort",
    "BraTS21 MGMT Cohort",
)
_NOT_AVAILABLE = "Not Available"
_UPENN_IDH = {"mutant": "Mutated", "wildtype": "Wildtype", "unknown": "NOS/NEC"}
_UPENN_MGMT = {"methylated": "Methylated", "unmethylated": "Unmethylated"}
_UPENN_GTR = {"gross_total": "Y", "subtotal": "N", "biopsy": "N"}
_UPENN_STATUS = {True: "Deceased", False: "Alive", None: _NOT_AVAILABLE}
_UCSF_IDH = {"mutant": "mutated (NOS)", "wildtype": "wildtype", "unknown": ""}
_UCSF_DIAGNOSIS = {"mutant": "Astrocytoma, IDH-mutant"}
_UCSF_MGMT = {"methylated": "positive", "unmethylated": "negative", "unknown": "unknown"}
_UCSF_EXTENT = {"gross_total": "GTR", "subtotal": "STR", "biopsy": "biopsy", "unknown": ""}


def upenn_record(case: PreoperativeCase) -> dict[str, str]:
    """Cells of one scan in the table of UPENN-GBM, keyed by `UPENN_COLUMNS`."""
    resected = _UPENN_GTR.get(case.extent_of_resection, _NOT_AVAILABLE)
    return {
        "ID": upenn_scan_id(case),
        "Gender": case.sex or _NOT_AVAILABLE,
        "Age_at_scan_years": f"{case.age_years:.2f}",
        "Survival_from_surgery_days_UPDATED": _number(case.survival_days, _NOT_AVAILABLE),
        "Survival_Status": _UPENN_STATUS[case.survival_event],
        "Survival_Censor": _number(case.survival_event, _NOT_AVAILABLE),  # 1: died
        "IDH1": _UPENN_IDH[case.idh_status],
        "MGMT": _UPENN_MGMT.get(case.mgmt_status, _NOT_AVAILABLE),
        "KPS": _NOT_AVAILABLE,
        "GTR_over90percent": "Not Applicable" if case.is_follow_up else resected,
        "Time_since_baseline_preop": str(case.days_since_baseline),
        "PsP_TP_score": _number(case.psp_tp_score, ""),
    }


def ucsf_record(case: PreoperativeCase) -> dict[str, str]:
    """Cells of one case in the table of UCSF-PDGM, keyed by `UCSF_COLUMNS`.

    The table spells the number with three digits, the folders with four.
    """
    return {
        "ID": f"UCSF-PDGM-{case.number:03d}",
        "Sex": case.sex or "",
        "Age at MRI": f"{case.age_years:.0f}",
        "WHO CNS Grade": "4",
        "Final pathologic diagnosis (WHO 2021)": _UCSF_DIAGNOSIS.get(
            case.idh_status, "Glioblastoma, IDH-wildtype"
        ),
        "MGMT status": _UCSF_MGMT[case.mgmt_status],
        "MGMT index": "",
        "1p/19q": "unknown",
        "IDH": _UCSF_IDH[case.idh_status],
        "1-dead 0-alive": _number(case.survival_event, ""),
        "OS": _number(case.survival_days, ""),
        "EOR": _UCSF_EXTENT[case.extent_of_resection],
        "Biopsy prior to imaging": "No",
        "BraTS21 ID": "",
        "BraTS21 Segmentation Cohort": "",
        "BraTS21 MGMT Cohort": "",
    }


def write_upenn_table(records: Iterable[Mapping[str, str]], root: Path) -> Path:
    """Write the clinical table of UPENN-GBM beside its package, one row per scan."""
    return write_records(records, root / UPENN_TABLE, UPENN_COLUMNS)


def write_ucsf_table(records: Iterable[Mapping[str, str]], root: Path) -> Path:
    """Write the clinical table of UCSF-PDGM beside its package, one row per case."""
    return write_records(records, root / UCSF_TABLE, UCSF_COLUMNS)


def write_records(records: Iterable[Mapping[str, str]], path: Path, columns: Sequence[str]) -> Path:
    """Write records as CSV, sorted by their cells in the order of `columns`.

    Each record has exactly the keys `columns`; the table appears when it is complete.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(records, key=lambda record: [record[name] for name in columns]))
    with atomic_path(path) as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8", newline="")
    return path


def _number(value: float | None, missing: str) -> str:
    return missing if value is None else str(int(value))
