"""Optional collections: each is imported by its name alone, when a study asks for it."""
