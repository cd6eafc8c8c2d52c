"""What printed tables can mean: arithmetic on class counts and printed figures, nothing else."""
