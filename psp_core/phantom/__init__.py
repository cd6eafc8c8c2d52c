"""Synthetic patients with known truth, written in the collections' own formats.

No stage that fits anything knows whether a patient is a phantom: the files are
read by the loaders that a real download goes through.
"""
