"""How far marks and scores agree: annotators with each other, finders with annotators."""
