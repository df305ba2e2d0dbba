"""What runs inside a kernel: the shell, its output, slices and the `lathe` object."""
