"""What cannot be taken, in words for whoever wrote it."""


class Refusal(Exception):
    """A source or a value that cannot be used; the message says why and what to do."""
