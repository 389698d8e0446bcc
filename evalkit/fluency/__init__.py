"""How fluent a text is: by rules (``mechanics``) and by the bundled model (``detector``)."""
