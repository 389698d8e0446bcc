"""Judging by a language model: a rubric, a question, a grade that is checked, or a reason."""
