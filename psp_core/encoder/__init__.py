"""The image encoder: a 3-D vision transformer, its files, and its tokens over a cohort."""
