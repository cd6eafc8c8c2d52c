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
# **Question.** Which patients of which collections enter the study, why are the others left out,
# who is in two collections at once, and how far does the mere interval between radiotherapy and
# the suspicious scan separate true progression from pseudoprogression?
#
# **In.** The Burdenko-GBM-Progression collection (images and clinical table, or the phantom
# patients that stand in for it), the external cohort, every further collection whose folder the
# parameters name, and the open clinical table of the real Burdenko collection. **Out.** One cohort
# table per collection, the flows of patients and the table of time alone, in the folder `cohort`
# of the run.
#
# Positive class everywhere: true progression. Reproduces Table 1 of Gomaa 2025 and Table 1 of Jang
# 2018; the published columns stand beside ours and are never merged with them.

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
import matplotlib.pyplot as plt
from IPython.display import Markdown, display

from psp_core.cohorts import upenn_gbm, upenn_gbm_cuts
from psp_core.cohorts.loading import load_study, study_crosswalk, study_roots
from psp_core.cohorts.overlap import distinct_counts, published_corpus
from psp_core.cohorts.pool import unlabelled_pool
from psp_core.cohorts.stored import write_cohorts
from psp_core.cohorts.survival_rules import count_survival_rules
from psp_core.evaluation.classes import CLASSES
from psp_core.report.characteristics import (
    beside,
    characteristics_table,
    format_characteristics,
)
from psp_core.report.cohorts import (
    cohort_characteristics,
    every_note,
    everybody_dropped,
    holdings,
    notes_summary,
    stated,
    subset_table,
)
from psp_core.report.events import event_counts, plot_event_counts
from psp_core.report.flow_chart import plot_flow_chart
from psp_core.report.formatting import count, described, spread, words
from psp_core.report.overlap import counted_corpus, plot_corpus, printed_corpus
from psp_core.report.published import (
    GOMAA_NOTE,
    GOMAA_SOURCE,
    JANG_SOURCE,
    gomaa_table_1,
    jang_table_1,
)
from psp_core.report.recorded import clinical_summary, origin_text
from psp_core.report.time_alone import format_time_alone, time_alone_table
from psp_core.runs import open_run

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
# ## Part A: the cohorts of this study
#
# Every collection is read from the folder as it was downloaded: images by their DICOM tags or by
# the collection's own names, tables by their own columns. Every patient who is left out gets one
# reason. The first table counts the scans of which something is known. In the second, *feature
# sets* are the columns that a model may ask a collection for: with image, time and dose of the
# lesion (full), without dose, without dose and time, and so on.

# %% tags=["full-width"]
roots = study_roots(run)
study = load_study(run)
loaded = study["burdenko"]
cohorts = {name: one.cohort for name, one in study.items()}
first, last = loaded.flow.steps.iloc[0], loaded.flow.steps.iloc[-1]
display(
    Markdown(
        f"**{last['n_remaining']} of {first['n_remaining']} {described(params.burdenko.root)}** of "
        f"the training cohort stay: {count(last['n_true_progression'])} with true progression, "
        f"{count(last['n_pseudoprogression'])} with pseudoprogression. "
        f"Table and images are joined by *{words(params.burdenko.visit_match)}*."
    )
)
display(holdings(cohorts).set_index("collection").rename_axis(None).T)
stated(cohorts).style.hide(axis="index")

# %% [markdown]
# ### Flow of patients

# %% mystnb={"image": {"alt": "Flow chart of the patients, with who was left out and why"}}
chart = plot_flow_chart(loaded.flow)

# %% [markdown]
# Everything odd that was kept, counted: series and structure sets chosen among several, visits
# whose number and date disagree, prescriptions that a plan does not state, files that are empty,
# tables in several versions. Then, folded away, every patient who was left out, and every note by
# itself.

# %% tags=["full-width"]
display(notes_summary(study).style.hide(axis="index"))

# %% tags=["hide-output"]
display(everybody_dropped(study).rename(columns=words).style.hide(axis="index"))
every_note(study).rename(columns=words).style.hide(axis="index").format(precision=0, na_rep="–")

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
# ### The other collections
#
# Each with its flow of patients and its Table 1. An own cohort is one CSV beside its images; its
# columns are on the data page. The score of UPENN-GBM was given by histopathology at a second
# surgery (1 treatment effect, 6 tumour); which scores are which class is an assumption, so that
# every result is reported under every cut.

# %% tags=["full-width"] mystnb={"image": {"alt": "Flow chart of a further collection"}}
printed = {GOMAA_SOURCE: gomaa_table_1().drop(columns="Burdenko")}
for name in [name for name in study if name != "burdenko"]:
    display(Markdown(f"**{words(name)}**"))
    plot_flow_chart(study[name].flow)
    plt.show()
    table = cohort_characteristics(cohorts[name], printed if name == "external" else None)
    display(format_characteristics(table))
scores = None
if "upenn_gbm" in roots:
    scores = upenn_gbm.read_scores(
        roots["upenn_gbm"], clinical_table=params.upenn_gbm.clinical_table
    )
    cuts = upenn_gbm_cuts.cut_counts(scores, params.upenn_gbm.cuts)
    display(cuts.rename(columns=words).style.hide(axis="index"))

# %% [markdown]
# ### Who is in two collections at once
#
# BraTS 2021 was put together from other collections, so that a corpus of BraTS 2021, UPENN-GBM and
# UCSF-PDGM holds many people twice. The paper counts 2,317 scans. By the contents of the package,
# 403 and 263 of the cases of BraTS 2021 are patients of the other two, so that at most 1,651 are
# distinct. Here each person is learned from once, and nobody who has a label anywhere is learned
# from without it, under whatever name.

# %% mystnb={"image": {"alt": "Scans and people of the pre-training corpus"}}
crosswalk = study_crosswalk(run, roots)
outputs = write_cohorts(
    run,
    study,
    crosswalk=crosswalk,
    scores=scores,
    further={"time_alone": time_alone, "characteristics": characteristics},
)
pool = unlabelled_pool(run)
corpus = {
    name: [
        f"{name}/{subject}"
        for subject in cohorts[name].loc[~cohorts[name]["label"].isin(CLASSES), "subject_id"]
    ]
    for name in params.pretraining.collections
    if name in cohorts
}
title = "Gomaa 2025: 2,317 scans, at most 1,651 people"
plot_corpus(printed_corpus(published_corpus()), title=title, is_bound=True)
plt.show()
if corpus:
    title = "This run: scans without label"
    plot_corpus(counted_corpus(distinct_counts(corpus, crosswalk)), title=title)
    plt.show()
is_copy = pool.dropped["reason"].str.startswith("same person")
Markdown(
    f"{count(pool.learned + len(pool.dropped))} patients by name are in the collections of "
    f"pre-training. {count((~is_copy).sum())} of them have a label under this or another name and "
    f"are predicted, {count(is_copy.sum())} are further copies of a person, and "
    f"**{count(pool.learned)} are learned from**. "
    + ("" if crosswalk is not None else "The table that tells copies is not at hand.")
)

# %% [markdown]
# ### Which rule gives 592, and who is in which subset
#
# The paper's transfer learns from 592 survival samples of UCSF-PDGM and UPENN-GBM and does not say
# which; the group's earlier survival study took 378 of UPENN-GBM, which would leave 214. Counts of
# this run's tables under plausible rules. Then the subsets that a reviewer asks for.

# %%
if {"upenn_gbm", "ucsf_pdgm"} <= set(cohorts):
    brats = cohorts["brats2021"]["subject_id"] if "brats2021" in cohorts else None
    rules = count_survival_rules(
        cohorts["upenn_gbm"],
        cohorts["ucsf_pdgm"],
        brats_patients=None if brats is None else "brats2021/" + brats,
        crosswalk=crosswalk,
    )
    display(rules.rename(columns=words).style.hide(axis="index"))
else:
    display(Markdown("One of the two collections is not at hand."))
subset_table(cohorts).style.hide(axis="index")

# %% [markdown]
# ## Part B: the real clinical table
#
# The clinical table of the collection is open, so the timing of real patients can be looked at
# without any image. The counts depend on the label rule, which the papers do not state.

# %%
real_table = params.burdenko.clinical_table or params.burdenko.root
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

# %% [markdown]
# The rules nearest to the published 34 and 25 follow, of all that cross the event with a window,
# the first follow-up, the age and what must be known. The table alone cannot tell which it was:
# the paper's patients also had to have images of that visit.

# %% tags=["full-width"] mystnb={"image": {"alt": "Days to the event, real patients"}}
display(tables["nearest_rules"].rename(columns=words).style.hide(axis="index").format(precision=0))
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
outputs
