"""The forward mode along many directions at once (vector mode)."""
