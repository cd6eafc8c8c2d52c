"""One module per public collection: from a download to the cohort table."""
