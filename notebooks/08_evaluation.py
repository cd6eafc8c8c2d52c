# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How far can these numbers be trusted?
#
# **Question.** How wide is each interval, does it hold what it promises, which differences
# between models are more than chance, and is any model better than the best there can be?
#
# **In.** The predictions of pages 05, 06 and 07, as far as they are there. Fitted anew are only the
# cheap models under *One split is a draw*. **Out.** The tables on this page, in the folder
# `evaluation`.
#
# Predictions of any other program give the same tables: one row per model, member and patient, in
# the columns of `psp_core.evaluation.predictions.COLUMNS`, as Parquet or CSV. `read_predictions`
# reads and checks the file, `psp_core.evaluation.tables.all_tables` makes the tables of this page
# and of page 13, all pairs of models compared. There is one time point per patient; of a table with
# several, `psp_core.evaluation.clustered_summary.clustered_summary` makes the AUCs, with intervals
# that count patients.
#
# Models of all three pages stand under *Intervals side by side*, *Differences between models* and
# *Is any model better*; subsets, rates and curves are shown of page 05's models alone, for the sake
# of length. The tables of rates and subsets that are written hold them all.

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
import matplotlib.pyplot as plt
from IPython.display import Markdown, display

from psp_core.cohorts.subgroups import OLDER_YEARS, SUBGROUPS
from psp_core.evaluation.coverage import simulate_coverage, simulate_difference
from psp_core.evaluation.estimable import estimable
from psp_core.evaluation.internal import VALID
from psp_core.evaluation.paired_tests import with_paired_tests
from psp_core.evaluation.precision_summary import precision_summary
from psp_core.evaluation.predictions import VALIDATION, first_repetition
from psp_core.evaluation.summary import (
    AT_HALF,
    FROZEN,
    at_sensitivity,
    rates_summary,
    results_summary,
)
from psp_core.report.comparison_table import (
    EVERY,
    against_the_best,
    declared_comparisons,
    format_comparisons,
    verdict_on_best,
)
from psp_core.report.formatting import count, decimal, words
from psp_core.report.instability import (
    format_orders,
    format_repeated,
    order_changes,
    plot_repeated,
    repeated_aucs,
)
from psp_core.report.paired_tests import format_paired_tests
from psp_core.report.patient_sets import describe_sets, tell_left_out
from psp_core.report.place_check import read_truth
from psp_core.report.results_table import (
    format_coverage,
    format_difference,
    format_precision,
    format_rates,
    format_results,
)
from psp_core.report.roc import roc_panels
from psp_core.report.rows import row_titles, tell_protocol, tell_waiting, titles_of_study
from psp_core.report.subset_differences import format_subset_differences, subset_differences
from psp_core.report.subset_results import format_subset_results, subset_results
from psp_core.runs import digest_of, open_run, write_table
from psp_core.study.catalogue import find_entries
from psp_core.study.experiments import CLASSIFICATION, read_all_predictions
from psp_core.study.instability import repeat_models
from psp_core.study.scored_sets import reported
from psp_core.study.subgroup_patients import read_subgroup_patients
from psp_core.study.weights_marks import weights_marks

run = open_run(params_file, run_dir, overrides)
params, evaluation = run.params, run.params.evaluation
level = evaluation.confidence_level

# %% [markdown]
# ## Intervals side by side
#
# DeLong's interval is known to be too short for 11 and 9 patients; the logit scale mends most of
# it. The bootstrap resamples patients within their class; it stands for soft votes alone, because
# resampling held-out scores leaves out that each patient trained the other folds. Unless the
# protocol below says otherwise, held-out patients decide nothing. All intervals are given the
# fitted models; the spread over repetitions of the whole study is another thing and stands in its
# own column, where there are several. A set with fewer patients of a class than
# `timing.minimum_per_class` gets no AUC, rate, comparison or curve on this page.

# %% tags=["full-width"]
display(Markdown(tell_protocol(params)))
scored = reported(run, read_all_predictions(run))
minimum = params.timing.minimum_per_class
predictions, too_few = estimable(scored, minimum)
there = set(scored["model"])
titles = titles_of_study(params, there)
of_page_05 = titles_of_study(params, there, experiments=(CLASSIFICATION,))
shown = {name: titles[name] for name in evaluation.subgroup_models if name in titles}
roots = {name: part.root for name, part in vars(params).items() if hasattr(part, "root")}
summary = results_summary(
    predictions,
    bootstrap_samples=evaluation.bootstrap_samples,
    seed=params.study.seed,
    confidence_level=level,
)
display(
    Markdown(
        f"{describe_sets(scored['dataset'].unique(), roots)} "
        + tell_left_out(too_few, titles, minimum_per_class=minimum, is_empty=predictions.empty)
    )
)
marks = weights_marks(run, predictions["dataset"].unique())
format_results(summary, titles, marks=marks).style.hide(axis="index")

# %% [markdown]
# ### Average precision, and chance
#
# The area under the precision-recall curve depends on the share of true progression: what a score
# without knowledge tends to stands beside it, and figures of sets with other shares do not compare.
# Intervals are the stratified bootstrap's. The p value asks whether the soft vote's AUC is above
# 0.5, by the Mann-Whitney distribution, exact where no two scores are equal; it is one-sided and
# not corrected for the number of models. Shown of the models of `evaluation.subgroup_models`.

# %% tags=["full-width"]
precision = precision_summary(
    predictions,
    bootstrap_samples=evaluation.bootstrap_samples,
    seed=params.study.seed,
    confidence_level=level,
)
format_precision(precision, shown).style.hide(axis="index")

# %% [markdown]
# ## In the subsets that a reviewer asks for
#
# The same fitted models, scored on a part of the patients: label from histology, event at the
# first follow-up, within and beyond 12 weeks of radiotherapy, dose of the whole course. No figure
# where a class has fewer patients than `timing.minimum_per_class`; a patient of whom it is not
# known is in no subset. Many intervals are told, none is corrected for that.

# %% tags=["full-width"]
patients = read_subgroup_patients(run)
drawn = {
    "minimum_per_class": minimum,
    "bootstrap_samples": evaluation.bootstrap_samples,
    "seed": params.study.seed,
    "confidence_level": level,
}
subsets = subset_results(scored, patients, **drawn)
subgroups = subset_results(scored, patients, subsets=SUBGROUPS, **drawn)
display(format_subset_results(subsets, of_page_05).style.hide(axis="index"))
display(
    Markdown(
        "**Subgroups** by marker, age and the place of the lesion in the field, of "
        f"{', '.join(shown.values())}. The cut of {OLDER_YEARS:g} years was declared before any "
        "result. An unknown marker is a category of its own; who has no dose has no place in the "
        "field. Centres are the sets of patients."
    )
)
display(format_subset_results(subgroups, shown).style.hide(axis="index"))
display(
    Markdown(
        "**Within against beyond 12 weeks**, of the same models: the soft vote's AUC on the one "
        "part of a set less that on the other, whose patients are others (unpaired; Student's t "
        "with the degrees of freedom of Welch and Satterthwaite). An interval around 0 does not "
        "say that the two are alike."
    )
)
by_time = subset_differences(scored, patients, minimum_per_class=minimum, confidence_level=level)
format_subset_differences(by_time, shown).style.hide(axis="index")

# %% [markdown]
# ## Does the internal interval hold what it promises?
#
# Simulated studies of the size of this one: a linear discriminant is refitted in every fold of
# every study, and the interval has to hold the mean true AUC of those very fold models. A
# patient held out by one fold trains the others, so the mean of the folds spreads more than the
# folds' own variances tell, most of all where the models know little. The interval printed on
# these pages is the last row: DeLong's variance within the folds, its standard error widened by
# V / (V - 1) for V folds, on the logit scale. The factor was chosen by this simulation. Columns:
# the best AUC that the features allow, in brackets that of the fold models.

# %% tags=["full-width"]
first = first_repetition(scored)
own = first[first["split"] == VALIDATION].drop_duplicates("subject_id")
n_positive, n_negative = int(own["y_true"].sum()), int((~own["y_true"]).sum())
design = {
    "n_positive": n_positive,
    "n_negative": n_negative,
    "n_folds": params.classification.folds,
    "best_aucs": (0.5, 0.6, 0.7, 0.8, 0.9),
    "n_features": 5,
    "repetitions": evaluation.coverage_repetitions,
    "confidence_level": level,
}
coverage = simulate_coverage(**design, rng=run.rng("coverage"))
valid = coverage.loc[coverage["method"] == VALID, "coverage"]
display(format_coverage(coverage))
Markdown(
    f"At {n_positive} and {n_negative} patients the printed interval (*{VALID}*) covers in "
    f"{decimal(float(valid.min()))} to {decimal(float(valid.max()))} of "
    f"{count(evaluation.coverage_repetitions)} simulated studies, where {level:g} is promised; "
    f"the error of the simulation is at most {decimal(float(coverage['coverage_error'].max()))}."
)

# %% [markdown]
# ### And the test of a difference?
#
# Two models that see different features of the same patients, as many and as telling, in the same
# simulated studies. A test that keeps its level calls them different no more often than one minus
# the confidence level.

# %% tags=["full-width"]
difference = simulate_difference(**design, rng=run.rng("difference"))
worst = difference.loc[difference["rejected"].idxmax()]
is_too_small = worst["rejected"] - 2 * worst["rejected_error"] > 1 - level
display(format_difference(difference))
Markdown(
    f"Equal models are called different in {decimal(float(difference['rejected'].min()))} to "
    f"{decimal(float(worst['rejected']))} of the studies, where {1 - level:.3g} is promised, most "
    f"often where their fold models have an AUC of {decimal(float(worst['true_auc']))}. "
    + (
        "**There the p values of held-out folds below are too small**, and a p value just below "
        "the level says little."
        if is_too_small
        else "Within the error of the simulation the test keeps its level."
    )
)

# %% [markdown]
# ## Rates with their counts
#
# At three thresholds: the frozen one (unless the protocol above says otherwise Youden's, chosen on
# held-out scores of the training cohort); the one that reaches the wanted sensitivity on held-out
# scores, for a held-out fold on those of the other folds; and 0.5. Intervals are Clopper-Pearson's:
# exact for a soft vote, given the fitted models; nominal for held-out folds, whose patients were
# judged by several fold models that share their training. A rate of nobody has no value. Balanced
# accuracy and F1 are no shares of patients: their intervals are the stratified bootstrap's. The
# last two thresholds are shown of the models of `evaluation.subgroup_models`; the written table
# has all, and Wilson's intervals.

# %% tags=["full-width"]
rates = rates_summary(
    predictions, confidence_level=level, sensitivity_target=evaluation.sensitivity_target
)
for at, head in {
    FROZEN: "At the frozen threshold",
    at_sensitivity(evaluation.sensitivity_target): "At the threshold of a held-out sensitivity "
    f"of {evaluation.sensitivity_target:g}",
    AT_HALF: "At 0.5",
}.items():
    display(Markdown(f"**{head}**"))
    told = of_page_05 if at == FROZEN else shown
    display(format_rates(rates, told, at=at).style.hide(axis="index"))

# %% [markdown]
# ## Differences between models
#
# Declared before the fits, paired on the same patients, and all pairs of the study Holm-corrected
# as one family within each set of patients; the pages before correct within their own tables.
# External sets: soft votes, DeLong. Training cohort: means of within-fold AUCs, with the widened
# variance. A dash in p: the difference has no spread to be judged by, because the two scores order
# all patients alike or a fold has a class of one patient; in the AUCs: see the note.
#
# DeLong's is the declared test, and alone corrected. Beside it stand, uncorrected, two that do not
# lean on a variance. *p, ranks*: the two models change ranks, patient by patient, in all possible
# ways up to 20 patients (exact), above that in random ones; in held-out folds it is nominal.
# *McNemar*, exact, at the frozen thresholds: patients whom only the first model judges right, only
# the second, and p; then the same of true progression (sensitivity) and of pseudoprogression
# (specificity).

# %% tags=["full-width"]
declared = declared_comparisons(predictions, EVERY, confidence_level=level)
comparisons = with_paired_tests(
    declared, predictions, draws=evaluation.rank_draws, seed=params.study.seed
)
format_paired_tests(comparisons, titles).style.hide(axis="index")

# %% [markdown]
# ## One split is a draw
#
# Cheap models, cross-validated again and again on other splits with other random states. The
# spread is that of the procedure on the same patients: it says nothing about other patients, and
# stands in no interval above. The internal AUC is the mean within the folds, that of a further set
# the soft vote's. *Order changes*: repetitions in which the rarer order of the two holds.

# %% tags=["full-width"] mystnb={"image": {"alt": "AUC of each repetition by set of patients"}}
entries = find_entries(evaluation.instability_models)
names, repeated = row_titles(params, entries), repeat_models(run)
waiting = tuple(entries) if repeated is None else ()
display(Markdown(tell_waiting(waiting, entries)))
fits = predictions[:0] if repeated is None else reported(run, repeated.predictions)
fits, _ = estimable(fits, minimum)
instability, orders = repeated_aucs(fits), order_changes(fits)
if not instability.empty:
    display(format_repeated(instability, names).style.hide(axis="index"))
    display(format_orders(orders, names).style.hide(axis="index"))
    axes = plot_repeated(instability, names)
    plt.show()

# %% [markdown]
# ## Is any model better than the best there can be?
#
# Phantoms have a best possible score: the log likelihood ratio of what an arm can see. A model
# above it would have seen what it must not; in held-out folds, its own patients, as the published
# protocol lets it. One-sided, paired, Holm-corrected within each set of patients.

# %% tags=["full-width"]
truth = read_truth(run)
if truth is None:
    best = None
    display(Markdown("These patients are real: nobody knows the best possible score."))
else:
    best = against_the_best(predictions, truth, confidence_level=level)
    display(Markdown(verdict_on_best(best, alpha=1 - level, titles=titles)))
    display(format_comparisons(best, titles).style.hide(axis="index"))

# %% [markdown]
# ## ROC curves
#
# Models of page 05: held-out folds of the training cohort, then each further set.

# %% tags=["full-width"] mystnb={"image": {"alt": "ROC curves by set of patients"}}
for dataset in summary.sort_values("split", ascending=False)["dataset"].unique():
    display(Markdown(f"**{words(dataset)}**"))
    axes = roc_panels(predictions, summary, of_page_05, dataset=dataset)
    plt.show()

# %% [markdown]
# ## What is written

# %%
outputs = {"summary": summary, "rates": rates, "coverage": coverage, "difference": difference}
outputs |= {"comparisons": comparisons, "subsets": subsets, "subgroups": subgroups}
outputs |= {"precision": precision, "instability": instability, "orders": orders}
outputs |= {"subset_differences": by_time}
outputs |= {} if best is None else {"against_the_best": best}
depends_on = {name: digest_of(table.to_csv(index=False)) for name, table in outputs.items()}
with run.stage("evaluation", depends_on=depends_on) as stage:
    if not stage.is_done:
        for name, table in outputs.items():
            write_table(stage.folder / f"{name}.parquet", table)
        stage.finish()
sorted(path.name for path in stage.folder.iterdir())
