"""Coachfollow: a self-hosted follow-up scheduler for the months after a training."""

import atexit
import gc

__version__ = "0.1.0"

# What is loaded at the start stays to the end. To look through it for garbage again and again while it grows, and
# once more before the process ends, took a third of what a short command or the start of a worker costs.
gc.set_threshold(20_000, 10, 10)
atexit.register(gc.freeze)
