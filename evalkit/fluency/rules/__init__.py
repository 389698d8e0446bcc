"""The rules of ``mechanics``: a file per kind of slip, their tables, and the list of all."""
