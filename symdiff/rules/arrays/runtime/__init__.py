"""Functions that rules of arrays call at run time: their text is written into generated files.

They are ordinary NumPy, and know nothing of symdiff.
"""
