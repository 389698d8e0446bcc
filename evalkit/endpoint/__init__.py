"""A server that speaks OpenAI's chat completions: asked, retried, and read, with nothing hidden.

The room knows HTTP and no texts: ``summarize.endpoint`` and ``judging`` say what to ask and what
an answer means. httpx2 is imported when the first request is sent, and only here.
"""
