"""From readings to the snapshot of a run: counters, roles, stages, state."""
