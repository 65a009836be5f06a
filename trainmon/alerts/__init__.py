"""What a user should be told once, and how."""
