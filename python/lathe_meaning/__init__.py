"""The trusted process that turns texts into vectors by a small embedding model, offline."""
