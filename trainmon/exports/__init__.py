"""What leaves the program: the JSON contract, status, summaries, files."""
