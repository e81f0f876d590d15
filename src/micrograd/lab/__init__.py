"""The lab as a product: its content, its runner, and the course kit around it."""
