"""Logs under a simulated clock, in many styles, with their truth."""
