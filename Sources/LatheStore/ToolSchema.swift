/// The tables of what the user allowed of tools, and of what servers said last; and how an older file becomes a current one.
enum ToolSchema {
    /// "LatT" in the header of the file.
    static let applicationID = 0x4C61_7454

    /// Migration N brings a file from version N to N + 1. Never edited once released; only added to.
    ///
    /// `project` is the project's folder; in the tables of servers it is empty for one of the user's own file, which is the same
    /// everywhere.
    static let migrations = [
        """
        CREATE TABLE allowed_server (
            project TEXT NOT NULL,
            server TEXT NOT NULL,
            definition TEXT NOT NULL,
            time REAL NOT NULL,
            PRIMARY KEY (project, server)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE allowed_tool (
            project TEXT NOT NULL,
            server TEXT NOT NULL,
            tool TEXT NOT NULL,
            definition TEXT NOT NULL,
            time REAL NOT NULL,
            PRIMARY KEY (project, server, tool)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE listed_server (
            project TEXT NOT NULL,
            server TEXT NOT NULL,
            about TEXT NOT NULL,
            time REAL NOT NULL,
            PRIMARY KEY (project, server)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE listed_tool (
            project TEXT NOT NULL,
            server TEXT NOT NULL,
            tool TEXT NOT NULL,
            definition TEXT NOT NULL,
            PRIMARY KEY (project, server, tool)
        ) STRICT, WITHOUT ROWID;
        """,
        """
        CREATE TABLE kept_answer (
            project TEXT NOT NULL,
            server TEXT NOT NULL,
            tool TEXT NOT NULL,
            definition TEXT NOT NULL,
            time REAL NOT NULL,
            PRIMARY KEY (project, server, tool)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE personal_call (
            number INTEGER PRIMARY KEY,
            project TEXT NOT NULL,
            server TEXT NOT NULL,
            tool TEXT NOT NULL,
            arguments TEXT NOT NULL,
            argument_bytes INTEGER NOT NULL,
            time REAL NOT NULL,
            seconds REAL NOT NULL,
            outcome TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            UNIQUE (project, server, tool, time)
        ) STRICT;
        """,
    ]
}
