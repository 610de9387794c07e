"""Functions of arrays whose derivative is zero where it exists."""
