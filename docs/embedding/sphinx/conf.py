"""How Sphinx builds this site."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "Who waits for whom"
extensions = ["sync_or_swim"]
html_theme = "furo"
# Where `cargo xtask build` was published.
sync_or_swim_site = "https://playground.example/"
