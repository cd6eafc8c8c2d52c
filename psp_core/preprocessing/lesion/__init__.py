"""The lesion: who drew it, which region and component of it, and how it grew."""
