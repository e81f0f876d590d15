"""Run somebody else's notebook: in a process of its own, in a temporary copy, within limits.

``execution.run`` starts ``worker`` behind the walls that ``isolation`` found on this machine, watches it
(``watch``), and talks with it over ``channel``.
"""
