"""What a student calls: a project, the notebook, its checks, handing it in."""
