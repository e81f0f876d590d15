"""Grade a class: find what was handed in, run each in the sandbox, keep the results, write the report."""
