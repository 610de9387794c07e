"""NumPy and SciPy over symbolic numbers: small arrays of exact numbers with histories."""
