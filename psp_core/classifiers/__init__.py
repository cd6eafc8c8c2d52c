"""Every model and control of the study, each a scikit-learn classifier on the patients table."""
