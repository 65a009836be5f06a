"""Step time, pauses, pace and ETA, and how good they would have been."""
