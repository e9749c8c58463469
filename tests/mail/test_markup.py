"""The Markdown subset: what authors may use, and that nothing else comes through."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.mail import markup


@pytest.mark.parametrize(
    ("source", "html", "plain"),
    [
        ("Hello", "<p>Hello</p>", "Hello"),
        ("one\ntwo", "<p>one\ntwo</p>", "one two"),
        ("one  \ntwo", "<p>one<br>\ntwo</p>", "one\ntwo"),
        ("a\n\nb", "<p>a</p>\n<p>b</p>", "a\n\nb"),
        ("**bold** and *soft*", "<p><strong>bold</strong> and <em>soft</em></p>", "bold and soft"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "- a\n- b"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>', "3. a\n4. b"),
        (
            "1. a\n   - b\n   - c",
            "<ol>\n<li>a\n<ul>\n<li>b</li>\n<li>c</li>\n</ul>\n</li>\n</ol>",
            "1. a\n   - b\n   - c",
        ),
        (
            "[x](https://e.org/a?b=1&c=2)",
            '<p><a href="https://e.org/a?b=1&amp;c=2">x</a></p>',
            "x (https://e.org/a?b=1&c=2)",
        ),
        (
            "[https://e.org](https://e.org)",
            '<p><a href="https://e.org">https://e.org</a></p>',
            "https://e.org",
        ),
        (r"2 \* 3", "<p>2 * 3</p>", "2 * 3"),
        ("**{{first_name}}**", "<p><strong>{{first_name}}</strong></p>", "{{first_name}}"),
        ("", "", ""),
    ],
)
def test_the_subset_is_rendered_both_ways(source: str, html: str, plain: str) -> None:
    assert markup.html(source) == html
    assert markup.plain(source) == plain


@pytest.mark.parametrize(
    ("source", "remark"),
    [
        ("<script>alert(1)</script>", "HTML"),
        ("<b onclick=x>", "more HTML"),
        ("[x](http://e.org)", "a link without encryption"),
        ("[x](javascript:alert)", "a script as a link"),
        ("[x](data:text/html;base64,eHh4)", "a document as a link"),
        ("[x](//e.org)", "a link without a scheme"),
        ("[x](/a)", "a link to nowhere"),
        ("[x](https://e.org/{{first_name}})", "a link that would be filled"),
        ("# heading", "a heading"),
        ("`code`", "code"),
        ("> quote", "a quotation"),
        ("| a | b |\n|---|---|", "a table"),
    ],
)
def test_everything_else_stays_the_text_it_is(source: str, remark: str) -> None:
    html = markup.html(source)
    assert set(re.findall(r"</?(\w+)", html)) <= {"p"}, remark
    assert markup.plain(source).split() == source.split(), remark


def test_what_a_mistake_of_the_renderer_lets_through_is_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The subset is the first lock; the list of allowed tags is the second, and one of them is enough."""
    careless = (
        '<p onclick="x()">a<img src=x onerror=y()><a href="javascript:z()">b</a></p><script>c()</script>'
    )
    monkeypatch.setattr(markup._MARKDOWN, "render", lambda _source: careless)

    assert markup.html("whatever it says") == "<p>a<a>b</a></p>"


@given(st.text(alphabet="*_[]()<>&\"'!-1. \nhtps:/xjavascript{}\\`#", max_size=120))
def test_no_source_gives_another_tag_or_attribute(source: str) -> None:
    html = markup.html(source)
    assert set(re.findall(r"<([^>\s]*)[^>]*>", html)) <= {
        f"{slash}{tag}" for tag in ("p", "br", "strong", "em", "ul", "ol", "li", "a") for slash in ("", "/")
    }
    assert all(
        re.fullmatch(r' (?:href="https://[^"]*"|start="\d+")', a) for a in re.findall(r"<\w+( [^>]*)>", html)
    )
