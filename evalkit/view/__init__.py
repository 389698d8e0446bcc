"""``evalkit view``: a run's items, paged, sorted and filtered, in a browser on this machine.

For runs too large for one page. A local server on loopback (``server``) or a static folder
(``export``) answers one front end; ``select`` finds the rows; nothing here computes a score.
"""
