"""Archived logs on their own clock."""
