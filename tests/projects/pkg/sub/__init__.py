from .deep import deep_fn
