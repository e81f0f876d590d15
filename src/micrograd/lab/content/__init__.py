"""What the lab consists of: tasks, cells, prose, and the notebooks woven from them."""
