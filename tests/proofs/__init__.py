"""The delivery guarantee under fire: run by `make prove`, `make chaos` and `make simulate`, not by `make test`."""
