"""The site: a front page, the lab in a browser tab, the playground and the guides, as files that any server serves."""
