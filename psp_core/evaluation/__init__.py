"""Predictions and labels to numbers; knows no model."""
