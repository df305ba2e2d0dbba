"""The tool host: the trusted process that starts MCP servers and speaks to them for lathe."""
