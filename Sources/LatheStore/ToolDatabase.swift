internal import Foundation
internal import Glibc
package import LatheVocabulary
internal import Synchronization

/// What the user allowed of servers and tools, and the catalogue of what servers said last, in one SQLite file.
///
/// It lies in the user's own state, not in the project: a project may have been cloned, and must not bring allowances with it.
/// Made when something is first written; blocks on the disk; safe from any thread, and with several programs.
package final class ToolDatabase: ToolRecords {
    private struct State {
        var connection: SQLiteConnection?
    }

    package let path: String
    /// So many calls of people stay, of all projects together.
    let keptCalls: Int
    private let state = Mutex(State())
    private static let schema = Schema(
        applicationID: ToolSchema.applicationID, migrations: ToolSchema.migrations, what: "record of tools of lathe")

    /// `folder` is the absolute path of the user's state of lathe; made with the first entry.
    package init(folder: String, keptCalls: Int = 1_000) {
        path = folder + "/tools.db"
        self.keptCalls = keptCalls
    }

    // MARK: What was allowed

    package func allowedServer(_ server: String, in project: String) throws(ToolError) -> String? {
        try reading { connection throws(JournalError) in
            let statement = try connection.statement(
                "SELECT definition FROM allowed_server WHERE project = ?1 AND server = ?2")
            try Self.bind([project, server], statement)
            return try statement.step() ? statement.text(0) : nil
        } ?? nil
    }

    package func allowedTools(of server: String, in project: String) throws(ToolError) -> [String: String] {
        try reading { connection throws(JournalError) in
            let statement = try connection.statement(
                "SELECT tool, definition FROM allowed_tool WHERE project = ?1 AND server = ?2")
            try Self.bind([project, server], statement)
            var rows: [String: String] = [:]
            while try statement.step() { rows[statement.text(0)] = statement.text(1) }
            return rows
        } ?? [:]
    }

    package func allow(_ server: String, definition: String, in project: String) throws(ToolError) {
        try writing { connection throws(JournalError) in
            try Self.forget(
                server, project, connection, ["allowed_server", "allowed_tool", "listed_server", "listed_tool"])
            let statement = try connection.statement("INSERT INTO allowed_server VALUES (?1, ?2, ?3, ?4)")
            try Self.bind([project, server, definition], statement)
            try statement.bind(RunClock.shared.now, at: 4)
            try statement.run()
        }
    }

    package func allow(
        toolsOf server: String, _ definitions: [String: String], in project: String
    ) throws(ToolError) {
        try writing { connection throws(JournalError) in
            try Self.forget(server, project, connection, ["allowed_tool"])
            let statement = try connection.statement("INSERT INTO allowed_tool VALUES (?1, ?2, ?3, ?4, ?5)")
            for (tool, definition) in definitions.sorted(by: { $0.key < $1.key }) {
                try Self.bind([project, server, tool, definition], statement)
                try statement.bind(RunClock.shared.now, at: 5)
                try statement.run()
            }
        }
    }

    package func forget(_ server: String, in project: String) throws(ToolError) {
        guard access(path, F_OK) == 0 else { return }
        try writing { connection throws(JournalError) in
            try Self.forget(
                server, project, connection,
                ["allowed_server", "allowed_tool", "listed_server", "listed_tool", "kept_answer"])
        }
    }

    // MARK: The catalogue

    package func hold(
        _ listing: ToolCatalogueEntry, of server: String, in project: String
    ) throws(ToolError) {
        try writing { connection throws(JournalError) in
            try Self.forget(server, project, connection, ["listed_server", "listed_tool"])
            let listed = try connection.statement("INSERT INTO listed_server VALUES (?1, ?2, ?3, ?4)")
            try Self.bind([project, server, listing.about.text], listed)
            try listed.bind(listing.time, at: 4)
            try listed.run()
            let statement = try connection.statement("INSERT INTO listed_tool VALUES (?1, ?2, ?3, ?4)")
            for tool in listing.tools {
                try Self.bind([project, server, tool.name, tool.json.text], statement)
                try statement.run()
            }
        }
    }

    package func listed(_ server: String, in project: String) throws(ToolError) -> ToolCatalogueEntry? {
        try reading { connection throws(JournalError) -> ToolCatalogueEntry? in
            let statement = try connection.statement(
                "SELECT about, time FROM listed_server WHERE project = ?1 AND server = ?2")
            try Self.bind([project, server], statement)
            guard try statement.step() else { return nil }
            let about = try Self.value(statement.text(0), connection)
            let time = statement.double(1)
            let rows = try connection.statement(
                "SELECT definition FROM listed_tool WHERE project = ?1 AND server = ?2 ORDER BY tool")
            try Self.bind([project, server], rows)
            var tools: [ToolDefinition] = []
            while try rows.step() {
                let tool = ToolDefinition(server: server, json: try Self.value(rows.text(0), connection))
                if let tool { tools.append(tool) }
            }
            return ToolCatalogueEntry(tools: tools, about: about, time: time)
        } ?? nil
    }

    package func listedTool(
        _ tool: String, of server: String, in project: String
    ) throws(ToolError) -> ToolDefinition? {
        try reading { connection throws(JournalError) -> ToolDefinition? in
            let statement = try connection.statement(
                "SELECT definition FROM listed_tool WHERE project = ?1 AND server = ?2 AND tool = ?3")
            try Self.bind([project, server, tool], statement)
            guard try statement.step() else { return nil }
            return ToolDefinition(server: server, json: try Self.value(statement.text(0), connection))
        } ?? nil
    }

    package func listingStamp(of server: String, in project: String) throws(ToolError) -> ToolListingStamp? {
        try reading { connection throws(JournalError) -> ToolListingStamp? in
            let listed = try connection.statement("SELECT time FROM listed_server WHERE project = ?1 AND server = ?2")
            try Self.bind([project, server], listed)
            guard try listed.step() else { return nil }
            // They are allowed together: each row has the same time.
            let allowed = try connection.statement(
                "SELECT time FROM allowed_tool WHERE project = ?1 AND server = ?2 LIMIT 1")
            try Self.bind([project, server], allowed)
            return ToolListingStamp(
                listed: listed.double(0), allowed: try allowed.step() ? allowed.double(0) : nil)
        } ?? nil
    }

    // MARK: Parts

    private static func forget(
        _ server: String, _ project: String, _ connection: SQLiteConnection, _ tables: [String]
    ) throws(JournalError) {
        for table in tables {
            let statement = try connection.statement("DELETE FROM \(table) WHERE project = ?1 AND server = ?2")
            try bind([project, server], statement)
            try statement.run()
        }
    }

    static func bind(_ texts: [String], _ statement: SQLiteStatement) throws(JournalError) {
        for (index, text) in texts.enumerated() { try statement.bind(text, at: Int32(index + 1)) }
    }

    private static func value(_ text: String, _ connection: SQLiteConnection) throws(JournalError) -> JSONValue {
        do {
            return try JSONValue(parsing: text, limits: JSONLimits(depth: 256))
        } catch {
            throw JournalError(
                .corrupt, "\(connection.path) cannot be read. Delete it; what was allowed is asked again.")
        }
    }

    /// Nil where there is no file yet.
    func reading<T: Sendable>(
        _ body: (SQLiteConnection) throws(JournalError) -> T
    ) throws(ToolError) -> T? {
        guard access(path, F_OK) == 0 else { return nil }
        return try working(body)
    }

    func writing(_ body: (SQLiteConnection) throws(JournalError) -> Void) throws(ToolError) {
        try working { connection throws(JournalError) in
            try connection.transaction { () throws(JournalError) in try body(connection) }
        }
    }

    private func working<T: Sendable>(
        _ body: (SQLiteConnection) throws(JournalError) -> T
    ) throws(ToolError) -> T {
        let result = state.withLock { state -> Result<T, ToolError> in
            do throws(JournalError) {
                return .success(try body(try opened(&state)))
            } catch {
                return .failure(ToolError(.configuration, error.reason))
            }
        }
        return try result.get()
    }

    private func opened(_ state: inout State) throws(JournalError) -> SQLiteConnection {
        if let connection = state.connection { return connection }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw JournalError(.readOnly, "The folder \(folder) cannot be made: \(error.localizedDescription)")
        }
        // SQLite refuses to follow links; the folder's own may be one.
        guard let resolved = realpath(folder, nil) else {
            throw JournalError(.failed, "The folder \(folder) cannot be found: \(String(cString: strerror(errno))).")
        }
        defer { free(resolved) }
        let new = try SQLiteConnection(path: String(cString: resolved) + "/tools.db", mode: .readWrite)
        _ = try Self.schema.check(new)
        try new.execute("PRAGMA trusted_schema = OFF")
        try new.execute("PRAGMA synchronous = FULL")
        try Self.schema.migrate(new)
        state.connection = new
        return new
    }
}
