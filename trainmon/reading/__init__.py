"""From bytes on disk to readings: files found and followed, lines cut, formats asked."""
