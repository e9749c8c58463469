"""Coachfollow: a self-hosted follow-up scheduler for the months after a training."""

__version__ = "0.1.0"
