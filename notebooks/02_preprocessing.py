# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Does every volume look right?
#
# **Question.** Do the scans that the models will see lie in one place, on one scale of grey
# values, with the lesion outlined where it is; and who was lost on the way?
#
# **In.** The cohort tables of page 01 and the raw studies that they name. **Out.** Two stores of
# the run, `aligned` and `volumes`: T1CE and FLAIR of each scan on one cube of voxels in the frame
# of a template brain, with the masks of brain and lesion and the rigid maps between all frames.
#
# The scan of the event is registered to the template (for the encoder), to the planning CT (for
# the dose) and to the visit before (for growth). The maps are chained, so that each image is
# interpolated once. Reproduces the preprocessing of Gomaa 2025: bias field, brain, histogram
# standardisation, a cube of 160 voxels of 1 mm; what the paper leaves open is marked in the
# parameters.

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
import matplotlib.pyplot as plt
from IPython.display import Markdown, display

from psp_core.cohorts.stored import stored_people
from psp_core.evaluation.classes import CLASSES
from psp_core.preprocessing.copies import against_crosswalk, read_copies
from psp_core.preprocessing.features import lost_table, quality_table
from psp_core.preprocessing.pipeline import PHANTOM_COHORTS
from psp_core.preprocessing.prepared import prepare_run
from psp_core.report.alignment import plot_alignment
from psp_core.report.formatting import count, decimal, words
from psp_core.report.intensity import plot_intensities, spread_between_scans
from psp_core.report.lost import lost_summary
from psp_core.report.mosaic import plot_mosaic
from psp_core.report.preparation import (
    format_registration_summary,
    registration_summary,
    scan_counts,
)
from psp_core.report.scans import (
    WINDOWS,
    alignment_planes,
    grey_values,
    lesion_slices,
    short_names,
)
from psp_core.report.training import plot_agreement, plot_history
from psp_core.runs import digest_of, open_run, write_json, write_table

run = open_run(params_file, run_dir, overrides)
params = run.params

# %% [markdown]
# ## Every scan, prepared
#
# Each scan is worked on alone: a scan that fails is left out with its reason, the others go on.
# "By contours" means drawn on the planning CT, "by mask" given with the scan, "by segmenter" the
# network below.

# %%
prepared = prepare_run(run)
cases = [case for group in prepared.cases.values() for case in group]
quality = quality_table(cases, prepared.aligned, prepared.volumes)
brain_cut, lesion_cut = (
    quality[name].astype(float) for name in ("brain_share_cut", "lesion_voxels_cut")
)
native = [case for case in cases if not case.is_registered]
is_done = dict(zip((case.key for case in cases), quality["status"] == "done", strict=True))
shown = [
    case
    for case in cases
    if case.label in CLASSES and case.dataset not in PHANTOM_COHORTS and is_done[case.key]
]
side, spacing_mm = params.volume.side, params.volume.spacing_mm
display(
    Markdown(
        f"**{count(sum(is_done.values()))} of {count(len(cases))} scans** lie on cubes of "
        f"{side} voxels of {spacing_mm:g} mm; {count(len(native))} of them came in a space of "
        "their own, the others skull-stripped and registered to an atlas by their makers. The cube "
        f"cuts at most {decimal(100 * brain_cut.max(), 2)} % of a brain, and the given lesion "
        f"mask of {count((lesion_cut > 0).sum())} scans."
    )
)
scan_counts(quality).rename(columns=words).style.hide(axis="index").format(precision=0)

# %% [markdown]
# ### Who was lost, and why
#
# A scan without a believable place or brain is lost; one whose lesion or dose cannot be told
# keeps its images, and models that need no dose keep the patient.

# %%
lost = lost_table(quality)
if lost.empty:
    display(Markdown("Nobody was lost, and no lesion or growth either."))
else:
    display(
        Markdown(
            "Patients without a lesion are kept: models that need no lesion use them, those of "
            "lesion tokens see all of their image. Named by the end of the study ID and the visit."
        )
    )
    display(lost_summary(lost).style.hide(axis="index"))

# %% tags=["hide-output"]
lost.rename(columns=words).style.hide(axis="index").format(precision=0)

# %% [markdown]
# ### Scans that look the same
#
# All aligned scans of different patients are compared by what sets each apart from the mean of its
# collection. A copy under another ID would let one split see the other: of a labelled and an
# unlabelled scan the unlabelled one is not learned from, of one in training and one that is
# predicted the predicted one leaves. The threshold was chosen on phantoms at 2.5 mm; nothing is
# proven at other voxel sizes or for real brains, so look at the pairs.

# %% tags=["hide-output"]
copies = read_copies(run)
crosswalk = stored_people(run).crosswalk
met = against_crosswalk(copies.pairs, is_done, crosswalk)
display(
    Markdown(
        f"{count(len(copies.pairs))} pairs at a correlation of "
        f"{params.duplicates.least_correlation:g} or more; {count(len(copies.excluded))} scans "
        "leave for that. "
        + (
            "The crosswalk of BraTS 2021 is not at hand."
            if crosswalk is None
            else f"Of {count(met['known'])} people of whom the crosswalk says that two collections "
            f"have a scan, {count(met['found'])} are found by their grey values; "
            f"{count(met['further'])} pairs are not in the crosswalk."
        )
    )
)
copies.pairs.rename(columns=words).style.hide(axis="index").format(precision=2)

# %% [markdown]
# ## What the models see
#
# One slice of each labelled scan of the collections, through the largest extent of its lesion
# (outline), on the study's scale of grey values: T1CE above, FLAIR below, for each collection.
# Named by the end of the study ID and the visit; in red where nobody drew a lesion. Radiological
# view: the patient's right is on the left.

# %% tags=["full-width"] mystnb={"image": {"alt": "Slices with lesion outlines"}}
for collection in dict.fromkeys(case.dataset for case in shown):
    pictured = [case for case in shown if case.dataset == collection]
    slices = lesion_slices(prepared.volumes, [case.key for case in pictured])
    marked = [not drawn for drawn in slices.has_lesion]
    for images, sequence in ((slices.t1ce, "T1CE"), (slices.flair, "FLAIR")):
        mosaic = plot_mosaic(
            images, short_names(pictured), outlines=slices.lesion, marked=marked, columns=10
        )
        mosaic.set_title(f"{words(collection)}, {sequence}", loc="left")
        plt.show()

# %% [markdown]
# ## Grey values on one scale
#
# MR has no unit: each scanner has a scale of its own. Landmarks of the histogram are fitted once,
# on unlabelled scans of the pre-training collections, and belong to the encoder from then on;
# then each channel has mean 0 and standard deviation 1 in the brain. One curve per scan. The
# spread is that of the brain's median between scans, relative to the width of their histograms.

# %% mystnb={"image": {"alt": "Histograms of grey values before and after standardisation"}}
samples_of = {
    name: [case.key for case in group if is_done[case.key]][:20]
    for name, group in prepared.cases.items()
    if name in {"burdenko", "external", "brats2021", "upenn_gbm", "ucsf_pdgm"}
}
figure, axes = plt.subplots(2, 2, figsize=(7.4, 5.0), layout="constrained")
spreads = []
for row, kind, title in zip(axes, ("t1ce", "flair"), ("T1CE", "FLAIR"), strict=True):
    for ax, name, unit in zip(
        row, ("values", "volume"), ("as measured", "on the study's scale"), strict=True
    ):
        store = prepared.aligned if name == "values" else prepared.volumes
        samples = {
            collection: grey_values(store, keys, kind, name=name)
            for collection, keys in samples_of.items()
            if keys
        }
        plot_intensities(samples, xlabel=unit, title=title, legend=ax is axes[0, 0], ax=ax)
        everything = [scan for scans in samples.values() for scan in scans]
        spreads.append(f"{title} {unit} {decimal(spread_between_scans(everything, 0.5), 2)}")
plt.show()
fitted = "no unlabelled scan was there to fit landmarks on, so grey values are only z-scored"
if prepared.landmarks is not None:
    fitted = (
        f"landmarks were fitted on {count(prepared.landmarks.cases)} scans of "
        f"{', '.join(prepared.landmarks.collections)}"
    )
Markdown(f"Spread between scans: {'; '.join(spreads)}. Here {fitted}.")

# %% [markdown]
# ## Do the scans lie on one another?
#
# Figures that the search did not optimise: how far a point misses itself after the map and an
# independent way back; how far the results of different starts lie apart; the mean distance of
# the two brain surfaces. Each as median (95 %; largest). The template is another head's brain, so
# no map to it is exact. The map that the scanner's own coordinates give stays where it is as
# good.

# %% tags=["full-width"] mystnb={"image": {"alt": "Registered scans with brain outlines"}}
display(format_registration_summary(registration_summary(quality)).style.hide(axis="index"))
pictured = [case for case in native if "planes" in prepared.aligned.arrays(case.key)]
failed = [case for case in pictured if prepared.aligned.record(case.key)["faults"]]
for case in [*pictured[:2], *failed[:4]]:
    faults = prepared.aligned.record(case.key)["faults"]
    planes, outlines = alignment_planes(prepared.aligned, case.key, ("t1ce", "ct", "previous"))
    told = "; ".join(f"{words(pair)} not believed" for pair in faults)
    title = f"{case.subject_id}, visit {case.timepoint}{told and ': '}{told}"
    plot_alignment(planes, outlines, title=title, is_doubtful=bool(faults), windows=WINDOWS)
    plt.show()
Markdown(
    "The outline on T1CE is the inside of the skull in the CT (or the template's brain where "
    f"there is no CT), on the others the brain in T1CE. {count(len(failed))} scans have "
    f"a pair that is not believed; the first {count(min(4, len(failed)))} of them are shown."
)

# %% [markdown]
# ## Who draws the lesion
#
# Contours or a mask come first. For the others a network is trained in the study, on the
# unlabelled collection with segmentations, and is used only if it proves good on scans it has not
# seen.

# %% mystnb={"image": {"alt": "Loss of the segmenter and Dice on held-out scans"}}
segmenter = prepared.segmenter
if segmenter is None:
    text = "No segmenter was trained: the run has no scans with masks, or no steps to train for."
else:
    figure, axes = plt.subplots(1, 2, figsize=(7.4, 2.6), layout="constrained")
    plot_history(segmenter.history, ax=axes[0])
    plot_agreement(segmenter.held_out, least=segmenter.least_dice, ax=axes[1])
    plt.show()
    verdict = "It is used" if segmenter.usable else "It is not used: only contours and masks are"
    text = (
        f"On {count(len(segmenter.held_out))} held-out scans the median Dice of the region "
        f"*{params.lesion.region}* is **{decimal(segmenter.dice, 2)}**; "
        f"{decimal(segmenter.least_dice, 2)} is asked for. {verdict}."
    )
labelled = quality[quality["label"].isin(CLASSES)]
agreement = labelled["lesion_agreement"].dropna() if "lesion_agreement" in labelled else []
if len(agreement):
    text += (
        f" On {count(len(agreement))} follow-ups with contours, drawn in the frame of the CT, "
        f"the segmented core agrees with the drawn one by a median Dice of "
        f"{decimal(float(agreement.median()), 2)}: the segmenter never saw a treated brain, and "
        "the map to the CT enters, too."
    )
Markdown(text)

# %% [markdown]
# ## What the next pages read

# %%
depends_on = {
    "quality": digest_of(quality.to_csv(index=False)),
    "landmarks": prepared.landmarks and prepared.landmarks.record(),
}
with run.stage("preprocessing", depends_on=depends_on) as stage:
    if not stage.is_done:
        write_table(stage.folder / "quality.parquet", quality)
        write_table(stage.folder / "lost.parquet", lost)
        write_json(stage.folder / "landmarks.json", depends_on["landmarks"])
        stage.finish()
sorted(path.name for path in stage.folder.iterdir())
