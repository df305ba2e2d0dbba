"""Ends processes in the middle of a task, damages files, and sees that what follows is whole."""
