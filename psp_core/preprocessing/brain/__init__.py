"""The brain of an image: where it is, and how bright the coil made it."""
