"""An extension of Sphinx: the directive `sync-or-swim` shows a playground.

.. sync-or-swim:: checkout
   :view: both
   :height: 420

Its options are the attributes of the element; `sync_or_swim_site` of conf.py is the address of the playground, ending in
`/`. Where pages are not HTML there is a link.
"""

from html import escape

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective


def one_of(*words):
    return lambda text: directives.choice(text, words)


class Playground(SphinxDirective):
    optional_arguments = 1
    option_spec = {
        "link": directives.unchanged_required,
        "view": one_of("lanes", "topology", "both", "sequence"),
        "level": one_of("picture", "toggle", "full"),
        "height": directives.positive_int,
        "theme": one_of("light", "dark", "system"),
        "start": one_of("click", "visible"),
        "at": directives.unchanged_required,
        "title": directives.unchanged_required,
        "poster": directives.uri,
    }

    def run(self):
        site = self.config.sync_or_swim_site
        example = self.arguments[0] if self.arguments else "checkout"
        link = self.options.get("link", f"#ex={example}").lstrip("#")
        title = self.options.get("title", example)
        if self.env.app.builder.format != "html":
            reference = nodes.reference("", title, refuri=f"{site}#{link}")
            return [nodes.paragraph("", "", reference)]
        said = self.options if "link" in self.options else {"example": example, **self.options}
        attributes = "".join(f' {key}="{escape(str(value))}"' for key, value in said.items())
        inside = f'<a href="{escape(site)}#{escape(link)}">{self.picture(site, example, escape(title))}</a>'
        return [nodes.raw("", f"<sync-or-swim{attributes}>{inside}</sync-or-swim>", format="html")]

    def picture(self, site, example, title):
        """What stands there where no script runs."""
        view = self.options.get("view", "both").replace("both", "lanes")
        own = None if "link" in self.options else f"{site}posters/{example}-{view}-light.svg"
        poster = self.options.get("poster", own)
        return f'<img src="{escape(poster)}" alt="{title}" loading="lazy">' if poster else title


def setup(app):
    app.add_config_value("sync_or_swim_site", "", "html", [str])
    app.add_directive("sync-or-swim", Playground)
    app.connect("builder-inited", lambda app: app.add_js_file(f"{app.config.sync_or_swim_site}element.js", defer="defer"))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
