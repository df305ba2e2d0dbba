"""Other ways to hand data to processes: `python -m lathe_bench.peers NAME` serves one of them."""
