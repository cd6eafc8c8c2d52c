"""Pre-training of the encoder on scans without labels: restoration and contrast of views."""
