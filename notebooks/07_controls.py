# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Controls: can the models learn, do they see what is not there, and how many patients they need
#
# **Question.** Does a model beat what one figure alone gives, or what chance gives? And if it
# fails, is it the model, the images, or the number of patients?
#
# **In.** The patients of page 01, dose features of page 03 and encoders of page 04; the causal
# story of the phantoms in the parameters. **Out.** The folders `controls`, `scramble`,
# `latent_controls`, `heavy_plumbing`, `null_folds` and `learning_on_images` of the run.
#
# Two parts need the study's patients: controls that no paper prints, and permuted labels. From
# *Plumbing* to the first learning curve no image is needed: patients are drawn with the very
# latents that the phantoms are built from, and the models get these in place of an encoder's
# tokens. So they run beside real data, too, and the best possible AUC is known.

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
import json

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

from psp_core.evaluation.estimable import estimable
from psp_core.evaluation.metrics import auc
from psp_core.evaluation.summary import results_summary
from psp_core.report.comparison_table import (
    SIMPLE,
    declared_comparisons,
    format_comparisons,
)
from psp_core.report.controls import (
    failed_fits,
    fusion_table,
    null_folds_table,
    plot_zero_effect,
    plumbing_table,
    zero_effect_table,
)
from psp_core.report.formatting import count
from psp_core.report.learning_curve import learning_table, plot_learning_curve, reached_sizes
from psp_core.report.lost import failed_table, left_out_table
from psp_core.report.results_table import format_results
from psp_core.report.rows import row_titles, tell_protocol, tell_waiting
from psp_core.report.scramble import plot_scramble, scramble_table, single_permutation
from psp_core.report.time_story import time_only_table
from psp_core.runs import open_run
from psp_core.study.experiments import CONTROLS, fit_experiment
from psp_core.study.heavy_plumbing import heavy_plumbing
from psp_core.study.latent_cohort import causal_model, ceiling
from psp_core.study.latent_controls import AS_SET, DAYS, latent_controls
from psp_core.study.learning import DEVELOPMENT, learning_on_images
from psp_core.study.null_folds import null_cross_validation
from psp_core.study.scored_sets import reported
from psp_core.study.scramble import scramble_labels

run = open_run(params_file, run_dir, overrides)
params = run.params.truth
level = run.params.evaluation.confidence_level

# %% [markdown]
# ## Controls that nobody prints
#
# One figure alone, a part of the clinical values, and what is missing of a patient without any
# value, on the folds of page 05 by its protocol and with its soft vote; the multimodal model
# without what other collections lack; and the encoder before its first step. The last rows are
# models of page 05. Intervals and sets are read as there. The second table sets the proposed model
# on lesion tokens against what needs no network: paired, and Holm-corrected within this table and a
# set of patients.

# %% tags=["full-width"]
fitted = fit_experiment(run, CONTROLS)
scored = reported(run, fitted.outcome.predictions)
predictions, _ = estimable(scored, run.params.timing.minimum_per_class)
summary = results_summary(
    predictions,
    bootstrap_samples=run.params.evaluation.bootstrap_samples,
    seed=run.params.study.seed,
    confidence_level=level,
)
titles = row_titles(run.params, fitted.entries)
display(format_results(summary, titles).style.hide(axis="index"))
simple = declared_comparisons(predictions, SIMPLE, confidence_level=level)
display(format_comparisons(simple, titles).style.hide(axis="index"))
for table in (left_out_table(fitted.outcome.left_out), failed_table(fitted.outcome.failed)):
    if len(table):
        display(table.style.hide(axis="index"))
Markdown(f"{tell_protocol(run.params)} {tell_waiting(fitted.waiting, fitted.entries)}")

# %% [markdown]
# ## Label scramble: what the whole pipeline gives where nothing can be learned
#
# The labels of the training cohort are permuted before its folds are drawn, and everything that
# sees labels sees the permuted ones: folds, inner folds, calibration. The statistic is the AUC of
# the soft vote on the other centre, whose labels stay; *p* = (b + 1) / (m + 1), where b of m
# permutations give as much as the labels as they are. The mean of the permutations has to lie
# around 0.5. The within-fold AUC is measured against the permuted labels themselves. A score that
# follows one variable has an AUC of a or 1 - a there whatever it learned from, so models of one
# variable are not asked; the table says where a null has two values only. Networks run at the
# reduced size of `controls.scramble`, with the true labels, too. Whatever the protocol of page 05,
# the closed one is used here. All of it holds for this cohort and these external patients.

# %% mystnb={"image": {"alt": "AUC under permuted labels beside the observed one, by model"}}
scrambled = scramble_labels(run)
plot_scramble(scrambled)
plt.show()
display(scramble_table(scrambled, confidence_level=level).style.hide(axis="index"))
display(single_permutation(scrambled).style.hide(axis="index"))
Markdown(
    "The second table shows the one permutation that Jang 2018's code draws by its seed "
    f"({run.params.controls.scramble.single_seed}; generator and patients are ours): images and "
    "clinical values shuffled together, which permutes the labels once. One draw near 0.5 says "
    "little: others lie as far apart as the last column tells."
)

# %% [markdown]
# ## Plumbing: given the truth, does every model reach the best?
#
# Nothing is lost between patient and model here, so a model that falls short does so by its own
# fault, and no effect size can hide it. With the interaction the imaging sign changes its meaning
# with the place in the field: what a fusion can make of that is shown, and no verdict is asked.

# %%
controls = latent_controls(run)
fits = controls.plumbing
judged = fits[fits["story"] == AS_SET]
display(plumbing_table(fits, judged=AS_SET).style.hide(axis="index"))
Markdown(
    f"**{count(judged['is_within'].sum())} of {count(len(judged))} models** come within "
    f"{params.plumbing_tolerance:g}, above or below, of the best possible AUC, trained on "
    f"{count(params.plumbing_patients)} patients and scored on "
    f"{count(params.plumbing_test_patients)} others. "
    f"Not here: {'; '.join(f'{name} ({why})' for name, why in controls.skipped.items()) or 'none'}."
)

# %% [markdown]
# ### Does the guided fusion gain where there is something to gain?
#
# The ablation has two halves. *As set*, the parts of the causal story add up, a sum that every
# fusion can form: these are the phantoms of page 05, on images. With the *interaction* a fusion
# could gain, and that half stands here, on true latents. To run it on images as well:
#
# ```
# make book PROFILE=truth OVERRIDES='phantom.switches.interaction: true' \
#     RUN_DIR=runs/interaction
# ```
#
# Differences of AUCs on the same scored patients (paired DeLong, 95 % interval), Holm-corrected
# over this table; arms on lesion tokens are compared with the guided arm on lesion tokens. The
# interval holds for these fitted models: another draw of training patients would fit others.

# %%
compared = fusion_table(fits)
if compared.empty:
    display(Markdown("This run has no two fusions of the same tokens."))
else:
    display(compared.style.hide(axis="index"))

# %% [markdown]
# ### Models that take long
#
# The systems of page 06, and what learns end to end on page 05: fewer patients, whose slices,
# volumes and radiomic figures are made from the latents and hold nothing else. A model that falls
# short here may want more patients or steps; one at 0.5 does not see its input.

# %%
fits = heavy_plumbing(run)
if fits.empty:
    display(Markdown("**Not run yet**, or this run has no such model."))
else:
    display(plumbing_table(fits, judged=AS_SET).style.hide(axis="index"))
Markdown(
    f"{count(fits['is_within'].sum())} of {count(len(fits))} models come within "
    f"{params.heavy_plumbing_tolerance:g} of the best possible AUC, trained on "
    f"{count(params.heavy_plumbing_patients)} patients and scored on "
    f"{count(params.heavy_plumbing_test_patients)} others."
)

# %% [markdown]
# ## Time only: does anything beat the days where nothing else tells?
#
# A third story: the label depends on the time since radiotherapy alone. The days alone should reach
# the best possible AUC, and a model that sees more can only lose by it. Paired DeLong intervals on
# the same scored patients, for these fitted models; how many beat the days is counted by p values,
# Holm-corrected over this table.

# %%
table, sentence = time_only_table(
    controls.time_only, alone=DAYS, tolerance=params.plumbing_tolerance, alpha=1 - level
)
display(table.style.hide(axis="index"))
Markdown(sentence)

# %% [markdown]
# ## Zero effect: does any model see what is not there?
#
# Cohorts of the study's size in which no latent and no clinical value differs between the
# classes. All models are judged together, by the largest deviation of any of them. This judges
# the estimators alone: their tokens are latents, and there are no folds, no calibration and no
# images on the way.

# %% mystnb={"image": {"alt": "AUC of every model on cohorts without effect"}}
fits = controls.zero_effect
seed = int(run.seed_sequence("zero_effect").generate_state(1)[0])
table, sentence = zero_effect_table(fits, tolerance=params.zero_effect_tolerance, seed=seed)
plot_zero_effect(fits)
plt.show()
display(table.style.hide(axis="index"))
Markdown(
    f"{sentence} Each model was fitted on {count(params.zero_effect_patients)} patients of a "
    f"cohort and scored on {count(params.zero_effect_test_patients)} others. "
    "Left out here and in the next figure, since they differ from "
    "another arm only in the tokens used, and here all tokens carry the same: "
    f"{'; '.join(controls.left_out) or 'none'}.\n\n{failed_fits(fits)}"
)

# %% [markdown]
# ### The same through the study's folds
#
# Cohorts without effect, as large as those above, through the folds, inner folds, calibration and
# held-out scores of page 05, for models that need no image. A label that leaks into the scores of
# held-out patients would lift the mean within-fold AUC above 0.5. Intervals are Student's over
# the cohorts.

# %%
fits = null_cross_validation(run)
display(null_folds_table(fits, confidence_level=level).style.hide(axis="index"))
Markdown(
    f"Without any leak an interval misses 0.5 in {100 * (1 - level):.0f} % of runs. "
    f"{failed_fits(fits)}"
)

# %% [markdown]
# ## Learning curve on true latents: what the number of patients alone costs
#
# The same models with images that hide nothing. Where a curve lies below its ceiling here, more
# labelled patients are needed whatever the encoder is. Bars: range over draws of patients, where
# an arm has several.

# %% mystnb={"image": {"alt": "AUC against labelled patients on true latents"}}
model = causal_model(run.params.phantom)
fits = controls.learning.assign(arm=controls.learning["title"])
ceilings = {
    f"best possible, {name}": ceiling(model, features)
    for name, features in (
        ("everything", "full"),
        ("images", "image_only"),
        ("clinical values", "clinical_only"),
    )
}
plot_learning_curve(fits, ceilings)
plt.show()
display(learning_table(fits).style.hide(axis="index"))
Markdown(f"{reached_sizes(fits, params.learning_patients)}\n\n{failed_fits(fits)}")

# %% [markdown]
# ## Learning curve on images: what the tokens lose
#
# The same question on registered phantoms, images only: a linear map of the pooled tokens, the
# networks on all or on lesion tokens, both on the trained and the untrained encoder, and the bar
# to beat, percentiles of grey values in and around the lesion. The ceiling "as measured" is that of
# figures which a careful reader could take from the same files. Bars: range over draws of
# patients; where halves take turns, both halves of a draw are averaged first. Once a draw takes
# all patients there are, draws differ in nothing but a network's first weights.

# %% mystnb={"image": {"alt": "AUC against labelled patients on images"}}
fits = learning_on_images(run)
told = "This run has no registered phantom cohort that is large enough, so this part is left out."
if len(fits):
    truth = pd.read_parquet(run.folder / "phantom" / "truth.parquet")
    seen = truth[(truth["dataset"] == DEVELOPMENT) & truth["bayes_image_only_observable"].notna()]
    measured = auc(seen["written_label"], seen["bayes_image_only_observable"])
    summary = json.loads((run.folder / "phantom" / "truth.json").read_text(encoding="utf-8"))
    ceilings = {
        "best possible, population": summary["best_possible_auc"]["image_only"],
        "best possible, as measured": measured,
    }
    fits["arm"] = fits["representation"] + ": " + fits["title"]
    plot_learning_curve(fits, ceilings)
    plt.show()
    display(learning_table(fits).style.hide(axis="index"))
    told = (
        "Fitted on one half of the cohort `development` and scored on the other, in turn: there "
        "is no cohort `learning` in this run, so the curve ends at "
        f"{count(fits['n_train'].max())} patients."
        if fits["half"].max() > 0
        else "Fitted on the cohort `learning`, scored on `development`."
    )
    told += f" {reached_sizes(fits, params.learning_patients)}\n\n{failed_fits(fits)}"
Markdown(told)
