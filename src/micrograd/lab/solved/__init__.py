"""The solved lab: run it, compare it with the handout, write its report."""
