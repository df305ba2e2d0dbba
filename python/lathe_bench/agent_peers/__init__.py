"""Frameworks with the job of `agent_job`: each file runs beside that framework's packages."""
