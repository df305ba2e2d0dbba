/// What the user allowed of servers and tools, and what servers said last. All calls block.
///
/// `project` is the project's folder; empty for a server of the user's own file.
package protocol ToolRecords: Sendable {
    /// The definition of a server that was allowed; nil where none was.
    func allowedServer(_ server: String, in project: String) throws(ToolError) -> String?

    /// The tools of a server that were allowed, with their definitions as they were.
    func allowedTools(of server: String, in project: String) throws(ToolError) -> [String: String]

    /// Keeps a server's definition as allowed from now on; of its tools nothing is known then.
    func allow(_ server: String, definition: String, in project: String) throws(ToolError)

    /// Keeps these tools of a server, and no others, as allowed from now on.
    func allow(toolsOf server: String, _ definitions: [String: String], in project: String) throws(ToolError)

    /// Takes back what was allowed of a server, and forgets what it said.
    func forget(_ server: String, in project: String) throws(ToolError)

    /// Keeps that a tool of this definition may always be called in a project.
    func keep(_ answer: KeptAnswer) throws(ToolError)

    /// What the user answered with "always", by project, server and tool.
    func keptAnswers() throws(ToolError) -> [KeptAnswer]

    /// Takes such answers back, of one tool or of all of a server; gives how many there were.
    func forgetAnswers(to server: String, tool: String?, in project: String) throws(ToolError) -> Int

    /// Keeps a call that a person made; only the newest stay.
    func keep(_ call: PersonalCall) throws(ToolError)

    /// The newest calls that people made in a project, newest first.
    func calls(in project: String, atMost count: Int) throws(ToolError) -> [PersonalCall]

    /// Keeps what a server said of itself and its tools.
    func hold(_ listing: ToolCatalogueEntry, of server: String, in project: String) throws(ToolError)

    /// What a server said last; nil where it was not asked since it was allowed.
    func listed(_ server: String, in project: String) throws(ToolError) -> ToolCatalogueEntry?

    /// One tool as its server listed it last; nil where it had none of the name.
    func listedTool(_ tool: String, of server: String, in project: String) throws(ToolError) -> ToolDefinition?

    /// What changes whenever a server is listed, or its tools are allowed, anew; nil where it was not listed.
    func listingStamp(of server: String, in project: String) throws(ToolError) -> ToolListingStamp?
}

/// When a server was listed, and when its tools were allowed: seconds since 1970-01-01 UTC.
package struct ToolListingStamp: Sendable, Hashable {
    package var listed: Double
    /// Nil where none are.
    package var allowed: Double?

    package init(listed: Double, allowed: Double?) {
        self.listed = listed
        self.allowed = allowed
    }
}

/// What a server said of itself and its tools, and when.
package struct ToolCatalogueEntry: Sendable, Hashable {
    package var tools: [ToolDefinition]
    package var about: JSONValue
    /// Seconds since 1970-01-01 UTC.
    package var time: Double

    package init(tools: [ToolDefinition], about: JSONValue, time: Double) {
        self.tools = tools
        self.about = about
        self.time = time
    }
}
