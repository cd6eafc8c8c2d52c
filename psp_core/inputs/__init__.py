"""What models read of a patient besides the table: arrays by patient, on disk, shared."""
