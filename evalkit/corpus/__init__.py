"""Files become documents, outputs and references, with content hashes and exact offsets.

``documents.read`` reads a corpus, ``outputs.read_outputs`` what a system wrote about it,
``references.read_references`` what people wrote about it, ``files`` single texts and lines.
Segments of any number of files: ``streams.open_stream`` reads one, ``parallel.line_up`` puts them
side by side.
"""
