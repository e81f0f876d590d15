"""Run somebody else's notebook: in a process of its own, in a temporary copy, within limits.

``confined.run_confined`` starts ``worker`` behind the walls that ``isolation`` found on this machine, watches it
(``watch``), and talks with it over ``channel``.
"""
