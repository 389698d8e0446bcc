"""Documents in a language that a scorer or generator does not read are refused by its name."""

from evalkit.errors import LanguageError
from evalkit.records import Document
from evalkit.text.language import language_name, not_in

__all__ = ["check_language"]


def check_language(
    documents: tuple[Document, ...], languages: frozenset[str] | None, reader: str
) -> None:
    """Refuses documents that ``reader`` cannot read.

    Raises:
        LanguageError: names the document, the language it seems to be, and the remedy.
    """
    if languages is None:
        return
    wanted = ", ".join(language_name(code) for code in sorted(languages))
    for document in documents:
        seen = not_in(document.text, languages)
        if seen is None and document.language in languages:
            continue
        found = f"seems to be {seen.name}" if seen else f"is marked {document.language!r}"
        raise LanguageError(
            f"document {document.id!r} {found}; {reader} reads only {wanted}. "
            f"Leave the document out, or choose another model for it."
        )
