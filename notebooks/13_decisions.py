# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Could a clinician decide by these scores?
#
# **Question.** Are the scores probabilities, is acting on them worth more than treating all or
# nobody, and can a model say when it does not know?
#
# **In.** The predictions of pages 05, 06 and 07, and the encoder's tokens. **Out.** The tables of
# this page, in the folders `decisions` and `site_probe`.
#
# Few models, declared in the parameters. A set with fewer patients of a class than
# `timing.minimum_per_class` gets no figure. At 20 patients all that follows is an illustration of
# what would have to be shown, not evidence for a use.

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
import matplotlib.pyplot as plt
from IPython.display import Markdown, display

from psp_core.evaluation.abstention import abstention_table
from psp_core.evaluation.decision_tables import (
    calibration_table,
    decision_table,
    reliability_table,
    risk_coverage_tables,
)
from psp_core.evaluation.estimable import estimable
from psp_core.report.abstention import (
    Origin,
    format_abstention,
    format_risk_coverage,
    plot_risk_coverage,
    tell_abstention,
    tell_reach,
)
from psp_core.report.calibration import format_calibration, plot_reliability, tell_calibration
from psp_core.report.decision_curve import format_decisions, plot_decision_curves, tell_gains
from psp_core.report.formatting import words
from psp_core.report.patient_sets import describe_sets, tell_left_out
from psp_core.report.rows import tell_protocol, titles_of_study
from psp_core.report.site_probe import format_site_probe, tell_site_probe
from psp_core.runs import digest_of, open_run, write_table
from psp_core.study.experiments import read_all_predictions
from psp_core.study.scored_sets import reported
from psp_core.study.site_probe import site_probe_run
from psp_core.study.weights_marks import weights_marks

run = open_run(params_file, run_dir, overrides)
params, decisions = run.params, run.params.decisions
level = params.evaluation.confidence_level

# %%
scored = reported(run, read_all_predictions(run))
scored = scored[scored["model"].isin(decisions.models)]
minimum = params.timing.minimum_per_class
predictions, too_few = estimable(scored, minimum)
there = set(scored["model"])
titles = {name: text for name, text in titles_of_study(params, there).items() if name in there}
roots = {name: part.root for name, part in vars(params).items() if hasattr(part, "root")}
marks = weights_marks(run, predictions["dataset"].unique())
resampling = {
    "samples": decisions.bootstrap_samples,
    "seed": params.study.seed,
    "confidence_level": level,
}
Markdown(
    f"{describe_sets(scored['dataset'].unique(), roots)} "
    + tell_left_out(too_few, titles, minimum_per_class=minimum, is_empty=predictions.empty)
    + f" {tell_protocol(params)} "
    + " ".join(f"{words(name)}: {mark}." for name, mark in marks.items())
)

# %% [markdown]
# ## Are the scores probabilities?
#
# *Observed* is the share of true progression in the set, *mean score* what the model says it is
# (calibration in the large). The Brier score stands beside that of giving everybody the observed
# share; *scaled* is 0 where a model is no better than that share, which no model is told. The
# intercept shifts all logits, slope fixed at 1: above 0, true progression is more frequent than the
# scores say. A slope below 1 means scores that are too extreme. It counts as estimated only if its
# interval is at most as wide as `decisions.widest_slope_interval`; where it is not, only the
# intercept could be mended, and not on the patients it is judged by. Intervals are Wald's, given
# the fitted models, and nominal for held-out folds.

# %% tags=["full-width"]
calibration = calibration_table(
    predictions, widest_slope_interval=decisions.widest_slope_interval, confidence_level=level
)
display(Markdown(tell_calibration(calibration, titles)))
format_calibration(calibration, titles).style.hide(axis="index")

# %% [markdown]
# Observed shares by quantiles of the score, with Wilson's intervals. A smoothed curve is drawn
# where a set has at least `decisions.smooth_from` patients.

# %% tags=["full-width"] mystnb={"image": {"alt": "Observed share of true progression by score"}}
bins = reliability_table(predictions, bins=decisions.reliability_bins, confidence_level=level)
panels = plot_reliability(predictions, bins, titles, smooth_from=decisions.smooth_from)
plt.show()

# %% [markdown]
# ## What is acting on them worth?
#
# Whoever scores at or above the threshold is treated as true progression; the others go on and
# wait. Two errors are possible: to treat a pseudoprogression (a needless operation, or giving up a
# therapy that works), and to leave a true progression without salvage. The threshold says how they
# weigh: at 0.2 four needless treatments are as bad as one that comes too late, at 0.5 they weigh
# the same. Net benefit is the share rightly treated, less the needlessly treated at that rate.
# Which threshold is right is the decision of patient and clinician and no result of this page; a
# model helps where its curve lies above both *treat all* and *treat nobody*. Bands resample
# patients of both classes together, for soft votes alone.

# %% tags=["full-width"] mystnb={"image": {"alt": "Decision curves with bootstrap bands"}}
curves = decision_table(predictions, decisions.thresholds, **resampling)
panels = plot_decision_curves(curves, titles)
plt.show()
display(Markdown(tell_gains(curves, titles)))

# %% [markdown]
# How many are treated, and the gain over the better of treating all and treating nobody. In
# brackets: needless treatments that are as bad as one that comes too late.

# %% tags=["full-width"]
format_decisions(curves, titles, at=(0.2, 0.35, 0.5)).style.hide(axis="index")

# %% [markdown]
# ## Are the certain calls right more often?
#
# Called true progression from 0.5 on; certainty is the distance to 0.5. From right to left the
# least certain leave; patients of equal certainty leave together. A model that knows when it does
# not know falls towards the left. The dotted line is the share of errors among all.

# %% tags=["full-width"] mystnb={"image": {"alt": "Share of errors against the share kept"}}
risks, areas = risk_coverage_tables(predictions, **resampling)
panels = plot_risk_coverage(risks, titles)
plt.show()
format_risk_coverage(areas, risks, titles).style.hide(axis="index")

# %% [markdown]
# ## May a model abstain, with a promise?
#
# Class-conditional cross-conformal sets: a class enters the set of a new patient unless the patient
# would be stranger than nearly all patients of that class in the training cohort, each judged by
# the fold that held it out. A set of one class is a decision; *both* and *none* abstain, and such a
# patient goes on to the next scan, or to tissue. The promise is on coverage, that the set holds the
# truth, in each class. For the models of the folds it is 1 - 2 alpha at best, not 1 - alpha; it is
# an average over training cohorts, so one cohort may do worse; where held-out patients decide
# something (see the protocol above) nothing is promised. **It is void under centre shift**: sets
# of another centre are shown because that is what a user would meet. *No* shift are further
# phantoms of the training centre, from its scanners, and phantoms of the external centre where
# `phantom.switches.centre_shift` is off. The former come already registered, so for a model that
# reads the image the preparation still differs. Intervals are exact.

# %% tags=["full-width"]
abstention = abstention_table(predictions, alpha=decisions.conformal_alpha, confidence_level=level)
origin = Origin(roots=roots, centre_shift=params.phantom.switches.centre_shift)
display(
    Markdown(
        f"Alpha {decisions.conformal_alpha:g}: coverage of at least "
        f"{1 - 2 * decisions.conformal_alpha:g} per class is promised at best. "
        f"{tell_reach(abstention)} "
        + tell_abstention(abstention, titles, origin=origin, left_out=too_few)
    )
)
format_abstention(abstention, titles, origin=origin).style.hide(axis="index")

# %% [markdown]
# ## Is a shift to be feared?
#
# A linear probe of the encoder's mean tokens tells the collection of a scan, on scans that the
# probe has not seen, and beside it the label. Collections are not labels, but classes are not
# equally frequent everywhere: so collections are also permuted among scans of one label alone, and
# told where each gives as many scans of each label. p values are of permutations through the whole
# probe; those in the sentence are Holm-corrected over the two poolings. A collection differs from
# others not by its scanners alone: also in the patients it admits and in how its scans were
# prepared. Phantoms that come already registered are left out for that.

# %% tags=["full-width"]
probed = site_probe_run(run, confidence_level=level)
display(Markdown(tell_site_probe(probed, alpha=1 - level)))
format_site_probe(probed).style.hide(axis="index")

# %% [markdown]
# ## What could be done with it
#
# A score of which neither the slope nor the gain over treating all can be told from chance decides
# nothing. What it could do is order the patients for the scan or the biopsy that decides, and only
# at a centre where its calibration was measured on patients of that centre. Abstention
# does not mend a weak model: it moves its errors into patients without an answer, and the fewer
# pseudoprogressions calibrate it, the more there are of them.

# %%
outputs = {"calibration": calibration, "reliability": bins, "decision_curves": curves}
outputs |= {"risk_coverage": risks, "risk_coverage_areas": areas, "abstention": abstention}
depends_on = {name: digest_of(table.to_csv(index=False)) for name, table in outputs.items()}
with run.stage("decisions", depends_on=depends_on) as stage:
    if not stage.is_done:
        for name, table in outputs.items():
            write_table(stage.folder / f"{name}.parquet", table)
        stage.finish()
sorted(path.name for path in stage.folder.iterdir())
