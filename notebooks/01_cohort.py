# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Who is in, who is out, and what the timing alone says
#
# **Question.** Which patients enter the study, why are the others left out, and how far does the
# mere interval between radiotherapy and the suspicious scan separate true progression from
# pseudoprogression?
#
# **In.** The Burdenko-GBM-Progression collection (images and clinical table, or the phantom
# patients that stand in for it), the external cohort, and the open clinical table of the real
# collection. **Out.** The cohort tables, the flow of patients and the table of time alone, in the
# folder `cohort` of the run.
#
# Positive class everywhere: true progression. Reproduces Table 1 of Gomaa 2025 and Table 1 of Jang
# 2018; the published columns stand beside ours and are never merged with them.

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
from pathlib import Path

from IPython.display import Markdown, display

from psp_core.cohorts import burdenko_cohort, own
from psp_core.cohorts.indexes import index_collection
from psp_core.cohorts.roots import find_root, require_root
from psp_core.evaluation.classes import CLASSES
from psp_core.report.characteristics import (
    beside,
    characteristics_table,
    format_characteristics,
)
from psp_core.report.events import event_counts, plot_event_counts
from psp_core.report.flow_chart import plot_flow_chart
from psp_core.report.formatting import count, spread, words
from psp_core.report.published import (
    GOMAA_NOTE,
    GOMAA_SOURCE,
    JANG_SOURCE,
    gomaa_table_1,
    jang_table_1,
)
from psp_core.report.recorded import clinical_summary, origin_text
from psp_core.report.time_alone import format_time_alone, time_alone_table
from psp_core.runs import digest_of, open_run, write_table

run = open_run(params_file, run_dir, overrides)
params = run.params
label_rule = {
    "event": params.label.event,
    "window_days": params.label.window_days,
    "first_visit_only": params.label.first_visit_only,
}
timing = {
    "windows_days": params.timing.windows_days,
    "confidence_level": params.timing.confidence_level,
    "minimum_per_class": params.timing.minimum_per_class,
}

# %% [markdown]
# ## Part A: the cohort of this study
#
# The images are found by their DICOM tags, the clinical table is joined to them, and every patient
# who is left out gets one reason.

# %%
root = require_root(run, "burdenko", params.burdenko.root)
real_table = params.burdenko.clinical_table or params.burdenko.root
loaded = burdenko_cohort.load_cohort(
    index_collection(run, "burdenko", root),
    Path(real_table if params.burdenko.root else root),
    **label_rule,
    visit_match=params.burdenko.visit_match,
    date_tolerance_days=params.burdenko.date_tolerance_days,
    minimum_age_years=params.burdenko.minimum_age_years,
    required_series=params.burdenko.required_series,
)
patients = "real patients" if params.burdenko.root else "phantom patients"
first, last = loaded.flow.steps.iloc[0], loaded.flow.steps.iloc[-1]
Markdown(
    f"**{last['n_remaining']} of {first['n_remaining']} {patients}** stay: "
    f"{count(last['n_true_progression'])} with true progression, "
    f"{count(last['n_pseudoprogression'])} with pseudoprogression. "
    f"Table and images are joined by *{words(params.burdenko.visit_match)}*."
)

# %% [markdown]
# ### Flow of patients

# %% mystnb={"image": {"alt": "Flow chart of the patients, with who was left out and why"}}
chart = plot_flow_chart(loaded.flow)

# %% [markdown]
# Every patient who was left out, and everything odd that was kept: series chosen among several,
# visits whose number and date disagree by so many days, oddities of the clinical table.

# %% tags=["hide-output"]
display(loaded.flow.dropped.style.hide(axis="index"))
loaded.notes.style.hide(axis="index").format(precision=0, na_rep="–")

# %% [markdown]
# ### Patient characteristics beside the published ones
#
# Counts with percentages of the column, medians with ranges. "Burdenko" and "GlioCMV" are the two
# cohorts of Gomaa 2025; PD and PsPD are the classes, SNUH and SNUBH the institutions of Jang 2018.

# %% tags=["full-width"]
events = loaded.cohort[loaded.cohort["label"].isin(CLASSES)]
characteristics = characteristics_table(events)
by_class = characteristics.drop(columns="all")
display(
    format_characteristics(beside({"this run": characteristics, GOMAA_SOURCE: gomaa_table_1()}))
)
display(Markdown(GOMAA_NOTE))
format_characteristics(beside({"this run": by_class, JANG_SOURCE: jang_table_1()}))

# %% [markdown]
# ### When the events happen, and what time alone says
#
# A pseudoprogression is by definition early, so the interval is part of the label. The table ranks
# patients by the interval alone, later meaning true progression: a model that sees the interval has
# to beat it. *Event at follow-up n* compares events of one visit; *follow-up 1 of all* ranks every
# patient by the day of the first follow-up, whenever the event came, so that the time of the event
# itself does not enter. A window keeps the events up to its last day, those before the end of RT
# included. Next to 0 and 1 DeLong's interval is cut and too short; the one on the logit scale is
# not. With fewer than five patients of a class there is none. Dashed lines: the windows.

# %% tags=["full-width"] mystnb={"image": {"alt": "Days to the event, by class"}}
time_alone = time_alone_table(events, loaded.cohort, **timing)
display(format_time_alone(time_alone).style.hide(axis="index"))
chart = plot_event_counts(event_counts(events), windows_days=params.timing.windows_days)

# %% [markdown]
# ### The external cohort
#
# One CSV beside its images; the columns are those of the data dictionary.

# %% tags=["full-width"]
external_root = find_root(run, "external", params.external.root)
external = None
if external_root is None:
    display(Markdown("This run has no external cohort: `external.root` is not set."))
else:
    external = own.load_cohort(
        external_root / params.external.table, dataset="external", workers=params.study.workers
    )
    display(own.data_dictionary().style.hide(axis="index"))
    steps = external.flow.steps.rename(columns=words)
    display(steps.style.hide(axis="index").format(precision=0, na_rep="–"))
    display(
        format_characteristics(
            beside(
                {
                    "external": characteristics_table(external.cohort),
                    GOMAA_SOURCE: gomaa_table_1().drop(columns="Burdenko"),
                }
            )
        )
    )

# %% [markdown]
# ## Part B: the real clinical table
#
# The clinical table of the collection is open, so the timing of real patients can be looked at
# without any image. The counts depend on the label rule, which the papers do not state.

# %%
summary = clinical_summary(real_table, **label_rule, **timing)
figures, tables = summary.figures, summary.tables
display(Markdown(origin_text(summary)))
days = tables["characteristics"].set_index(["variable", "category"]).loc["days_since_rt"]
medians = {label: spread(*days.loc[["median", "minimum", "maximum"], label]) for label in CLASSES}
display(
    Markdown(
        f"{count(figures['patients'])} patients, {count(figures['follow_up_dates'])} follow-ups, "
        f"**{count(figures['labelled_patients'])} with an event**: "
        f"{count(figures['true_progression'])} true progressions at a median of "
        f"{medians['true_progression']} days after radiotherapy, "
        f"{count(figures['pseudoprogression'])} pseudoprogressions at "
        f"{medians['pseudoprogression']} days. "
        f"{count(figures['pseudoprogression_with_later_progression'])} of these progress later."
    )
)
tables["label_rules"].rename(columns=words).style.hide(axis="index").format(precision=0)

# %% tags=["full-width"] mystnb={"image": {"alt": "Days to the event, real patients"}}
display(format_time_alone(tables["time_alone"]).style.hide(axis="index"))
display(
    format_characteristics(
        beside({"clinical table": tables["characteristics"], GOMAA_SOURCE: gomaa_table_1()})
    )
)
display(Markdown(GOMAA_NOTE))
display(tables["checks"].style.hide(axis="index").format(precision=0))
chart = plot_event_counts(tables["event_counts"], windows_days=params.timing.windows_days)

# %% [markdown]
# ## What the next pages read

# %%
outputs = {
    "burdenko": loaded.cohort,
    "steps": loaded.flow.steps,
    "dropped": loaded.flow.dropped,
    "notes": loaded.notes,
    "time_alone": time_alone,
    "characteristics": characteristics,
} | ({} if external is None else {"external": external.cohort})
depends_on = {name: digest_of(table.to_csv(index=False)) for name, table in outputs.items()}
with run.stage("cohort", depends_on=depends_on) as stage:
    if not stage.is_done:
        for name, table in outputs.items():
            write_table(stage.folder / f"{name}.parquet", table)
        stage.finish()
sorted(f"{name}.parquet" for name in outputs)
