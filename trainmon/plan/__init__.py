"""Documented estimates held against runs: matching, verdicts, plan files."""
