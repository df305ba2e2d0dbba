"""Hours of random work in one session, which must leave nothing behind; see `scripts/soak`."""
