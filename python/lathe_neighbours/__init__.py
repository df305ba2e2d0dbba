"""Agent Skills and Claude Code agents, made of capabilities and read as such; runs nothing."""
