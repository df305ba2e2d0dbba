"""Tools as Python functions: a JSON Schema as a signature, type hints, a page and a stub.

Standard library only, nothing is executed or generated to disk: kernels, the tool host and the
command line show the same function for the same definition.
"""
