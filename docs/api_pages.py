"""Pages of the API reference, made while the site is built: one for each public namespace.

A hook of MkDocs (see mkdocs.yml). A namespace's public names are those that `dir` lists; each is documented from its
docstring by mkdocstrings. What has none (a dictionary, a registry) is left to the text of the namespace.
"""

import importlib
import inspect
import types

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from pygments.formatters import HtmlFormatter

NAMESPACES = (
    "tfrec_dl.encoders",
    "tfrec_dl.losses",
    "tfrec_dl.metrics",
    "tfrec_dl.baselines",
    "tfrec_dl.features",
    "tfrec_dl.ranking",
    "tfrec_dl.adversarial",
    "tfrec_dl.stacking",
    "tfrec_dl.reviews",
    "tfrec_dl.drift",
    "tfrec_dl",  # last: what a namespace has too is documented there
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds api/NAME.md for each namespace, and CONTRIBUTING.md and CHANGELOG.md of the repository's root."""
    places: dict[str, str] = {}
    for namespace in NAMESPACES:
        address = f"{namespace.rpartition('.')[2]}.md"
        files.append(File.generated(config, f"api/{address}", content=page(namespace, address, places)))
    for name in ("CONTRIBUTING.md", "CHANGELOG.md"):
        files.append(File.generated(config, name.lower(), abs_src_path=name))
    files.append(File.generated(config, "highlight.css", content=HtmlFormatter().get_style_defs(".highlight")))
    return files


def page(namespace: str, address: str, places: dict[str, str]) -> str:
    """Markdown of a namespace's page: its docstring, and a directive of mkdocstrings for each public name.

    Args:
        namespace: name of a module.
        address: of its page.
        places: page on which a class or function is documented, by its own full name; added to.
    """
    module = importlib.import_module(namespace)
    lines, elsewhere = [f"# {namespace}", "", inspect.getdoc(module) or "", ""], []
    for name in sorted(public_names(module), key=str.lower):
        value = getattr(module, name)
        path = f"{value.__module__}.{value.__qualname__}"
        if places.setdefault(path, address) != address:
            elsewhere.append(f"[`{name}`]({places[path]}#{path})")
        else:
            lines += [f"::: {path}", "    options:", f"      heading: {name}", f"      toc_label: {name}", ""]
    if elsewhere:
        lines[3:3] = ["", f"On the pages of their namespaces: {', '.join(elsewhere)}."]
    return "\n".join(lines)


def public_names(module: types.ModuleType) -> list[str]:
    """The classes, functions and bound methods of the package that a namespace offers."""
    values = {name: getattr(module, name) for name in dir(module) if not name.startswith("_")}
    documented = {name: value for name, value in values.items() if inspect.isclass(value) or inspect.isroutine(value)}
    return [name for name, value in documented.items() if value.__module__.split(".")[0] == "tfrec_dl"]
