"""The Markdown subset of authored texts, as HTML and as plain text: paragraphs, bold, emphasis, lists, links.

Placeholders such as `{{first_name}}` pass through both untouched; what fills them later is never read as
Markdown, and whoever fills them into HTML escapes it.
"""

import nh3
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a"}


class _Subset(MarkdownIt):
    """Everything that is not in the subset stays the text it is."""

    def __init__(self) -> None:
        super().__init__("zero")
        self.enable(["emphasis", "escape", "link", "list", "newline"])

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        """Take https alone, and no target that would be filled per person."""
        return url.lower().startswith("https://") and "%7B" not in url


_MARKDOWN = _Subset()


def html(source: str) -> str:
    """Render as HTML that holds nothing but the tags of the subset."""
    rendered = _MARKDOWN.render(source)
    return nh3.clean(
        rendered, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"https"}, link_rel=None
    ).strip()


def plain(source: str) -> str:
    """Render as plain text: a blank line between paragraphs, every link written out."""
    return _blocks(SyntaxTreeNode(_MARKDOWN.parse(source)), between="\n\n")


def _blocks(node: SyntaxTreeNode, *, between: str) -> str:
    return between.join(_block(child) for child in node.children)


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "bullet_list":
            return "\n".join(_item(item, bullet="- ") for item in node.children)
        case "ordered_list":
            first = int(node.attrs.get("start", 1))
            return "\n".join(_item(item, bullet=f"{n}. ") for n, item in enumerate(node.children, first))
        case _:
            return "".join(_inline(child) for child in node.children)


def _item(node: SyntaxTreeNode, *, bullet: str) -> str:
    lines = _blocks(node, between="\n").split("\n")
    return bullet + ("\n" + " " * len(bullet)).join(lines)


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case _:
            return _marked(node, "".join(_inline(child) for child in node.children))


def _marked(node: SyntaxTreeNode, words: str) -> str:
    """Bold and emphasis are read from the words; a link is of use only with its address."""
    target = str(node.attrs.get("href", ""))
    return f"{words} ({target})" if target and target != words else words
