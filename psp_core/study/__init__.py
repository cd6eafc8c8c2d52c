"""The study: patients, folds, models to predictions, and what holds on phantoms."""
