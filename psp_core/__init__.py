"""True progression or pseudoprogression: the library behind the compendium."""

__version__ = "0.1.0"
