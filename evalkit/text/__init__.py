"""Words, sentences and the language of a text, all as code-point offsets into the text as it is.

Pure functions on strings. The libraries behind ``sentences`` and ``language`` load on first use.
"""
