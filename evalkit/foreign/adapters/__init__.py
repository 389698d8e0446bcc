"""Programs that run in another environment, each one file, with nothing of evalkit's.

They speak the protocol of ``evalkit.foreign.protocol`` and are started by their path.
"""
