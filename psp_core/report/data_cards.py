"""A card per cohort of a run: where it is from, who is in it, and what it may be used for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import pandas as pd

from psp_core.cohorts import own
from psp_core.cohorts.collections import ALL, module_of
from psp_core.cohorts.flow import Flow, LoadedCohort
from psp_core.cohorts.roots import find_root
from psp_core.cohorts.schema import CATEGORIES, RANGES
from psp_core.cohorts.stored import STAGE, stored_cohorts
from psp_core.evaluation.classes import CLASSES
from psp_core.params.sections import Params
from psp_core.report.cards import SHOWN, Card, Lines, Rows, head
from psp_core.report.cohorts import holdings
from psp_core.report.formatting import count, count_percent, described, in_words, spread, words
from psp_core.runs import Run, digest_of
from psp_core.study.patients import TRAINING, further_cohorts

NOT_FOR = (
    "no statement on patients of another centre or time, no clinical use; of real patients nobody "
    "may be sought out"
)
OF_PHANTOMS = "computed patients with a known truth: methods can be checked on them, medicine not"
FRAMES = {
    "native": "as the scanner gave them, with skull",
    "stripped": "skull taken off by its makers, in the patient's own frame",
    "atlas": "skull taken off and registered to an atlas by its makers",
}
FURTHER = {
    "development": "to tune on; predicted, and never learned from",
    "learning": "learning curves alone",
    "sealed": "scored once per release",
}
TITLES = {"n_lesions": "number of lesions"}
"""Variables whose name in the code is not what a reader says."""
_NOT_ASKED = ("label", "prescription_source", "survival_event")


@dataclass(frozen=True)
class DataCard(Card):
    """Where a cohort is from, who is in it, what is missing, and what it may be used for."""

    FOLDER: ClassVar[str] = "data"

    whose: str = field(metadata=head("whose data"))
    source: Lines = field(metadata=head("source", "collection", "DOI", "access", "version"))
    licence: str = field(metadata=head("licence"))
    disclosure: str = field(metadata=head("single patients may be shown to"))
    people: Lines = field(metadata=head("who is in it", "patients", "scans", *map(words, CLASSES)))
    labels: Lines = field(metadata=head("labels", "rule", "reference standard", "found"))
    missing: Rows = field(metadata=head("what is missing"))
    acquisition: Lines = field(metadata=head("acquisition", "frame", "scans with", "days"))
    flow: Rows = field(metadata=head("who is in, step by step"))
    left_out: Rows = field(metadata=head("who was left out, and why"))
    problems: Rows = field(metadata=head("known problems"))
    uses: tuple[str, ...] = field(metadata=head("may be used for"))
    not_for: str = field(metadata=head("not for"))


def data_cards(run: Run) -> list[DataCard]:
    """Cards of every cohort of a run, the training cohort first; see `cards.check_cards`.

    Phantom cohorts beside the collections have one, too; the sealed one where it is scored.

    Raises
    ------
    StageError
        If the cohort page was not run.
    TableError
        If a cohort table has faults.
    """
    return [data_card(name, loaded, run.params) for name, loaded in _cohorts(run).items()]


def data_card(name: str, loaded: LoadedCohort, params: Params) -> DataCard:
    """Card of one cohort.

    Parameters
    ----------
    name : str
        Of the collection, or of a phantom cohort in the layout of an own one.
    loaded : LoadedCohort
    params : Params
        Say whether the cohort is real, and by what rule it is labelled.
    """
    module, cohort = module_of(name), loaded.cohort
    root = getattr(params, name).root if name in ALL else None
    whose = described(root)
    title = module.TITLE if name in ALL else f"Phantom cohort {words(name)}"
    is_real = root is not None
    has_label = bool(cohort["label"].isin(CLASSES).any())
    role = module.ROLE if name in ALL else FURTHER[name]
    sets = ", ".join(map(words, module.FEATURE_SETS))
    behind = "" if is_real or name not in ALL else "; of the real collection: "
    licence = module.LICENCE if name in ALL else ""
    shown = SHOWN[module.DISCLOSURE] if name in ALL else ""
    return DataCard(
        name=name,
        title=f"{title} (phantoms in its layout)" if behind else title,
        whose=f"{whose} of this run" if is_real else f"{whose}; {OF_PHANTOMS}",
        source={
            "collection": module.TITLE if name in ALL else "none: there is no real one",
            "DOI": module.DOI or "none: it is not published",
            "access": module.ACCESS if is_real else "computed from the seed of this run",
            "version": "its files tell none; the table as read has the digest "
            + digest_of(cohort.to_csv(index=False)),
        },
        licence=licence if is_real else f"free{behind}{licence}",
        disclosure=shown if is_real else f"everybody{behind}{shown}",
        people=_people(cohort),
        labels=_labels(cohort, name, params, module.REFERENCE_STANDARD),
        missing=missing_rows(cohort, labelled=has_label),
        acquisition=_acquisition(cohort, name, module.FRAME),
        flow=_flow(loaded.flow.steps),
        left_out=_counted(loaded.flow.dropped, ("step", "reason"), "nobody was left out"),
        problems=_counted(loaded.notes, ("check",), "nothing odd was noted"),
        uses=(role, f"models of these feature sets: {sets}"),
        not_for=NOT_FOR,
    )


def data_cards_table(cards: Iterable[DataCard]) -> pd.DataFrame:
    """One row per card: whose data, who is in it, and under which terms."""
    return pd.DataFrame(
        {
            "cohort": card.title,
            "whose": card.whose.partition(";")[0],
            "patients": card.people["patients"],
            "scans": card.people["scans"],
            **{words(name): card.people[words(name)] for name in CLASSES},
            "DOI": card.source["DOI"],
            "licence": card.licence,
            "single patients may be shown to": card.disclosure,
        }
        for card in cards
    )


def missing_rows(cohort: pd.DataFrame, *, labelled: bool) -> Rows:
    """Count by variable of whom it is not known, of labelled scans where there are labels.

    Parameters
    ----------
    cohort : DataFrame
        A cohort table.
    labelled : bool
        Whether only scans with a class count; else each patient's first scan does.
    """
    rows = cohort[cohort["label"].isin(CLASSES)] if labelled else cohort
    rows = rows if labelled else rows.drop_duplicates("subject_id")
    of = "labelled scans" if labelled else "patients, first scan"
    told = []
    for name in [*CATEGORIES, *RANGES]:
        if name not in _NOT_ASKED:
            unknown = rows[name].isna() | rows[name].isin(["unknown", ""])
            missing = count_percent(int(unknown.sum()), len(rows))
            told.append({"variable": TITLES.get(name, words(name)), "not known, n (%)": missing,
                         "of": f"{len(rows)} {of}"})  # fmt: skip
    return tuple(told)


def _cohorts(run: Run) -> dict[str, LoadedCohort]:
    """What the cohort page stored, and the phantoms' further cohorts as their files tell them."""
    folder, found = run.finished(STAGE).folder, {}
    for name, cohort in stored_cohorts(run).items():
        parts = {
            part: pd.read_parquet(folder / f"{name}_{part}.parquet")
            for part in ("steps", "dropped", "notes")
        }
        flow = Flow(parts["steps"], parts["dropped"])
        found[name] = LoadedCohort(cohort, flow, parts["notes"])
    for name in further_cohorts(run.params.classification.score_sealed, with_learning=True):
        root = find_root(run, name, None)
        table = None if root is None else root / run.params.external.table
        if table is not None and table.is_file():
            found[name] = own.load_cohort(table, dataset=name)
    return found


def _people(cohort: pd.DataFrame) -> Lines:
    labelled = cohort[cohort["label"].isin(CLASSES)]
    without = cohort[~cohort["subject_id"].isin(labelled["subject_id"])]
    return {
        "patients": str(cohort["subject_id"].nunique()),
        "scans": str(len(cohort)),
        **{
            words(name): f"{labelled[labelled['label'] == name]['subject_id'].nunique()} patients"
            for name in CLASSES
        },
        "without a class": f"{without['subject_id'].nunique()} patients",
        "sex": _shares(cohort.drop_duplicates("subject_id")["sex"]),
        "age, years": _median(cohort.drop_duplicates("subject_id")["age_years"]),
    }


def _labels(cohort: pd.DataFrame, name: str, params: Params, stated: str) -> Lines:
    labelled = cohort[cohort["label"].isin(CLASSES)]
    rules = ", ".join(sorted(words(one) for one in labelled["label_rule"].unique() if one))
    if name == TRAINING:
        window = params.label.window_days
        rules += f"; window {'any time' if window is None else f'{window} days'}"
        rules += "; the first follow-up alone" if params.label.first_visit_only else ""
    return {
        "rule": rules or "none told: the label stands in the table, or there is none",
        "reference standard": stated,
        "found": _shares(labelled["reference_standard"]) if len(labelled) else "no label",
    }


def _acquisition(cohort: pd.DataFrame, name: str, frame: str) -> Lines:
    held = holdings({name: cohort}).iloc[0]
    parts = ("T1CE and FLAIR", "lesion mask", "structure set", "dose")
    per_patient = cohort.groupby("subject_id").size().astype(float)
    return {
        "frame": FRAMES[frame],
        "scans with": ", ".join(f"{part} {held[part]} of {held['scans']}" for part in parts),
        "scans per patient": _median(per_patient),
        "days": f"since radiotherapy: {_median(cohort['days_since_rt'])}",
    }


def _flow(steps: pd.DataFrame) -> Rows:
    return tuple(
        {"step": str(one["step"]), "left out": count(one["n_dropped"]),
         "remaining": count(one["n_remaining"])}
        for one in steps.to_dict("records")
    )  # fmt: skip


def _counted(table: pd.DataFrame, columns: tuple[str, ...], nothing: str) -> Rows:
    """Rows of a table by the values of some columns, with the number of patients."""
    if table.empty:
        return ({columns[0]: nothing},)
    rows = []
    for values, part in table.groupby(list(columns), sort=False):
        people = part["subject_id"].replace("", pd.NA).nunique()
        told: Mapping[str, str] = dict(zip(columns, map(str, values), strict=True))
        rows.append({**told, "patients": str(people), "times": str(len(part))})
    texts = pd.DataFrame(rows)
    texts = texts.assign(**{name: in_words(texts[name]) for name in columns})
    return tuple({str(key): str(value) for key, value in row.items()}
                 for row in texts.to_dict("records"))  # fmt: skip


def _shares(values: pd.Series) -> str:
    counts = values.value_counts()
    return ", ".join(f"{words(str(name))} {number}" for name, number in counts.items())


def _median(values: pd.Series) -> str:
    known = values.dropna()
    if known.empty:
        return "not known"
    told = spread(float(known.median()), float(known.min()), float(known.max()))
    return f"{told}, median and range of {len(known)}"
