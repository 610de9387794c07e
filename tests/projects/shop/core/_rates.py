import os, json
BASE = 0.19
RATES = {"food": BASE - 0.12, "book": 0.07, "other": BASE}
STEPS = ((0.0, 0.0), (100.0, 0.05), (500.0, 0.1))
DEBUG = bool(os.environ.get("DEBUG"))
