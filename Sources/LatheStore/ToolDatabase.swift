internal import Foundation
package import LatheVocabulary

/// What the user allowed of servers and tools, and the catalogue of what servers said last, in one SQLite file.
///
/// It lies in the user's own state, not in the project: a project may have been cloned, and must not bring allowances with it.
/// Made when something is first written; blocks on the disk; safe from any thread, and with several programs.
package final class ToolDatabase: ToolRecords {
    let file: StateFile<ToolError>
    /// So many calls of people stay, of all projects together.
    let keptCalls: Int

    /// `folder` is the absolute path of the user's state of lathe; made with the first entry.
    package init(folder: String, keptCalls: Int = 1_000) {
        let schema = Schema(
            applicationID: ToolSchema.applicationID, migrations: ToolSchema.migrations, what: "record of tools of lathe"
        )
        file = StateFile(path: folder + "/tools.db", schema) { ToolError(.configuration, $0.reason) }
        self.keptCalls = keptCalls
    }

    // MARK: What was allowed

    package func allowedServer(_ server: String, in project: String) throws(ToolError) -> String? {
        try file.reading { connection throws(JournalError) in
            let statement = try connection.statement(
                "SELECT definition FROM allowed_server WHERE project = ?1 AND server = ?2")
            try Self.bind([project, server], statement)
            return try statement.step() ? statement.text(0) : nil
        } ?? nil
    }

    package func allowedTools(of server: String, in project: String) throws(ToolError) -> [String: String] {
        try file.reading { connection throws(JournalError) in
            let statement = try connection.statement(
                "SELECT tool, definition FROM allowed_tool WHERE project = ?1 AND server = ?2")
            try Self.bind([project, server], statement)
            var rows: [String: String] = [:]
            while try statement.step() { rows[statement.text(0)] = statement.text(1) }
            return rows
        } ?? [:]
    }

    package func allow(_ server: String, definition: String, in project: String) throws(ToolError) {
        try file.writing { connection throws(JournalError) in
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
        try file.writing { connection throws(JournalError) in
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
        guard file.exists else { return }
        try file.writing { connection throws(JournalError) in
            try Self.forget(
                server, project, connection,
                ["allowed_server", "allowed_tool", "listed_server", "listed_tool", "kept_answer"])
        }
    }

    // MARK: The catalogue

    package func hold(
        _ listing: ToolCatalogueEntry, of server: String, in project: String
    ) throws(ToolError) {
        try file.writing { connection throws(JournalError) in
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
        try file.reading { connection throws(JournalError) -> ToolCatalogueEntry? in
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
        try file.reading { connection throws(JournalError) -> ToolDefinition? in
            let statement = try connection.statement(
                "SELECT definition FROM listed_tool WHERE project = ?1 AND server = ?2 AND tool = ?3")
            try Self.bind([project, server, tool], statement)
            guard try statement.step() else { return nil }
            return ToolDefinition(server: server, json: try Self.value(statement.text(0), connection))
        } ?? nil
    }

    package func listingStamp(of server: String, in project: String) throws(ToolError) -> ToolListingStamp? {
        try file.reading { connection throws(JournalError) -> ToolListingStamp? in
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
}
