# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The timing question, on real patients
#
# **Question.** How much of the difference between true progression and pseudoprogression lies in
# the interval since radiotherapy alone, what do the other clinical values add to it, and what does
# that mean for the clinical-only and multimodal results of Gomaa 2025?
#
# **In.** The open clinical table of the Burdenko collection, or the summary recorded from it;
# values of phantom patients, drawn without images. **Out.** The fitted models of the folders
# `timing_real` (where the table is at hand) and `timing_phantoms` of the run.
#
# Positive class: true progression; later is taken for it. Of the real patients only summaries are
# kept or shown.

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
import matplotlib.pyplot as plt
from IPython.display import Markdown, display

from psp_core.cohorts.timing_selections import (
    AT_FIRST,
    AT_RISK_AT_FIRST,
    EVERYBODY,
    MAIN,
    RULES,
)
from psp_core.report.events import plot_event_counts
from psp_core.report.formatting import count, words
from psp_core.report.recorded import origin_text
from psp_core.report.timing_figures import (
    auc_points,
    plot_aucs,
    plot_days_by_visit,
    plot_patterns,
    shown_places,
)
from psp_core.report.timing_mechanism import (
    format_days_alone,
    nearest_setting,
    pattern_table,
    phantom_days_alone,
)
from psp_core.report.timing_printed import QUOTES, format_printed_rows, printed_rows
from psp_core.report.timing_summary import timing_summary
from psp_core.report.timing_tables import (
    OVER_SPLITS,
    RESAMPLED,
    format_draws,
    format_fits,
    format_rules,
    format_single,
    reach_sentence,
    timing_sentence,
)
from psp_core.report.timing_words import tell_resampling, tell_rules
from psp_core.runs import open_run
from psp_core.study.timing_question import phantom_draws, phantom_fits

run = open_run(params_file, run_dir, overrides)
params = run.params

# %% [markdown]
# ## When the events come
#
# Under the main label rule a patient's event is the first follow-up with progression or
# pseudoprogression, distant progression left aside. Dashed lines: the windows of the tables below.

# %% mystnb={"image": {"alt": "Days to the event, by class, real patients"}}
summary = timing_summary(run, params.burdenko.clinical_table or params.burdenko.root)
figures, tables = summary.figures, summary.tables
level = figures["confidence_level"]
display(Markdown(origin_text(summary)))
display(
    Markdown(
        f"{count(figures['true_progression'])} true progressions and "
        f"{count(figures['pseudoprogression'])} pseudoprogressions have an event. "
        f"Intervals on the real patients have a confidence level of {100 * level:g} %."
    )
)
chart = plot_event_counts(tables["event_counts"], windows_days=params.timing.windows_days)

# %% [markdown]
# ## Days at each visit
#
# Two ways to look at one follow-up. *Events at follow-up k*: the patients whose event was seen
# there. *At risk at follow-up k*: everyone who came to it without an event before; the day is that
# of the follow-up, which is known whatever comes later, and the class is that of the event at or
# after it. Bars: quartiles, with the median; a class with fewer than the least number of patients
# has its count alone.

# %% mystnb={"image": {"alt": "Days since radiotherapy at each follow-up, by class"}}
by_visit = tables["days_by_visit"]
of_main = by_visit[by_visit["rule"] == MAIN]
grid, axes = plt.subplots(1, 2, figsize=(9.5, 3.4), layout="constrained")
for start, axis in zip(("event at", "at risk at"), axes, strict=True):
    chosen = of_main[of_main["patients"].str.startswith(start)]
    plot_days_by_visit(chosen, title=words(start.replace(" at", " at follow-up k")), ax=axis)
legend = axes[0].legend(frameon=False, fontsize=8)

# %% [markdown]
# ## One variable alone
#
# The days since radiotherapy, and the number of the visit, ranked as they are: nothing is fitted.
# An *event within* a window keeps the events up to its last day. In the landmark rows *no class*
# counts the patients at risk who have no event of a class (within the window); they are no part of
# the AUC, so that those rows too look back from an event, only the score does not. Where both
# classes are fully separated the bounds are exact ones. Class counts stand in every row. There is
# no later landmark under *ever pseudoprogression*: who is free of its event there depends on what
# comes after it.

# %% tags=["full-width"]
single = tables["single_variables"]
display(format_single(single[single["rule"] == MAIN]).style.hide(axis="index"))
display(Markdown(f"Each label rule has its own event:\n\n{tell_rules(figures['early_days'])}"))
display(Markdown("The days alone under each of them:"))
format_rules(single).style.hide(axis="index")

# %% [markdown]
# ## The clinical model with and without time
#
# The logistic regression of the study's clinical row on age, sex, IDH, MGMT and the days (*with
# time*), without the days (*without time*), and on the days alone; unknown is a category, and the
# table holds no dose to the lesion. Imputation, scaling, encoding and regression are fitted inside
# each training fold; nothing is tuned. The AUC is the mean of within-fold AUCs, averaged over some
# splits of the patients into folds. Differences are paired.
#
# In brackets: the interval over patients of a cross-validated AUC, DeLong's within the folds
# widened by simulation (page 08), its bounds averaged over the splits as well. The second table has
# another one: the patients are resampled within their class, all copies of a patient stay in one
# fold, folds are drawn and everything is fitted again; the bounds are percentiles. A resample holds
# about 63 of 100 different patients, and its own chance patterns are as real to the models as those
# of patients: the percentiles lie around the resamples' AUCs, not around the one of the table. The
# third, folded away, has least and greatest over the splits. That is no interval, and says how far
# a single split could be trusted.

# %% tags=["full-width"]
fits = tables["fits"]
named = ("rule", "patients")
told = tell_resampling(fits, folds=figures["folds"], confidence_level=level)
display(Markdown(f"Real patients: {told}"))
display(format_fits(fits, named).style.hide(axis="index"))
display(Markdown("In brackets: patients resampled, everything fitted again."))
display(format_fits(fits, named, bounds=RESAMPLED).style.hide(axis="index"))
for patients in (EVERYBODY, "event within 90 days", AT_RISK_AT_FIRST):
    if patients in set(fits["patients"]):
        display(Markdown(timing_sentence(fits, rule=MAIN, patients=patients)))

# %% tags=["hide-output"]
display(Markdown("In brackets: least and greatest over splits into folds; no interval."))
format_fits(fits, named, bounds=OVER_SPLITS).style.hide(axis="index")

# %% [markdown]
# ### By window, and by label rule
#
# Lines are intervals over patients: logit-DeLong's of ranked variables, the widened one of fitted
# models. Below each place: true progressions / pseudoprogressions.

# %% mystnb={"image": {"alt": "AUC of time and of clinical models, by window and by label rule"}}
points = auc_points(single, fits)
by_window = {
    (MAIN, f"event within {days} days"): f"≤ {days} days" for days in params.timing.windows_days
}
by_window = shown_places(points, {**by_window, (MAIN, EVERYBODY): "any day"})
by_rule = {(rule, EVERYBODY): rule for rule in RULES}
by_rule[MAIN, AT_FIRST] = "event at\nfollow-up 1"
by_rule[MAIN, AT_RISK_AT_FIRST] = "at risk at\nfollow-up 1"
by_rule = shown_places(points, by_rule)
plot_aucs(points, list(by_window), by_window, title="By window")
plt.show()
chart = plot_aucs(points, list(by_rule), by_rule, title="By label rule, and at the first follow-up")

# %% [markdown]
# ## What it means for the printed rows
#
# The paper's variable is named twice in its words, quoted below. That the "last treatment" is
# radiotherapy is an assumption; the first progression is the scan that is to be judged, so the
# interval ends where the label is given. The interval that n implies is Hanley and McNeil's on the
# logit scale, as on pages 10 and 15.

# %% tags=["full-width"]
display(Markdown("\n".join(f"> “{quote}”\n" for quote in QUOTES)))
text, sentence = format_printed_rows(printed_rows(confidence_level=level))
display(text.style.hide(axis="index"))
display(Markdown(sentence))
display(
    Markdown(
        "The days alone in random parts of the real table that have the paper's own class counts, "
        "drawn without replacement; *reach*: share of the parts whose AUC is at least the printed "
        "one. The range tells what such counts do, and is no interval of an estimate."
    )
)
display(Markdown(reach_sentence(tables["at_printed_counts"])))
format_draws(tables["at_printed_counts"], confidence_level=level).style.hide(axis="index")

# %% [markdown]
# Read soberly. Whether the external patients are timed like those of this table, and by which rule
# they were labelled, is not printed; so nothing here shows what the paper's clinical row rests on.
# It shows what the interval can do by itself at such counts. A model that is given the interval has
# to be compared with the interval alone, on the same patients.

# %% [markdown]
# ## The mechanism, where it is known
#
# Phantom patients of up to four stories, values without images: as this run's phantoms are set;
# with the label depending on time alone; with the far stronger timing of the Burdenko table; and
# with both. A story that equals an earlier one is left out. The same models and the same folds.
# Cohorts of the paper's size stand beside large ones: what the large ones show is the mechanism,
# what the small ones show is the mechanism and chance.

# %% tags=["full-width"] mystnb={"image": {"alt": "AUC of the clinical models, by known cause"}}
phantoms = phantom_fits(run)
patterns = pattern_table(phantoms, fits, rule=MAIN)
chart = plot_patterns(patterns)
plt.show()
distances, sentence = nearest_setting(patterns)
display(Markdown(sentence))
display(format_fits(patterns, ("setting", "n")).style.hide(axis="index").format({"n": "{:.0f}"}))
display(Markdown("In brackets: patients resampled, in the cohorts that are small enough for it."))
small = patterns[patterns["resamples"] > 0]
format_fits(small, ("setting", "n"), bounds=RESAMPLED).style.hide(axis="index").format(
    {"n": "{:.0f}"}
)

# %% [markdown]
# The days alone by window, with class counts (true progression / pseudoprogression). A window takes
# the later part of both classes away, and with it what sets them apart by their days.

# %% tags=["full-width"]
alone = phantom_days_alone(
    phantom_draws(run).values(),
    windows_days=params.timing_question.fitted_windows_days,
    confidence_level=params.timing.confidence_level,
    minimum_per_class=params.timing.minimum_per_class,
)
format_days_alone(alone, single[single["rule"] == MAIN]).style.hide(axis="index")
