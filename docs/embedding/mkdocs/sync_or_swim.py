"""A hook of MkDocs: blocks named `sync-or-swim` become playgrounds.

A block is YAML and says what the attributes of the element say; `extra: sync_or_swim` of mkdocs.yml is the address of
the playground, ending in `/`. What stands inside of other blocks stays as it is.
"""

import re
from html import escape

import yaml
from mkdocs.exceptions import PluginError

KEYS = ["example", "link", "view", "level", "height", "theme", "start", "at", "title", "poster"]
BLOCK = re.compile(r"^(?P<fence>`{3,}|~{3,})[ ]*(?P<name>[^\s`]*)[^\n`]*\n(?P<text>.*?)^(?P=fence)[`~]*[ ]*$", re.M | re.S)


def on_page_markdown(markdown, page, config, **_):
    def replace(block):
        if block["name"] != "sync-or-swim":
            return block[0]
        return element(yaml.safe_load(block["text"]) or {}, config.extra["sync_or_swim"], page.file.src_path)

    return BLOCK.sub(replace, markdown)


def element(said, site, path):
    unknown = [key for key in said if key not in KEYS]
    if unknown:
        raise PluginError(f"{path}: a playground has no attribute {unknown[0]!r}; it has {', '.join(KEYS)}")
    attributes = "".join(f' {key}="{escape(str(value))}"' for key, value in said.items())
    return f"<sync-or-swim{attributes}>{inside(said, site)}</sync-or-swim>"


def inside(said, site):
    """What stands there where no script runs."""
    example = said.get("example", "checkout")
    title = escape(str(said.get("title", example)))
    if "link" in said:
        return f'<a href="{site}#{escape(said["link"].lstrip("#"))}">{title}</a>'
    view = said.get("view", "both").replace("both", "lanes")
    poster = escape(said.get("poster", f"{site}posters/{example}-{view}-light.svg"))
    return f'<a href="{site}#ex={escape(example)}"><img src="{poster}" alt="{title}" loading="lazy"></a>'
