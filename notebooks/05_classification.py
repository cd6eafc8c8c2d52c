# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # True progression or pseudoprogression?
#
# **Question.** How well does the proposed model tell the two apart, what does it gain from the
# image, from the clinical data, and from the way they are brought together?
#
# **In.** The patients of page 01, dose features of page 03, and the encoders of page 04.
# **Out.** The predictions table of the run, in the folder `classification`: every model's score
# of every patient. All later results are computed from it.
#
# Beside the rerun stand Tables 3 and 4 of Gomaa 2025: MRI, clinical data, both; and where the
# first weights come from. The other systems of Table 2 are on page 06. To run one row alone, see
# [](rerun).
#
# Folds are stratified and by patient. Unless the protocol below says otherwise, everything that is
# fitted on labels is fitted on a fold's training patients alone: the model, its calibration and its
# threshold, the last two on inner held-out scores. On an external set the fold models vote with the
# mean of their scores.

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

from psp_core.classifiers.cost import fusion_cost
from psp_core.classifiers.feature_sets import FEATURE_SETS
from psp_core.evaluation.estimable import estimable
from psp_core.evaluation.predictions import VALIDATION
from psp_core.evaluation.summary import rates_summary, results_summary
from psp_core.report.ablation import (
    ablation_scores,
    ablation_sentence,
    ablation_table,
    probe_table,
)
from psp_core.report.assumptions import assumed_settings
from psp_core.report.comparison_table import (
    DECLARED,
    TRAININGS,
    declared_comparisons,
    format_comparisons,
)
from psp_core.report.confusion import confusion_counts, confusion_panels
from psp_core.report.fit_curves import best_beside_last, fit_curves
from psp_core.report.formatting import count, decimal, described, words
from psp_core.report.lost import failed_table, left_out_table, lost_summary
from psp_core.report.over_seeds import differences_over_seeds, format_over_seeds
from psp_core.report.patient_sets import tell_left_out
from psp_core.report.published_results import gomaa_results
from psp_core.report.results_table import format_results, published_beside_rerun
from psp_core.report.roc import plot_auc_intervals, roc_panels
from psp_core.report.rows import reduced_table, row_titles, tell_protocol, tell_waiting
from psp_core.report.survival import concordance_table, tell_survival
from psp_core.runs import open_run
from psp_core.study.ablation import unlabelled_scans
from psp_core.study.ablation_scores import score_encoders
from psp_core.study.ablation_variants import VARIANTS
from psp_core.study.experiments import fit_experiment
from psp_core.study.scored_sets import reported
from psp_core.study.survival_transfer import learn_survival
from psp_core.study.weights_marks import weights_marks

run = open_run(params_file, run_dir, overrides)
params = run.params

# %% [markdown]
# ## Models and patients
#
# A model is applied to an external set only if the set has what the model sees. Who has no
# prepared image is left out of the models that read it, and nowhere else.

# %%
classified = fit_experiment(run)
outcome, patients = classified.outcome, classified.patients.table
minimum = params.timing.minimum_per_class
predictions, too_few = estimable(reported(run, outcome.predictions), minimum)
fitted = set(outcome.predictions["model"])
entries = classified.entries
titles = {name: one for name, one in row_titles(params, entries).items() if name in fitted}
own = described(params.burdenko.root)
display(Markdown(tell_protocol(params)))
display(
    Markdown(
        f"**{count(len(titles))} of {count(len(classified.entries))} models** were fitted on "
        f"{own}: {params.classification.folds} folds, {params.classification.inner_folds} inner "
        f"folds ({params.classification.heavy_inner_folds} for models that take long), "
        f"{params.classification.seeds} repetition(s). {tell_waiting(classified.waiting, entries)}"
    )
)
sees = {name: FEATURE_SETS[entry.feature_set] for name, entry in classified.entries.items()}
display(
    Markdown(
        "\n".join(
            f"- {entry.title} (`{entry.feature_set}`): clinical columns: "
            f"{len(sees[name].columns)}{', and the image' if sees[name].uses_image else ''}"
            for name, entry in classified.entries.items()
        )
    )
)
counts = pd.crosstab(patients["dataset"], patients["label"])
counts.rename(index=words, columns=words).rename_axis(index="collection", columns=None)

# %% [markdown]
# ### Who was dropped, and what failed
#
# Patients without a lesion are kept: models that need no lesion use them, those of lesion tokens
# see all of their image, and a dose to the lesion is a missing value. Named by the end of the
# study ID.

# %%
for name, table in (
    ("patients", lost_summary(classified.patients.lost)),
    ("collections and patients without a model's features", left_out_table(outcome.left_out)),
    ("models that could not be fitted", failed_table(outcome.failed)),
    ("rules of an eligibility preset", classified.patients.rules),
):
    if table.empty:
        display(Markdown(f"None: {name}."))
    else:
        display(Markdown(f"{name.capitalize()}:"))
        display(table.style.hide(axis="index"))

# %% [markdown]
# ## Results
#
# The internal AUC is the mean of within-fold AUCs; scores of different fold models are never ranked
# together. Its interval is wider than the textbook one, for the reason that page 08 shows; that it
# holds at all needs held-out patients who decide nothing, as the closed protocol has them. On other
# sets: the mean over fold models with its standard deviation, and the soft vote with logit-DeLong's
# interval *given these fitted models*. Five fold models on one set of patients are not five
# samples: their standard deviation is no interval. The bootstrap stands for votes alone: resampling
# held-out scores leaves out that each patient trained the other folds. A set with a histopathology
# score in place of a label stands here once per cut of the score. Where weights of others are used,
# a note says if what they were trained on may hold the set.
#
# A set is given only to models whose columns it has: UPENN-GBM has neither date of radiotherapy
# nor dose, so only models of the image (and majority) are applied to it. A set with fewer patients
# of a class than `timing.minimum_per_class` gets no result at all.

# %% tags=["full-width"]
evaluation = params.evaluation
level = evaluation.confidence_level
summary = results_summary(
    predictions,
    bootstrap_samples=evaluation.bootstrap_samples,
    seed=params.study.seed,
    confidence_level=level,
)
rates = rates_summary(predictions, confidence_level=level)
display(
    Markdown(tell_left_out(too_few, titles, minimum_per_class=minimum, is_empty=predictions.empty))
)
marks = weights_marks(run, predictions["dataset"].unique())
format_results(summary, titles, marks=marks).style.hide(axis="index")

# %% mystnb={"image": {"alt": "AUC of every model with its interval, by set of patients"}}
chart = plot_auc_intervals(summary, titles)

# %% [markdown]
# ## Published beside rerun
#
# The paper's external set is not public, so its rows cannot be repeated by anyone outside; they
# stand here to be looked at, not to be matched. Rates of the rerun are at the model's threshold,
# with the count behind each. The paper's printed specificity of a vote agrees with its positive
# predictive value; the audit page shows the arithmetic. The second table is the validation of the
# proposed model: held-out folds of the training cohort.

# %% tags=["full-width"]
printed = {name: entry.printed for name, entry in classified.entries.items() if entry.printed}
beside = published_beside_rerun(
    summary, rates, titles, printed,
    dataset="external", described=described(params.external.root),
)  # fmt: skip
internal = published_beside_rerun(
    summary, rates, titles, {"proposed": "proposed"},
    dataset="burdenko", described=own, split=VALIDATION,
)  # fmt: skip
for name, table in (("external set", beside), ("proposed model", internal)):
    if table.empty:
        display(Markdown(f"This run has no results of the {name}."))
    else:
        display(table.style.hide(axis="index"))
paper = gomaa_results().query("split == 'test'")
votes = paper.set_index(["table", "arm", "figure"])["soft_vote"].sort_index()
Markdown(
    "Table 4 prints the proposed model once more, as *self-supervised*, with a sensitivity of the "
    f"vote of {decimal(votes['4', 'self_supervised', 'sensitivity'])}; Tables 2 and 3 have "
    f"{decimal(votes['2', 'proposed', 'sensitivity'])} and "
    f"{decimal(votes['3', 'multimodal', 'sensitivity'])}. All its other figures are the same."
)

# %% [markdown]
# ## ROC curves
#
# Fold models thin, their mean in orange (drawn only), the soft vote in blue; AUCs are exact.

# %% tags=["full-width"] mystnb={"image": {"alt": "ROC curves of every model on the external set"}}
order = ("external", "development", "burdenko")
datasets = [name for name in order if (predictions["dataset"] == name).any()]
display(Markdown(f"**{words(datasets[0])}**" if datasets else "No set is large enough to draw."))
for dataset in datasets[:1]:
    roc_panels(predictions, summary, titles, dataset=dataset)
    plt.show()

# %% [markdown]
# ## What the image adds, and does the way of fusion matter?
#
# The paper's claim is that guided cross-attention beats direct concatenation. All fusion arms read
# the same tokens and have the same number of steps; differences are paired, and reported whatever
# their sign. The larger the set of patients, the more a difference can show. Phantoms whose classes
# differ in the image by itself need no fusion that reads image and clinical data together; page 07
# has the phantoms that do, and says how to run this page on them. P values are Holm-corrected
# within this table and a set of patients; page 08 corrects over all declared pairs of the study.
# The second table has the same differences in every repetition of the study, with its own folds and
# first weights: the instability of the fits, for repetitions share the patients.

# %% tags=["full-width"]
comparisons = declared_comparisons(predictions, DECLARED, confidence_level=level)
display(format_comparisons(comparisons, titles).style.hide(axis="index"))
display(Markdown(f"Over {predictions['seed'].nunique()} repetition(s):"))
over_seeds = differences_over_seeds(predictions, DECLARED)
format_over_seeds(over_seeds, titles).style.hide(axis="index")

# %% [markdown]
# ## Where the first weights come from
#
# Table 4 of Gomaa 2025 on one network of one size: random weights, weights from the prediction of
# survival, weights from self-supervision; frozen or trained on. Nothing else differs. The survival
# encoder learns from UCSF-PDGM and UPENN-GBM before surgery; how well it tells the survival of
# held-out patients limits what can be transferred. P values are Holm-corrected within this table
# and a set of patients.

# %% tags=["full-width"]
if params.study.only_light:
    display(Markdown("**Not run yet.**"))
else:
    learnt = learn_survival(run)
    display(Markdown(tell_survival(None if learnt is None else learnt.concordance)))
    if learnt is not None:
        display(concordance_table(learnt.concordance).style.hide(axis="index"))
    trained = declared_comparisons(predictions, TRAININGS, confidence_level=level)
    display(format_comparisons(trained, titles).style.hide(axis="index"))

# %% [markdown]
# ## Does self-supervision help?
#
# The encoders of page 04's ablation, frozen, on the development phantoms: halves take turns, so
# every patient is scored by models that have not seen it, and all encoders by the same patients.
# Differences are paired over the patients, given the fitted models; whoever is scored has trained
# the other half's model, so intervals are a little too narrow, and none is corrected for the number
# of comparisons. The last row needs no encoder: percentiles of grey values of the same volumes.

# %% tags=["full-width"]
waits = params.study.only_light or not unlabelled_scans(run)
measured = pd.DataFrame() if waits else score_encoders(run)
if measured.empty:
    display(Markdown("Not run yet, or this run has no unlabelled or no development scans."))
else:
    names = {name: variant.title for name, variant in VARIANTS.items()}
    samples, rng = evaluation.bootstrap_samples, run.rng("ablation intervals")
    compared = ablation_scores(measured, samples=samples, rng=rng)
    display(ablation_table(compared, names).style.hide(axis="index"))
    display(Markdown(ablation_sentence(compared, names)))
    display(probe_table(measured, names).style.hide(axis="index"))

# %% [markdown]
# ## Confusion matrices
#
# Soft votes at their thresholds, frozen before the set unless the protocol above says otherwise;
# rows are what the patients have, columns what they are called.

# %% tags=["full-width"] mystnb={"image": {"alt": "Counts of right and wrong calls, by model"}}
for dataset in datasets[:1]:
    confusion_panels(confusion_counts(predictions, dataset=dataset), titles)
    plt.show()

# %% [markdown]
# ## Training and validation curves
#
# Each network at ten times of its training. Unless the protocol above says otherwise, held-out
# patients decide nothing here; the table says what stopping on them reports.

# %% tags=["full-width"] mystnb={"image": {"alt": "Loss of training and held-out patients by step"}}
if fit_curves(outcome.curves, titles):
    plt.show()
best_beside_last(outcome.curves, titles).style.hide(axis="index").format(precision=3)

# %% [markdown]
# ## What it costs, and what is assumed
#
# What the papers leave open is assumed, and stands in the last table; rows that are fitted at less
# than paper size stand before it.
#
# One forward of one patient, from the cached tokens: the guided arm never lets the image tokens
# attend to each other, which is where the others pay. Below it, how many calibrations are at the
# floor of their slope: inner held-out scores fell with the truth, or did not differ at all; such a
# calibration keeps the order of the patients and hardly any spread.

# %%
tokens = classified.sources.get("tokens")
if tokens is None:
    display(Markdown("This run has no encoder, so there are no tokens to fuse."))
else:
    network = params.classification.network
    cost = fusion_cost(
        tokens.values.shape[1],
        tokens.values.shape[2],
        n_columns=len(FEATURE_SETS["full"].columns),
        width=network.width,
        clinical_tokens=network.clinical_tokens,
        heads=network.heads,
    )
    display(cost.style.hide(axis="index").format(precision=2))
fits = outcome.fold_models.groupby("model").agg(
    **{
        "fold models": ("fold", "size"),
        "calibrations at their floor": ("slope_is_floored", "sum"),
        "processor time of all fits, s": ("seconds", "sum"),
    }
)
display(fits.rename(index=titles).round(1))
display(reduced_table(params, entries).style.hide(axis="index"))
of_page = ["encoder", "ablation", "pretraining", "classification", "volume_network", "survival"]
assumed_settings(params_file, of_page).style.hide(axis="index")
