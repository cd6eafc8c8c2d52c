"""Figures that return Axes and tables that return DataFrames."""
