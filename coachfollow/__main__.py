"""`python -m coachfollow`: the same as the command `coachfollow`."""

from coachfollow.cli import main

main(prog_name="coachfollow")
