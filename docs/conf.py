"""How Sphinx makes the guides and the API reference of these pages and of the docstrings."""

from pathlib import Path

import micrograd
from micrograd import __version__

project = "micrograd-lab"
author = "The micrograd-lab engineers"
copyright = "the micrograd-lab engineers, MIT licence"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 4

autodoc_default_options = {"members": True, "member-order": "bysource", "show-inheritance": True}
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
# Docstrings here are Markdown-like prose with ``names`` in them: no name in one is a promise of a link.
default_role = "literal"
nitpick_ignore_regex = [("py:.*", ".*")]

html_theme = "furo"
html_favicon = str(Path(micrograd.__file__).parent / "site" / "front" / "icon.svg")
html_static_path = ["_static"]
html_js_files = ["reach.js"]
html_title = "micrograd-lab"
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"top_of_page_buttons": []}
