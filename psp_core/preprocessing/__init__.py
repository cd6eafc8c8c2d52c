"""One subject from arrays to model input and features, one step per module."""
