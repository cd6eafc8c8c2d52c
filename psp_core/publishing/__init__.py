"""From executed notebooks to the book: what may leave the machine, and its pages."""

from psp_core.publishing.book import build_book

__all__ = ["build_book"]
