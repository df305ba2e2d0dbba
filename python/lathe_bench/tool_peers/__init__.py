"""Frameworks with the same tools: each file runs in a process with that framework's packages.

Each is given the path of a JSON file: `{"task", "model", "servers": {NAME: [WORD]}, "deferred"}`.
"""
