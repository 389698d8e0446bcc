"""What machines leave behind: markup, entities, templates, sub-word marks, tokeniser spacing.

Left alone: angle brackets that are no known tag, code in general, and ``#`` and ``@`` names.
"""

import html
import re
from collections.abc import Iterator

from evalkit.fluency.rules.rule import Found, Page, table

__all__ = ["entities", "markdown", "model_tokens", "split_words", "tags", "templates", "tokenised"]

_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)(?:\s[^<>\n]{0,300})?/?>")
_ENTITY = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|ndash|mdash|hellip|[lr][sd]quo|#\d{2,6}|#x[0-9A-Fa-f]{2,6});"
)
_MARKDOWN = re.compile(
    r"""
    (?<![*\w])\*\*(?=[^\s*])[^*\n]+\*\*(?!\*)      # bold
    | (?<![_\w])__(?=[^\s_])[^_\n]+__(?!\w)        # bold
    | \[[^\[\]\n]+\]\(https?:[^\s()]+\)            # links
    | \[\[[^\[\]\n]+\]\]                           # wiki links
    | ^\#{1,6}[ ](?=\S)                            # headings
    | ^={2,}[ ].*[ ]={2,}$                         # wiki headings
    | '{3}(?=\w)|(?<=\w)'{3}                       # wiki bold
    | ^```|```$
    """,
    re.VERBOSE | re.MULTILINE,
)
_TEMPLATE = re.compile(
    r"\{\{[^{}\n]*\}\}|\$\{[\w.]+\}|%\(\w+\)[sd]|(?<!\w)\{\d?\}|<%.*?%>|\\[nt](?=\s|$)|\\u[0-9a-f]{4}"
)
_TOKEN = re.compile(
    r"(?:</?s>|<(?:unk|pad|eos|bos|mask|extra_id_\d+|2[a-z]{2}|\|\w+\|)>"
    r"|\[(?:UNK|SEP|CLS|PAD|MASK)\]|⁇)(?:\s*(?:</?s>|<(?:unk|pad|eos|bos)>|⁇))*"
    r"|-[LR][RSC]B-|@-@|@[.,]@",
    re.IGNORECASE,
)
_SUBWORD = re.compile(r"(?<!\w)\w{1,60}@@(?: \w+@@)*(?: \w+)?|▁\w*|Ġ\w+|(?<=\w )##\w+")
_TOKENISED = re.compile(
    r"(?<=[A-Za-z])[ \u00a0]+(?:n['’]t|['’](?:s|re|ve|ll|d|m))\b(?!['’])|``|(?<!')''(?!')(?=\W|$)"
    r"|(?<=[a-z])[ ]['’][ ](?:s|t|re|ve|ll|d|m)\b"
)


def tags(page: Page) -> Iterator[Found]:
    """HTML and XML tags."""
    for match in _TAG.finditer(page.text):
        if match[1].lower() in table("tags"):
            yield Found(match.start(), match.end(), "")


def entities(page: Page) -> Iterator[Found]:
    """Character references that were not resolved."""
    for match in _ENTITY.finditer(page.text):
        yield Found(match.start(), match.end(), html.unescape(match.group()))


def markdown(page: Page) -> Iterator[Found]:
    """Markdown and wiki markup."""
    for match in _MARKDOWN.finditer(page.text):
        yield Found(match.start(), match.end())


def templates(page: Page) -> Iterator[Found]:
    """Placeholders that were not filled, and escapes that were not resolved."""
    for match in _TEMPLATE.finditer(page.text):
        yield Found(match.start(), match.end())


def model_tokens(page: Page) -> Iterator[Found]:
    """Special tokens of models and treebanks."""
    for match in _TOKEN.finditer(page.text):
        yield Found(match.start(), match.end())


def split_words(page: Page) -> Iterator[Found]:
    """Sub-word marks that were not joined again."""
    for match in _SUBWORD.finditer(page.text):
        joined = re.sub(r"@@ ?|▁|Ġ|##", "", match.group())
        yield Found(match.start(), match.end(), joined if match.group()[0] not in "▁Ġ#" else None)


def tokenised(page: Page) -> Iterator[Found]:
    """Contractions, possessives and quotation marks as tokenisers write them."""
    for match in _TOKENISED.finditer(page.text):
        marks = match.group()
        joined = re.sub(r"\s+", "", marks)
        yield Found(match.start(), match.end(), '"' if marks in ("``", "''") else joined)
