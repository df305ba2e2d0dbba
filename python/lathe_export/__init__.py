"""Sessions as files that people use: a notebook and a report, made of a session's events."""
